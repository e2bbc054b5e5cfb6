/** Operators whose form changed between opsets 13 and 23: both forms make the same results and the same gradients. */
import t from 'tap';
import { tensorOf } from '#engine/graph/numbers.ts';
import { numbersAt, openRunner } from '../train/running.ts';
import { imported } from './trials/build-trial.ts';
import { checkTrial } from './trials/check-trial.ts';
import { type AttributeValue, float, floats, type Operand, type Range, SIGNED, type Trial } from './trials/trial.ts';

type Attributes = Readonly<Record<string, AttributeValue>>;

interface Form {
  readonly op?: string;
  readonly opset: number;
  readonly operands: ReadonlyArray<Operand | null>;
  readonly attributes?: Attributes;
  readonly isUnknownToRuntime?: boolean;
}

const weight = (name: string, shape: readonly number[], values: Range = SIGNED): Operand => ({
  name,
  shape,
  type: 'float',
  role: 'weight',
  values,
  isDrawn: true,
});

const given = (type: Operand['type'], shape: readonly number[], values: readonly number[]): Operand => ({
  name: `given.${type}.${shape.join('.')}.${values.join('.')}`,
  shape,
  type,
  role: 'constant',
  values,
  isDrawn: false,
});

const list = (...values: number[]): Operand => given('int64', [values.length], values);
const scalar = (value: number): Operand => given('float', [], [value]);
const x = weight('in', [2, 3, 4]);
const image = weight('in', [1, 2, 3, 4]);
const channels = [weight('scale', [4]), weight('bias', [4])];
const statistics = [given('float', [4], [0.1, -0.2, 0.3, 0.4]), given('float', [4], [0.5, 1, 1.5, 2])];
const heads = ['q', 'k', 'v'].map((name) => weight(name, [2, 2, 3, 4]));
const flatHeads = ['q', 'k', 'v'].map((name) => weight(name, [1, 3, 8]));

/** Forms of one operator that mean the same; more than one result is joined. */
const SAME: ReadonlyArray<readonly [op: string, results: number, ...forms: Form[]]> = [
  ...['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSumExp'].map(
    (op): [string, number, ...Form[]] => [
      op,
      1,
      { opset: 13, operands: [x], attributes: { axes: [0, -1], keepdims: 0 } },
      { opset: 18, operands: [x, list(0, -1)], attributes: { keepdims: 0 } },
      { opset: 23, operands: [x, list(-3, 2)], attributes: { keepdims: 0 } },
    ],
  ),
  [
    'ReduceSum',
    1,
    { opset: 13, operands: [x, list(1)] },
    { opset: 18, operands: [x, list(-2)], attributes: { keepdims: 1 } },
  ],
  [
    'Split',
    2,
    { opset: 13, operands: [weight('in', [2, 4])], attributes: { axis: 1 } },
    { opset: 13, operands: [weight('in', [2, 4]), list(2, 2)], attributes: { axis: -1 } },
    { opset: 18, operands: [weight('in', [2, 4])], attributes: { axis: 1, num_outputs: 2 } },
  ],
  [
    'Split',
    2,
    { opset: 13, operands: [weight('in', [2, 5]), list(3, 2)], attributes: { axis: 1 } },
    { opset: 18, operands: [weight('in', [2, 5])], attributes: { axis: 1, num_outputs: 2 } },
  ],
  [
    'Pad',
    1,
    { opset: 13, operands: [x, list(0, 1, 0, 0, 2, 0)] },
    { opset: 18, operands: [x, list(1, 2), null, list(1)], attributes: { mode: 'constant' } },
    { opset: 23, operands: [x, list(1, 2), scalar(0), list(-2)] },
  ],
  [
    'Resize',
    1,
    { opset: 13, operands: [image, null, given('float32', [4], [1, 1, 2, 2])], attributes: { mode: 'nearest' } },
    { opset: 13, operands: [image, given('float32', [0], []), given('float32', [0], []), list(1, 2, 6, 8)] },
    { opset: 18, operands: [image, null, given('float32', [2], [2, 2])], attributes: { axes: [2, 3] } },
    { opset: 19, operands: [image, null, null, list(6, 8)], attributes: { axes: [-2, -1] } },
  ],
  [
    'GroupNormalization',
    1,
    { opset: 18, operands: [weight('in', [2, 4, 3]), ...channels], attributes: { num_groups: 4 } },
    { opset: 21, operands: [weight('in', [2, 4, 3]), ...channels], attributes: { num_groups: 4 } },
    { op: 'InstanceNormalization', opset: 13, operands: [weight('in', [2, 4, 3]), ...channels] },
  ],
  [
    'BatchNormalization',
    1,
    { opset: 14, operands: [weight('in', [2, 4, 3]), ...channels, ...statistics] },
    { opset: 15, operands: [weight('in', [2, 4, 3]), ...channels, ...statistics], attributes: { training_mode: 0 } },
  ],
  [
    'Clip',
    1,
    { opset: 13, operands: [x, null, scalar(0.5)] },
    { op: 'Min', opset: 13, operands: [weight('in', [2, 3, 4]), scalar(0.5)] },
  ],
  [
    'Squeeze',
    1,
    { opset: 13, operands: [weight('in', [1, 3, 1]), list(0, 2)] },
    { opset: 23, operands: [weight('in', [1, 3, 1])] },
  ],
  [
    'Reshape',
    1,
    { opset: 13, operands: [x, list(0, -1)] },
    { opset: 14, operands: [x, list(2, 12)], attributes: { allowzero: 1 } },
    { op: 'Flatten', opset: 13, operands: [x] },
  ],
  [
    'Cast',
    1,
    { opset: 13, operands: [x], attributes: { to: 1 } },
    { opset: 19, operands: [x], attributes: { to: 1, saturate: 1 } },
  ],
  ['Softmax', 1, { opset: 13, operands: [x] }, { opset: 23, operands: [x], attributes: { axis: 2 } }],
  [
    'LayerNormalization',
    1,
    { opset: 17, operands: [weight('in', [2, 3, 4]), ...channels] },
    { opset: 23, operands: [weight('in', [2, 3, 4]), ...channels], attributes: { axis: 2, epsilon: float(1e-5) } },
  ],
  [
    'Dropout',
    1,
    { opset: 13, operands: [x] },
    { opset: 13, operands: [x, given('float32', [], [0.3])] },
    { opset: 22, operands: [x, given('float32', [], [0.3]), given('bool', [], [0])] },
    { op: 'Identity', opset: 13, operands: [x] },
  ],
  [
    'Dropout',
    1,
    { opset: 13, operands: [x, given('float32', [], [0]), given('bool', [], [1])] },
    { op: 'Identity', opset: 13, operands: [x] },
  ],
  [
    'Attention',
    1,
    { opset: 23, operands: heads },
    { opset: 23, operands: heads, attributes: { scale: float(0.5) } },
    { opset: 24, operands: heads, attributes: { is_causal: 0 } },
  ],
  [
    'Attention',
    1,
    { opset: 23, operands: flatHeads, attributes: { q_num_heads: 2, kv_num_heads: 2, is_causal: 1 } },
    {
      opset: 23,
      operands: [...flatHeads, given('bool', [3, 3], [1, 0, 0, 1, 1, 0, 1, 1, 1])],
      attributes: { q_num_heads: 2, kv_num_heads: 2 },
    },
  ],
];

function trialOf(op: string, results: number, form: Form): Trial {
  return {
    op,
    attributes: {},
    isUnknownToRuntime: false,
    ...form,
    results: Array.from({ length: results }, () => 'float' as const),
    beside: [],
    isImportOnly: true,
    seed: 7,
  };
}

async function resultsOf(trial: Trial): Promise<Map<string, number[]>> {
  const built = imported(trial, 'float32');
  const runner = await openRunner(built.graph);
  const results = await runner.run(built.feeds);
  await runner.close();
  return new Map([...results.keys()].sort().map((name) => [name, numbersAt(results, name)]));
}

for (const [op, results, first, ...others] of SAME) {
  t.test(`${op} in ${1 + others.length} forms`, async (t) => {
    const forms = [first, ...others].flatMap((form) => (form === undefined ? [] : [trialOf(op, results, form)]));
    const found: Array<Map<string, number[]>> = [];
    for (const form of forms) {
      await checkTrial(form);
      found.push(await resultsOf(form));
    }
    for (const other of found.slice(1)) t.same(other, found[0]);
    t.ok(forms.length > 1);
  });
}

const CONSTANTS: ReadonlyArray<readonly [Attributes, string, number[]]> = [
  [{ value: { kind: 'tensor', value: tensorOf('float32', [2], [1.5, -2]) } }, 'float32', [1.5, -2]],
  [{ value_floats: floats([1.5, -2]) }, 'float32', [1.5, -2]],
  [{ value_float: float(1.5) }, 'float32', [1.5]],
  [{ value_ints: [3, 4] }, 'int64', [3, 4]],
  [{ value_int: 3 }, 'int64', [3]],
];

for (const [attributes, type, numbers] of CONSTANTS)
  t.test(`Constant as ${Object.keys(attributes)}`, async (t) => {
    const trial = { ...trialOf('Constant', 1, { opset: 13, operands: [], attributes }), results: [type as 'float32'] };
    await checkTrial(trial);
    t.same(await resultsOf(trial), new Map([['result', numbers]]));
  });
