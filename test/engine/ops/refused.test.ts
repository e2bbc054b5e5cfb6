/** Forms of operators that are not imported are refused by name; nothing is dropped in silence. */
import t from 'tap';
import { imported } from './trials/build-trial.ts';
import type { AttributeValue, Operand, Trial } from './trials/trial.ts';

const weight = (name: string, shape: readonly number[]): Operand => ({
  name,
  shape,
  type: 'float',
  role: 'weight',
  values: [-1.5, 1.5],
  isDrawn: true,
});

const given = (name: string, type: Operand['type'], shape: readonly number[], values: readonly number[]): Operand => ({
  name,
  shape,
  type,
  role: 'constant',
  values,
  isDrawn: false,
});

const image = weight('image', [1, 2, 4, 4]);
const matrix = weight('matrix', [2, 3]);
const sizes = given('sizes', 'int64', [4], [1, 2, 2, 2]);
const resized = [image, null, null, sizes];
const heads = ['q', 'k', 'v'].map((name) => weight(name, [1, 2, 3, 4]));
const indices = given('indices', 'int64', [2, 1], [0, 1]);

const REFUSED: ReadonlyArray<
  readonly [
    op: string,
    why: RegExp,
    operands: ReadonlyArray<Operand | null>,
    of: Readonly<Record<string, AttributeValue>>,
  ]
> = [
  ['Resize', /cubic/, resized, { mode: 'cubic' }],
  ['Resize', /antialias/, resized, { mode: 'linear', antialias: 1 }],
  ['Resize', /not_larger/, resized, { mode: 'linear', keep_aspect_ratio_policy: 'not_larger' }],
  ['Resize', /tf_crop_and_resize/, resized, { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' }],
  ['ArgMax', /last/, [matrix], { select_last_index: 1 }],
  ['ArgMin', /last/, [matrix], { select_last_index: 1 }],
  ['Attention', /cache/, [...heads, null, weight('past.keys', [1, 2, 1, 4]), weight('past.values', [1, 2, 1, 4])], {}],
  ['GatherND', /each batch/, [matrix, indices], { batch_dims: 1 }],
  ['Einsum', /equation/, [matrix], { equation: '...i->i' }],
  ['Einsum', /diagonal/, [weight('square', [3, 3])], { equation: 'ii->i' }],
  ['Einsum', /operands/, [matrix, weight('other', [3, 2]), weight('third', [2, 2])], { equation: 'ij,jk,kl->il' }],
  ['Pad', /strange/, [matrix, given('pads', 'int64', [4], [0, 1, 0, 1])], { mode: 'strange' }],
  ['AveragePool', /holes/, [image], { kernel_shape: [2, 2], dilations: [2, 2] }],
  [
    'ScatterElements',
    /scattering by max/,
    [matrix, given('at', 'int64', [1, 3], [0, 1, 0]), weight('new', [1, 3])],
    { reduction: 'max' },
  ],
  ['Constant', /supported type/, [], { value_string: 'text' }],
  ['ReduceSum', /axis 2 of 2/, [matrix, given('axes', 'int64', [1], [2])], {}],
  ['Dropout', /ratio of/, [matrix, given('ratio', 'float32', [], [1.5]), given('mode', 'bool', [], [1])], {}],
  [
    'GroupNormalization',
    /4 channels in 3 groups/,
    [weight('x4', [1, 4, 3]), weight('s', [4]), weight('b', [4])],
    { num_groups: 3 },
  ],
  ['Split', /3 in parts of/, [matrix, given('parts', 'int64', [2], [1, 1])], { axis: 1 }],
];

for (const [op, why, operands, attributes] of REFUSED)
  t.test(`${op}: ${why.source}`, async (t) => {
    const trial: Trial = {
      op,
      opset: 23,
      operands,
      attributes,
      results: op === 'Split' ? ['float', 'float'] : ['float'],
      beside: [],
      isImportOnly: true,
      isUnknownToRuntime: true,
      seed: 1,
    };
    t.throws(() => imported(trial, 'float32'), { code: 'MODEL_SHAPE', message: why });
  });
