/** The lab's cases: operators on single elements, reductions, and those that move data. */
import {
  float,
  indices,
  integers,
  positive,
  random,
  type LabGraph,
  type Single,
  scalar,
  single,
  wide,
} from './emulate-case.ts';

/** Odd sizes: where a vector's last lanes are computed in another way, it shows. */
const SMALL = [8, 257];
/** Large enough to be cut among threads. */
const LARGE = [37, 4099];

type Attributes = NonNullable<Single['attributes']>;

function unary(op: string, attributes: Attributes = {}, made = (shape: number[]) => random(shape, 3)): LabGraph[] {
  return [
    single({ op, variant: 'small', inputs: [made(SMALL)], attributes }),
    single({ op, variant: 'large', inputs: [made(LARGE)], attributes }),
  ];
}

const PLAIN =
  `Neg Abs Exp Erf Tanh Sigmoid Relu Elu Selu Celu Softplus Softsign HardSigmoid HardSwish Mish Floor Ceil Round Sign
  Sin Cos Tan Atan Sinh Cosh Identity`.split(/\s+/);

function elementwise(): LabGraph[] {
  const binary = (op: string): LabGraph[] => [
    single({ op, variant: 'small', inputs: [random(SMALL), positive(SMALL, 2)] }),
    single({ op, variant: 'broadcast', inputs: [random(SMALL), positive([257])] }),
    single({ op, variant: 'large', inputs: [random(LARGE), positive(LARGE, 2)] }),
  ];
  const powers = [2, 3, 0.5, -1, -0.5, 1.7, 4].flatMap((power) =>
    [SMALL, LARGE].map((shape) =>
      single({
        op: 'Pow',
        variant: `${power} ${shape === SMALL ? 'small' : 'large'}`,
        inputs: [positive(shape, 2), scalar(power)],
        constantsFrom: 1,
      }),
    ),
  );
  return [
    ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'].flatMap(binary),
    ...PLAIN.flatMap((op) => unary(op)),
    ...['Sqrt', 'Log', 'Reciprocal'].flatMap((op) => unary(op, {}, (shape) => positive(shape, 3))),
    ...unary('LeakyRelu', { alpha: float(0.01) }),
    ...powers,
    single({ op: 'Pow', variant: 'elementwise', inputs: [positive(SMALL), random(SMALL)] }),
    single({ op: 'Clip', variant: 'small', inputs: [random(SMALL, 3), scalar(-1), scalar(1)], constantsFrom: 1 }),
    single({ op: 'Log', variant: 'float64 small', inputs: [wide(positive(SMALL, 3))] }),
    single({ op: 'Log', variant: 'float64 large', inputs: [wide(positive(LARGE, 3))] }),
    single({ op: 'Exp', variant: 'float64 small', inputs: [wide(random(SMALL, 3))] }),
    single({ op: 'Exp', variant: 'float64 large', inputs: [wide(random(LARGE, 3))] }),
    single({ op: 'Sqrt', variant: 'float64', inputs: [wide(positive(SMALL, 3))] }),
    single({ op: 'Div', variant: 'float64', inputs: [wide(random(SMALL, 3)), wide(positive(SMALL, 1))] }),
    single({
      op: 'Pow',
      variant: 'float64 1.7',
      inputs: [wide(positive(SMALL, 3)), wide(scalar(1.7))],
      constantsFrom: 1,
    }),
    single({
      op: 'Cast',
      variant: 'to float64',
      inputs: [random(SMALL)],
      attributes: { to: 11 },
      outputs: [[2, 'float64']],
    }),
    single({
      op: 'Cast',
      variant: 'from float64',
      inputs: [wide(random(SMALL))],
      attributes: { to: 1 },
      outputs: [[2, 'float32']],
    }),
    single({
      op: 'Cast',
      variant: 'to int64',
      inputs: [random(SMALL, 4)],
      attributes: { to: 7 },
      outputs: [[2, 'int64']],
    }),
  ];
}

const SHAPE = [6, 65, 33];
const AXES: Readonly<Record<string, readonly number[]>> = {
  last: [2],
  first: [0],
  middle: [1],
  'last two': [1, 2],
  'first two': [0, 1],
  ends: [0, 2],
  all: [0, 1, 2],
};

function reductions(): LabGraph[] {
  const over = (op: string): LabGraph[] => [
    ...Object.entries(AXES).map(([variant, axes]) => single({ op, variant, inputs: [random(SHAPE), integers(axes)] })),
    single({ op, variant: 'large last', inputs: [random([257, 1031]), integers([1])] }),
    single({ op, variant: 'large first', inputs: [random([1031, 257]), integers([0])] }),
    single({ op, variant: 'large all', inputs: [random([1031, 257]), integers([0, 1])] }),
    single({ op, variant: 'large middle', inputs: [random([16, 200, 129]), integers([1])] }),
    single({ op, variant: 'channels', inputs: [random([8, 32, 28, 28]), integers([0, 2, 3])] }),
    single({ op, variant: 'long', inputs: [random([1, 100_003]), integers([1])] }),
  ];
  const wideOver = (op: string): LabGraph[] => [
    single({ op, variant: 'float64 last', inputs: [wide(random(SHAPE)), integers([2])] }),
    single({ op, variant: 'float64 first', inputs: [wide(random(SHAPE)), integers([0])] }),
    single({ op, variant: 'float64 large', inputs: [wide(random([257, 1031])), integers([1])] }),
  ];
  const others = ['ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSumExp'].flatMap((op) =>
    ['last', 'first', 'all'].map((variant) =>
      single({ op, variant, inputs: [positive(SHAPE), integers(AXES[variant] ?? [])] }),
    ),
  );
  return [
    ...['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin'].flatMap(over),
    ...wideOver('ReduceSum'),
    ...wideOver('ReduceMean'),
    ...others,
  ];
}

function normalizations(): LabGraph[] {
  const rows = (op: string): LabGraph[] => [
    single({ op, variant: 'small', inputs: [random([40, 101], 3)], attributes: { axis: -1 } }),
    single({ op, variant: 'large', inputs: [random([513, 257], 3)], attributes: { axis: -1 } }),
    single({ op, variant: 'middle axis', inputs: [random([7, 33, 20], 3)], attributes: { axis: 1 } }),
    single({ op, variant: 'float64', inputs: [wide(random([40, 101], 3))], attributes: { axis: -1 } }),
  ];
  const image = [4, 12, 9, 9];
  const vector = (): ReturnType<typeof positive> => positive([12]);
  return [
    ...['Softmax', 'LogSoftmax'].flatMap(rows),
    ...[
      [40, 65],
      [513, 256],
    ].map((shape, i) =>
      single({
        op: 'LayerNormalization',
        variant: i === 0 ? 'small' : 'large',
        inputs: [random(shape), positive(shape.slice(1)), random(shape.slice(1))],
        attributes: { axis: -1 },
        outputs: [[2], [2], [2]],
      }),
    ),
    single({
      op: 'BatchNormalization',
      variant: 'inference',
      inputs: [random(image), vector(), random([12]), random([12]), vector()],
    }),
    single({ op: 'InstanceNormalization', variant: 'image', inputs: [random(image), vector(), random([12])] }),
    single({ op: 'GlobalAveragePool', variant: 'image', inputs: [random(image)] }),
    single({ op: 'GlobalMaxPool', variant: 'image', inputs: [random(image)] }),
    single({ op: 'GlobalAveragePool', variant: 'large', inputs: [random([8, 64, 23, 23])] }),
    single({ op: 'CumSum', variant: 'last', inputs: [random([6, 501]), integers([1], [])] }),
    single({ op: 'CumSum', variant: 'first', inputs: [random([501, 6]), integers([0], [])] }),
  ];
}

function moves(): LabGraph[] {
  const table = random([50, 17]);
  const ids = indices([300], 50);
  return [
    single({ op: 'Gather', variant: 'rows', inputs: [table, ids] }),
    single({
      op: 'GatherElements',
      variant: 'axis 0',
      inputs: [table, indices([50, 17], 50)],
      attributes: { axis: 0 },
    }),
    single({
      op: 'ScatterElements',
      variant: 'add',
      inputs: [table, indices([300, 17], 50), random([300, 17])],
      attributes: { axis: 0, reduction: 'add' },
    }),
    single({
      op: 'ScatterElements',
      variant: 'add large',
      inputs: [random([64, 256]), indices([4096, 256], 64), random([4096, 256])],
      attributes: { axis: 0, reduction: 'add' },
    }),
    single({
      op: 'ScatterND',
      variant: 'add',
      inputs: [table, indices([300, 1], 50), random([300, 17])],
      attributes: { reduction: 'add' },
    }),
    single({
      op: 'ScatterND',
      variant: 'add large',
      inputs: [random([64, 256]), indices([4096, 1], 64), random([4096, 256])],
      attributes: { reduction: 'add' },
    }),
    single({
      op: 'OneHot',
      variant: 'last',
      inputs: [ids, integers([50]), tableOf()],
      constantsFrom: 2,
      outputs: [[2, 'float32']],
    }),
    single({ op: 'Pad', variant: 'zeros', inputs: [table, integers([1, 2, 3, 4])] }),
    single({ op: 'Tile', variant: 'twice', inputs: [table, integers([2, 2])] }),
    single({ op: 'Transpose', variant: 'image', inputs: [random([4, 5, 6, 7])], attributes: { perm: [0, 2, 3, 1] } }),
    single({
      op: 'Resize',
      variant: 'nearest',
      inputs: [random([2, 3, 5, 5]), scalarNone(), scalarNone(), integers([2, 3, 10, 10])],
      constantsFrom: 1,
      attributes: { mode: 'nearest', nearest_mode: 'floor', coordinate_transformation_mode: 'asymmetric' },
    }),
    single({
      op: 'Resize',
      variant: 'linear',
      inputs: [random([2, 3, 5, 5]), scalarNone(), scalarNone(), integers([2, 3, 9, 9])],
      constantsFrom: 1,
      attributes: { mode: 'linear' },
    }),
    single({
      op: 'ArgMax',
      variant: 'last',
      inputs: [random(SMALL)],
      attributes: { axis: -1 },
      outputs: [[2, 'int64']],
    }),
    single({ op: 'TopK', variant: 'last', inputs: [random(SMALL), integers([5])], outputs: [[2], [2, 'int64']] }),
    single({ op: 'Trilu', variant: 'lower', inputs: [random([33, 33])], attributes: { upper: 0 } }),
    single({
      op: 'Where',
      variant: 'mask',
      inputs: [mask(), random(SMALL), random(SMALL, 2)],
      constantsFrom: 1,
      outputs: [[2, 'float32']],
    }),
  ];
}

const tableOf = () =>
  ({ dtype: 'float32', shape: [2], data: new Uint8Array(new Float32Array([0, 1]).buffer) }) as const;
const scalarNone = () => ({ dtype: 'float32', shape: [0], data: new Uint8Array() }) as const;
const mask = () =>
  ({
    dtype: 'bool',
    shape: SMALL,
    data: new Uint8Array(8 * 257).map((_, i) => ((i * 7919) % 3 === 0 ? 1 : 0)),
  }) as const;

export const simpleCases = (): LabGraph[] => [...elementwise(), ...reductions(), ...normalizations(), ...moves()];
