/** The lab's cases: matrix products, convolutions and pooling, of two runtime operands as a step graph has them. */
import { float, random, type LabGraph, type Single, single } from './emulate-case.ts';

const INNER = [5, 64, 128, 129, 300, 1000, 4096];

/** Rows and columns: fewer rows, as many, more. */
const SIZES = [
  [7, 5],
  [7, 33],
  [33, 300],
  [200, 520],
  [128, 64],
  [65, 65],
  [300, 33],
  [520, 200],
];

function matMuls(): LabGraph[] {
  const flat = INNER.flatMap((k) =>
    SIZES.filter(([m = 0, n = 0]) => k <= 300 || (k === 1000 ? m * n <= 13_000 : m * n < 300)).map(([m = 0, n = 0]) =>
      single({ op: 'MatMul', variant: `k=${k} m=${m} n=${n}`, inputs: [random([m, k]), random([k, n])] }),
    ),
  );
  const batched = [16, 64, 128, 129, 300].flatMap((k) => [
    single({ op: 'MatMul', variant: `batched k=${k}`, inputs: [random([6, 33, k]), random([6, k, 65])] }),
    single({ op: 'MatMul', variant: `heads k=${k}`, inputs: [random([4, 3, 40, k]), random([4, 3, k, 40])] }),
    single({ op: 'MatMul', variant: `broadcast right k=${k}`, inputs: [random([6, 33, k]), random([k, 65])] }),
    single({
      op: 'MatMul',
      variant: `broadcast left k=${k}`,
      inputs: [random([33, k]), random([6, k, 65])],
      outputs: [[3]],
    }),
  ]);
  const thin = [5, 64, 300].flatMap((k) =>
    [
      [1, 1],
      [1, 17],
      [3, 1],
    ].map(([m = 0, n = 0]) =>
      single({ op: 'MatMul', variant: `thin k=${k} m=${m} n=${n}`, inputs: [random([m, k]), random([k, n])] }),
    ),
  );
  const others = [
    single({ op: 'MatMul', variant: 'thin in a batch', inputs: [random([6, 1, 40]), random([6, 40, 33])] }),
    single({ op: 'MatMul', variant: 'vector right', inputs: [random([130, 300]), random([300, 1])] }),
    single({ op: 'MatMul', variant: 'vector left', inputs: [random([1, 300]), random([300, 130])] }),
    single({
      op: 'MatMul',
      variant: 'constant k=300',
      inputs: [random([33, 300]), random([300, 520])],
      constantsFrom: 1,
    }),
    single({
      op: 'MatMul',
      variant: 'constant k=1000',
      inputs: [random([200, 1000]), random([1000, 520])],
      constantsFrom: 1,
    }),
  ];
  return [...flat, ...batched, ...thin, ...others];
}

function gemms(): LabGraph[] {
  return [64, 129, 300].flatMap((k) =>
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ].flatMap(([transA = 0, transB = 0]) =>
      SIZES.slice(1).map(([m = 0, n = 0]) =>
        single({
          op: 'Gemm',
          variant: `k=${k} m=${m} n=${n} A${transA === 1 ? "'" : ''} B${transB === 1 ? "'" : ''}`,
          inputs: [random(transA === 1 ? [k, m] : [m, k]), random(transB === 1 ? [n, k] : [k, n]), random([n])],
          attributes: { transA, transB, ...(m === 33 ? { alpha: float(0.37) } : {}) },
        }),
      ),
    ),
  );
}

interface Window {
  readonly variant: string;
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly attributes?: Single['attributes'];
}

const KERNEL = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const WINDOWS: readonly Window[] = [
  { variant: 'one filter', x: [2, 8, 14, 14], w: [1, 8, 3, 3], attributes: KERNEL },
  { variant: 'one place', x: [2, 8, 3, 3], w: [16, 8, 3, 3], attributes: { kernel_shape: [3, 3] } },
  { variant: 'one place of one row', x: [1, 8, 3, 3], w: [16, 8, 3, 3], attributes: { kernel_shape: [3, 3] } },
  { variant: '3x3 k=27', x: [4, 3, 14, 14], w: [10, 3, 3, 3], attributes: KERNEL },
  { variant: '3x3 k=27 one row', x: [1, 3, 28, 28], w: [16, 3, 3, 3], attributes: KERNEL },
  { variant: '3x3 k=126', x: [4, 14, 14, 14], w: [10, 14, 3, 3], attributes: KERNEL },
  { variant: '3x3 k=144', x: [1, 16, 28, 28], w: [32, 16, 3, 3], attributes: KERNEL },
  { variant: '3x3 k=144 batch 4', x: [4, 16, 14, 14], w: [32, 16, 3, 3], attributes: KERNEL },
  { variant: '3x3 k=288 batch 4', x: [4, 32, 14, 14], w: [32, 32, 3, 3], attributes: KERNEL },
  { variant: '3x3 k=576', x: [1, 64, 14, 14], w: [64, 64, 3, 3], attributes: KERNEL },
  { variant: '1x1 k=64', x: [2, 64, 14, 14], w: [48, 64, 1, 1] },
  { variant: '1x1 k=256', x: [2, 256, 14, 14], w: [64, 256, 1, 1] },
  { variant: '1x1 k=256 one row', x: [1, 256, 14, 14], w: [64, 256, 1, 1] },
  { variant: 'stride 2', x: [4, 8, 15, 15], w: [12, 8, 3, 3], attributes: { ...KERNEL, strides: [2, 2] } },
  {
    variant: 'dilation 2',
    x: [4, 8, 15, 15],
    w: [12, 8, 3, 3],
    attributes: { kernel_shape: [3, 3], dilations: [2, 2] },
  },
  { variant: 'grouped', x: [4, 12, 14, 14], w: [24, 3, 3, 3], attributes: { ...KERNEL, group: 4 } },
  { variant: 'grouped one row', x: [1, 12, 14, 14], w: [24, 3, 3, 3], attributes: { ...KERNEL, group: 4 } },
  { variant: 'depthwise', x: [4, 12, 14, 14], w: [12, 1, 3, 3], attributes: { ...KERNEL, group: 12 } },
  { variant: 'depthwise one row', x: [1, 32, 28, 28], w: [32, 1, 3, 3], attributes: { ...KERNEL, group: 32 } },
  { variant: 'depthwise times 2', x: [2, 12, 14, 14], w: [24, 1, 3, 3], attributes: { ...KERNEL, group: 12 } },
  { variant: 'depthwise 5x5', x: [2, 12, 14, 14], w: [12, 1, 5, 5], attributes: { kernel_shape: [5, 5], group: 12 } },
  {
    variant: '7x7 stride 2',
    x: [2, 3, 32, 32],
    w: [16, 3, 7, 7],
    attributes: { kernel_shape: [7, 7], strides: [2, 2], pads: [3, 3, 3, 3] },
  },
  { variant: '1d', x: [4, 8, 100], w: [12, 8, 5], attributes: { kernel_shape: [5], pads: [2, 2] } },
  {
    variant: 'gradient of a kernel',
    x: [3, 4, 14, 14],
    w: [10, 4, 14, 14],
    attributes: { kernel_shape: [14, 14], pads: [1, 1, 1, 1] },
  },
];

function convolutions(): LabGraph[] {
  const forward = WINDOWS.map(({ variant, x, w, attributes = {} }) =>
    single({ op: 'Conv', variant, inputs: [random(x), random(w), random([w[0] ?? 1])], attributes }),
  );
  // Input channels of a transposed convolution are those of the result of the plain one.
  const backward = WINDOWS.filter(({ variant }) => !variant.startsWith('gradient')).map(
    ({ variant, x, w, attributes = {} }) =>
      single({
        op: 'ConvTranspose',
        variant,
        inputs: [random([x[0] ?? 1, w[0] ?? 1, ...x.slice(2)]), random(w)],
        attributes,
      }),
  );
  return [...forward, ...backward];
}

function pooling(): LabGraph[] {
  const image = random([4, 6, 15, 15]);
  const window = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
  const large = random([8, 32, 28, 28]);
  return [
    single({ op: 'MaxPool', variant: 'indices', inputs: [image], attributes: window, outputs: [[4], [4, 'int64']] }),
    single({ op: 'MaxPool', variant: 'large', inputs: [large], attributes: { kernel_shape: [2, 2], strides: [2, 2] } }),
    single({ op: 'AveragePool', variant: '3x3', inputs: [image], attributes: window }),
    single({
      op: 'AveragePool',
      variant: 'large',
      inputs: [large],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    }),
    single({ op: 'LpPool', variant: '2x2', inputs: [image], attributes: { kernel_shape: [2, 2] } }),
  ];
}

export const productCases = (): LabGraph[] => [...matMuls(), ...gemms(), ...convolutions(), ...pooling()];
