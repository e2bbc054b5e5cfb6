/** Operators in forms that the reference models do not have, each compared with the runtime at every element. */
import t from 'tap';
import { GraphBuilder } from '#engine/graph/build.ts';
import type { Attribute } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { DataType, Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { compileInfer } from '#engine/train/infer.ts';
import { compileMerge } from '#engine/train/merge.ts';
import { elementsOf, widthOf } from '#protocol/dispute/access.ts';
import { decodeInstruction } from '#protocol/dispute/instruction.ts';
import { type OpcodeName, opcodeName } from '#protocol/dispute/opcodes.ts';
import { Numbers } from '#tools/adjudicate-numbers.ts';
import { seeStep } from '#tools/dispute-steps.ts';
import { elementOf, isResultOf } from '#verifier/dispute/adjudicate.ts';
import { compileProgram } from '#verifier/dispute/compile.ts';
import { formulaTypes } from '#verifier/dispute/formulas.ts';
import { gather } from '#verifier/dispute/gather.ts';
import { expectedOf, REFERENCES, referenceModel } from '../../engine/onnx/reference-models.ts';

const numbers = new Numbers(3);
const float = (value: number): Attribute => ({ kind: 'float', value });
const text = (value: string): Attribute => ({ kind: 'string', value });
const count = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);

/** Few different numbers, zeros of both signs among them, so that ties and cancellations happen. */
const floats = (shape: readonly number[], dtype: DataType = 'float32'): Tensor =>
  tensorOf(
    dtype,
    shape,
    Array.from({ length: count(shape) }, () => numbers.pick([0, -0, 1, -2.5, numbers.float32('usual')])),
  );
const wholes = (shape: readonly number[], bound: number, dtype: DataType = 'int64'): Tensor =>
  tensorOf(
    dtype,
    shape,
    Array.from({ length: count(shape) }, () => numbers.below(2 * bound) - bound),
  );
const bools = (shape: readonly number[]): Tensor =>
  tensorOf(
    'bool',
    shape,
    Array.from({ length: count(shape) }, () => numbers.below(2)),
  );

type Feeds = Readonly<Record<string, Tensor>>;

/** @param expected opcode of each result */
function compare(
  title: string,
  feeds: Feeds,
  expected: OpcodeName | readonly OpcodeName[],
  build: (b: GraphBuilder) => string | string[],
) {
  t.test(title, async (t) => {
    const b = new GraphBuilder();
    for (const [name, tensor] of Object.entries(feeds)) b.input(name, tensor);
    const made = [build(b)].flat();
    for (const name of made) b.output(name);
    const graph = encodeModel({ opset: 18, graph: b.finish('test') });
    const { program, values, read } = await seeStep(graph, new Map(Object.entries(feeds)));
    const seen = made.map((name) => {
      const at = program.indexOf(name);
      const instruction = decodeInstruction(program.instructions[at]!);
      const width = widthOf(instruction.type);
      for (let element = 0; opcodeName(instruction.op) !== 'NONE' && element < elementsOf(instruction); element++) {
        const bytes = values[at]!.subarray(element * width, (element + 1) * width);
        const operands = gather(instruction, element, read);
        if (!isResultOf(instruction, operands, bytes)) {
          const got = elementOf(instruction, operands);
          t.fail(
            `${name}[${element}]: ${Buffer.from(got).toString('hex')}, seen ${Buffer.from(bytes).toString('hex')}`,
          );
          break;
        }
      }
      return opcodeName(instruction.op);
    });
    t.same(seen, [expected].flat());
  });
}

const NAMES: Readonly<Record<string, string>> = { MAX2: 'Max', MIN2: 'Min' };
const TYPES: Readonly<Record<string, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 };

function drawn(type: DataType, shape: readonly number[]): Tensor {
  if (type === 'bool') return bools(shape);
  if (type === 'uint8')
    return tensorOf(
      type,
      shape,
      numbersOf(wholes(shape, 128)).map((value) => value + 128),
    );
  return type.startsWith('float') ? floats(shape, type) : wholes(shape, 100, type);
}

for (const { op, operands, result } of formulaTypes()) {
  const code = opcodeName(op) as OpcodeName;
  const name = NAMES[code] ?? `${code[0]}${code.slice(1).toLowerCase()}`;
  const shapeOf = (i: number): number[] => (i > 0 && numbers.below(2) === 0 ? [7] : [5, 7]);
  const feeds = Object.fromEntries(operands.map((type, i): [string, Tensor] => [`x${i}`, drawn(type, shapeOf(i))]));
  const attributes = code === 'CAST' ? { to: TYPES[result] as number } : {};
  compare(`${name}: ${operands.join(' ')} > ${result}`, feeds, code, (b) =>
    b.op(name as 'Add', Object.keys(feeds), attributes),
  );
}

compare('broadcast on both sides', { a: floats([3, 1, 4]), b: floats([5, 1]) }, 'SUB', (b) => b.op('Sub', ['a', 'b']));
compare('a scalar', { a: floats([]), b: floats([2, 3]) }, 'DIV', (b) => b.op('Div', ['a', 'b']));
compare('three operands', { a: floats([2]), b: floats([2]), c: floats([2]) }, 'NONE', (b) =>
  b.op('Max', ['a', 'b', 'c']),
);
compare('one operand', { a: floats([2]) }, 'MOVE', (b) => b.op('Max', ['a']));

const cube = { x: floats([4, 5, 6]) };
compare('Slice: steps, backwards, from the end', cube, 'MOVE', (b) => {
  const [starts, ends, axes, steps] = [
    [-1, 1, 2],
    [-99, 99, -1],
    [0, 1, -1],
    [-2, 3, 1],
  ].map((list) => b.integers(list));
  return b.op('Slice', ['x', starts!, ends!, axes!, steps!]);
});
compare('Split: unequal', cube, ['MOVE', 'MOVE', 'MOVE'], (b) =>
  b.ops('Split', ['x', b.integers([1, 3, 2])], { axis: -1 }, 3),
);
compare('Split: the last one smaller', cube, ['MOVE', 'MOVE', 'MOVE'], (b) =>
  b.ops('Split', ['x'], { axis: 1, num_outputs: 3 }, 3),
);
compare('Concat', { ...cube, y: floats([4, 1, 6]), z: floats([4, 2, 6]) }, 'MOVE', (b) =>
  b.op('Concat', ['x', 'y', 'z'], { axis: -2 }),
);
compare('Transpose', cube, ['MOVE', 'MOVE'], (b) => [
  b.op('Transpose', ['x'], { perm: [1, 2, 0] }),
  b.op('Transpose', ['x']),
]);
compare('shapes', { x: floats([4, 1, 6]) }, ['MOVE', 'MOVE', 'MOVE', 'MOVE', 'MOVE', 'MOVE'], (b) => [
  b.op('Reshape', ['x', b.integers([0, -1, 2])]),
  b.op('Squeeze', ['x', b.integers([1])]),
  b.op('Unsqueeze', ['x', b.integers([0, -1])]),
  b.op('Flatten', ['x'], { axis: 2 }),
  b.op('Identity', ['x']),
  b.op('Expand', ['x', b.integers([2, 4, 3, 1])]),
]);

compare(
  'Gather',
  { ...cube, i: wholes([2, 3], 5), j: wholes([], 4), k: wholes([3], 6, 'int32') },
  ['TAKE', 'TAKE', 'TAKE'],
  (b) => [
    b.op('Gather', ['x', 'i'], { axis: 1 }),
    b.op('Gather', ['x', 'j']),
    b.op('Gather', ['x', 'k'], { axis: -1 }),
  ],
);
compare('GatherElements: fewer places than elements', { ...cube, i: wholes([3, 2, 4], 5) }, 'TAKE', (b) =>
  b.op('GatherElements', ['x', 'i'], { axis: 1 }),
);
compare('ScatterElements', { ...cube, i: wholes([3, 9, 4], 5), u: floats([3, 9, 4]) }, ['SCATTER', 'NONE'], (b) => [
  b.op('ScatterElements', ['x', 'i', 'u'], { axis: 1, reduction: text('add') }),
  b.op('ScatterElements', ['x', 'i', 'u'], { axis: 1, reduction: text('mul') }),
]);
compare('ReduceSum', { ...cube, d: floats([4, 5], 'float64') }, ['SUM', 'SUM', 'SUM', 'NONE', 'NONE'], (b) => [
  b.op('ReduceSum', ['x', b.integers([0])]),
  b.op('ReduceSum', ['x', b.integers([1, 0])], { keepdims: 0 }),
  b.op('ReduceSum', ['d', b.integers([0])]),
  b.op('ReduceSum', ['x', b.integers([1])]),
  b.op('ReduceSum', ['x']),
]);
compare('ReduceMax', cube, ['MAX', 'MAX', 'MAX'], (b) => [
  b.op('ReduceMax', ['x', b.integers([-1])]),
  b.op('ReduceMax', ['x', b.integers([0, 2])], { keepdims: 0 }),
  b.op('ReduceMax', ['x'], { keepdims: 0 }),
]);

compare('MatMul: stacks that broadcast', { a: floats([2, 1, 3, 300]), b: floats([5, 300, 4]) }, 'DOT', (b) =>
  b.op('MatMul', ['a', 'b']),
);
compare('MatMul: one matrix on the left', { a: floats([3, 300]), b: floats([2, 300, 40]) }, 'DOT', (b) =>
  b.op('MatMul', ['a', 'b']),
);
compare('MatMul: a constant', { a: floats([2, 1, 600]) }, 'DOT', (b) =>
  b.op('MatMul', ['a', b.initializer('w', floats([600, 1]))]),
);
compare(
  'MatMul: a constant stack, a thin one',
  { a: floats([2, 3, 40]), v: floats([40, 1]) },
  ['NONE', 'NONE'],
  (b) => [b.op('MatMul', ['a', b.initializer('w', floats([2, 40, 3]))]), b.op('MatMul', ['a', 'v'])],
);
for (const [transA, transB] of [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const) {
  const [left, right] = [transA ? [300, 3] : [3, 300], transB ? [20, 300] : [300, 20]];
  for (const bias of [[20], [3, 1], [], [3, 20], [1, 20]])
    compare(
      `Gemm ${transA} ${transB}, bias [${bias.join()}]`,
      { a: floats(left), b: floats(right), c: floats(bias) },
      ['DOT', 'DOT'],
      (b) => [
        b.op('Gemm', ['a', 'b', 'c'], { transA, transB, alpha: float(0.7), beta: float(-1.3) }),
        b.op('Gemm', ['a', b.initializer('w', floats(right))], { transA, transB, alpha: float(1.1) }),
      ],
    );
}

const image = { x: floats([2, 6, 7, 9]) };
compare(
  'Conv: strides, holes, uneven pads',
  { ...image, w: floats([4, 6, 3, 2]), c: floats([4]) },
  ['DOT', 'DOT'],
  (b) => [
    b.op('Conv', ['x', 'w', 'c'], { strides: [2, 3], dilations: [1, 2], pads: [1, 0, 2, 3] }),
    b.op('Conv', ['x', 'w'], { auto_pad: text('SAME_LOWER'), strides: [2, 2] }),
  ],
);
compare(
  'Conv: several blocks, and a bias behind them',
  { x: floats([1, 40, 20, 20]), w: floats([2, 40, 3, 3]), c: floats([2]) },
  'DOT',
  (b) => b.op('Conv', ['x', 'w', 'c'], { pads: [1, 1, 1, 1] }),
);
compare('Conv: groups', { ...image, w: floats([6, 2, 3, 3]), c: floats([6]) }, 'DOT', (b) =>
  b.op('Conv', ['x', 'w', 'c'], { group: 3, pads: [1, 1, 1, 1] }),
);
compare('Conv: one filter for a group', { ...image, w: floats([6, 1, 3, 3]) }, 'NONE', (b) =>
  b.op('Conv', ['x', 'w'], { group: 6 }),
);
compare('Conv: constant filters of one place', image, 'DOT', (b) =>
  b.op('Conv', ['x', b.initializer('w', floats([5, 6, 1, 1]))]),
);
compare('no form', image, ['NONE', 'NONE'], (b) => b.ops('MaxPool', ['x'], { kernel_shape: [2, 2] }, 2));

for (const [kernel, stride, pad, extra] of [
  [3, 2, 1, 1],
  [3, 1, 1, 0],
  [2, 2, 0, 0],
  [1, 2, 0, 1],
  [5, 3, 2, 2],
  [4, 2, 1, 0],
  [2, 3, 0, 1],
] as const) {
  const feeds = { x: floats([2, 20, 4, 5]), w: floats([20, 3, kernel, kernel]) };
  compare(
    `ConvTranspose: kernel ${kernel}, stride ${stride}, pads ${pad}, ${extra} more`,
    feeds,
    ['DOT', 'DOT'],
    (b) => {
      const attributes = { strides: [stride, stride], pads: [pad, pad, pad, pad], output_padding: [extra, extra] };
      const constant = b.initializer('c', floats([20, 2, kernel, kernel]));
      return [b.op('ConvTranspose', ['x', 'w'], attributes), b.op('ConvTranspose', ['x', constant], attributes)];
    },
  );
}
compare(
  'ConvTranspose without a form',
  { x: floats([1, 4, 4, 4]), w: floats([4, 3, 3, 3]), c: floats([3]) },
  ['NONE', 'NONE', 'NONE'],
  (b) => [
    b.op('ConvTranspose', ['x', 'w', 'c']),
    b.op('ConvTranspose', ['x', 'w'], { strides: [2, 2] }),
    b.op('ConvTranspose', ['x', 'w'], { dilations: [2, 2] }),
  ],
);

const endless = (shape: readonly number[]): Tensor =>
  tensorOf(
    'float32',
    shape,
    Array.from({ length: count(shape) }, () => numbers.pick([1, 2, 0, numbers.below(9) > 0 ? 1 : Infinity])),
  );
compare('padding and infinities', { x: endless([1, 4, 4, 4]), w: endless([4, 4, 3, 3]) }, ['DOT', 'DOT'], (b) => [
  b.op('Conv', ['x', 'w'], { pads: [1, 1, 1, 1] }),
  b.op('ConvTranspose', ['x', 'w'], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }),
]);

const long = { a: floats([2, 6144]), b: floats([6144, 2]), c: floats([2, 6145]), d: floats([6145, 2]) };
compare('more terms than a transaction has gas for', long, ['DOT', 'NONE', 'SUM', 'NONE', 'NONE'], (b) => [
  b.op('MatMul', ['a', 'b']),
  b.op('MatMul', ['c', 'd']),
  b.op('ReduceSum', [b.op('Reshape', ['a', b.integers([4096, 3])]), b.integers([0])]),
  b.op('ReduceSum', [b.op('Reshape', ['c', b.integers([6145, 2])]), b.integers([0])]),
  b.op('ReduceMax', ['c', b.integers([1])]),
]);
compare('more operands than a transaction has room for', { a: floats([2]) }, ['MOVE', 'NONE'], (b) => [
  b.op('Concat', Array<string>(100).fill('a'), { axis: 0 }),
  b.op('Concat', Array<string>(300).fill('a'), { axis: 0 }),
]);

t.test('a NaN among the terms of a MAX', async (t) => {
  const b = new GraphBuilder();
  b.input('x', floats([2, 3]));
  b.output(b.op('ReduceMax', ['x', b.integers([1])], {}, 'y'));
  const program = compileProgram(encodeModel({ opset: 18, graph: b.finish('test') }));
  const instruction = decodeInstruction(program.instructions[program.indexOf('y')]!);
  const bytesOf = (...all: number[]) => tensorOf('float32', [all.length], all).data;
  const terms = bytesOf(1, Number.NaN, 2);
  for (const value of [1, 2, Number.NaN]) t.ok(isResultOf(instruction, terms, bytesOf(value)), `${value}`);
  t.notOk(isResultOf(instruction, terms, bytesOf(3)));
  t.notOk(isResultOf(instruction, bytesOf(1, 0, 2), bytesOf(1)));
  t.ok(isResultOf(instruction, bytesOf(-1, -0, -0), bytesOf(0)), 'either zero');
});

t.test('state and feeds: numbers, places and heads', async (t) => {
  const b = new GraphBuilder();
  for (const name of ['w', 'x', 'a']) b.input(name, { dtype: 'float32', shape: [2] });
  b.output(b.op('Add', ['w', 'x']), 'w.next');
  b.output(b.op('Mul', ['a', b.op('Sub', ['w', 'a'])]), 'a.next');
  const { instructions, values, indexOf } = compileProgram(encodeModel({ opset: 18, graph: b.finish('test') }));
  t.same(
    values.slice(0, 3).map(({ name }) => name),
    ['w', 'x', 'a'],
  );
  const [w, x, a] = instructions.map(decodeInstruction);
  t.same(w!.attributes, [indexOf('w.next'), 1, 2], 'the second of two by name');
  t.same(a!.attributes, [indexOf('a.next'), 0, 2]);
  t.same(Buffer.from(a!.raw), Buffer.from(`00000001${'61'}0001${'0'.repeat(15)}2`, 'hex'));
  t.equal(opcodeName(x!.op), 'FEED');
  t.throws(() => indexOf('nothing'), RangeError);
});

t.test('merges and inference have programs too', async (t) => {
  const state = new Map([
    ['w', floats([3])],
    ['n', wholes([], 5)],
  ]);
  const merge = compileProgram(compileMerge(state, 2).graph);
  const names = merge.instructions.map((bytes) => opcodeName(decodeInstruction(bytes).op));
  t.same(names, ['FEED', 'FEED', 'FEED', 'FEED', 'CONST', 'MOVE', 'ADD', 'MUL']);
  for (const reference of REFERENCES) {
    const model = referenceModel(reference);
    if (model === null) continue;
    const { step } = compileInfer(model, { batch: expectedOf(reference).get('x')?.shape[0] ?? 1, labels: true });
    t.ok(compileProgram(step).instructions.length > 10, reference);
  }
});
