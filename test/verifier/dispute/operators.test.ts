/** Operators in forms that the reference models do not have, each compared with the runtime at every element. */
import t from 'tap';
import { GraphBuilder } from '#engine/graph/build.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { DataType, Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { compileInfer } from '#engine/train/infer.ts';
import { compileMerge } from '#engine/train/merge.ts';
import { decodeInstruction } from '#protocol/dispute/instruction.ts';
import { type OpcodeName, opcodeName } from '#protocol/dispute/opcodes.ts';
import { isResultOf } from '#verifier/dispute/adjudicate.ts';
import { compileProgram } from '#verifier/dispute/compile.ts';
import { formulaTypes } from '#verifier/dispute/formulas.ts';
import { expectedOf, REFERENCES, referenceModel } from '../../engine/onnx/reference-models.ts';
import { bools, compare, floats, numbers, text, wholes } from './comparing.ts';

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
