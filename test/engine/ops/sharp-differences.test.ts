/** Every gradient rule against central differences in float64, where a wrong factor of one in a million shows. */
import t from 'tap';
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import type { OperatorName } from '#engine/ops/catalogue.ts';
import { GRADIENTS } from '#engine/ops/gradients.ts';
import { addBackward } from '#engine/train/backward.ts';
import { numbersAt, openRunner } from '../train/running.ts';
import { CASES, type Case, spreadOut } from './cases.ts';

const STEP = 1e-5;

interface Compiled {
  readonly graph: Uint8Array;
  readonly inputs: Map<string, Tensor>;
  readonly seed: Tensor;
}

/** y = op(x0, x1, …), the scalar sum of seed · y, and d of it by each input. */
function compile(of: Case, label: string): Compiled {
  const b = new GraphBuilder();
  const inputs = new Map(
    of.shapes.map((shape, i) => {
      // Shifted, so that no element of one operand equals one of another.
      const range = { low: (of.low ?? -1.5) + 0.0137 * i, high: (of.high ?? 1.7) + 0.0137 * i };
      return [`x${i}`, spreadOut(`${label}.x${i}`, shape, range)];
    }),
  );
  const names = [...inputs].map(([name, tensor]) => b.input(name, tensor));
  const y = of.add(b, names);
  const seed = spreadOut(`${label}.seed`, b.info(y).shape, { low: 0.3, high: 1.1 });
  const gradients = addBackward(b, { value: y, gradient: b.input('seed', seed) }, names);
  b.output(b.op('ReduceSum', [b.op('Mul', [y, 'seed'])], { keepdims: 0 }), 'sum');
  for (const name of names) b.output(gradients.get(name) ?? '', `${name}.gradient`);
  return { graph: encodeModel({ opset: OPSET, graph: b.finish('case') }), inputs, seed };
}

async function worstDifference(compiled: Compiled): Promise<number> {
  const runner = await openRunner(compiled.graph);
  const at = (inputs: ReadonlyMap<string, Tensor>) => runner.run(new Map([...inputs, ['seed', compiled.seed]]));
  const analytic = await at(compiled.inputs);
  let worst = 0;
  for (const [name, tensor] of compiled.inputs) {
    const numbers = numbersOf(tensor);
    const found = numbersAt(analytic, `${name}.gradient`);
    if (found.length !== numbers.length) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < numbers.length; i++) {
      const moved = (by: number): Promise<Map<string, Tensor>> => {
        const next = numbers.map((number, k) => (k === i ? number + by : number));
        return at(new Map([...compiled.inputs, [name, tensorOf('float64', tensor.shape, next)]]));
      };
      const [up = 0] = numbersAt(await moved(STEP), 'sum');
      const [down = 0] = numbersAt(await moved(-STEP), 'sum');
      const expected = (up - down) / (2 * STEP);
      worst = Math.max(worst, Math.abs(expected - (found[i] as number)) / Math.max(1, Math.abs(expected)));
    }
  }
  await runner.close();
  return worst;
}

t.test('every operator with a gradient has a case', (t) => {
  const operators = Object.entries(GRADIENTS).flatMap(([op, rule]) => (rule === null ? [] : [op]));
  t.ok(operators.length > 20);
  t.same(
    operators.filter((op) => (CASES[op as OperatorName] ?? []).length === 0),
    [],
  );
  t.end();
});

for (const [op, cases] of Object.entries(CASES)) {
  t.test(op, async (t) => {
    for (const [i, of] of cases.entries()) {
      const difference = await worstDifference(compile(of, `${op}.${i}`));
      t.ok(difference < 1e-7, `case ${i} of shapes ${JSON.stringify(of.shapes)}: ${difference}`);
    }
  });
}

t.test('a wrong rule would be seen', async (t) => {
  const right = compile({ shapes: [[2, 2]], add: (b, [x = '']) => b.op('Exp', [x]) }, 'wrong');
  const b = new GraphBuilder();
  const x = b.input('x0', { dtype: 'float64', shape: [2, 2] });
  b.input('seed', { dtype: 'float64', shape: [2, 2] });
  b.output(b.op('ReduceSum', [b.op('Mul', [b.op('Exp', [x]), 'seed'])], { keepdims: 0 }), 'sum');
  b.output(b.op('Mul', ['seed', x]), 'x0.gradient');
  const graph = encodeModel({ opset: OPSET, graph: b.finish('wrong') });
  t.ok((await worstDifference({ ...right, graph })) > 1e-2);
});

t.test('a value that is used twice gets the sum of both gradients', async (t) => {
  const twice: Case = { shapes: [[2, 3]], add: (b, [x = '']) => b.op('Mul', [b.op('Tanh', [x]), b.op('Exp', [x])]) };
  t.ok((await worstDifference(compile(twice, 'twice'))) < 1e-7);
});
