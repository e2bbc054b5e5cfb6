/** What the verifier predicts of single elements is what the runtime computes, bit for bit. */
import t from 'tap';
import { adjudicated } from '#tools/adjudicate.ts';

t.setTimeout(240_000);

const ELEMENTS = 20_000;

t.test('twenty thousand elements of every operator with a closed form', async (t) => {
  const tallies = await adjudicated(ELEMENTS, 7);
  for (const { op, wrong } of tallies) t.same(wrong, [], op);
  t.equal(
    tallies.reduce((sum, { elements }) => sum + elements, 0),
    ELEMENTS,
  );
  const products = [
    'Conv',
    'Gemm, constant right',
    'Gemm, both at run time',
    'MatMul, constant right',
    'MatMul, both at run time',
  ];
  for (const name of products)
    t.ok(
      tallies.some(({ op }) => op === name),
      name,
    );
});
