/** Where values differ: the first element that a contract tells apart, and chunks that a tree of another size cannot show. */
import t from 'tap';
import type { Instruction } from '#protocol/dispute/instruction.ts';
import { OPCODES } from '#protocol/dispute/opcodes.ts';
import { firstByte, firstElement, hiddenChunk, hiddenLeaf } from '#verifier/dispute/difference.ts';

const floats = (...numbers: number[]): Uint8Array => new Uint8Array(new Float32Array(numbers).buffer);
const instruction = (op: Instruction['op'], type: Instruction['type'] = 'float32'): Instruction => ({
  op,
  type,
  dims: [4],
  terms: [],
  attributes: [],
  operands: [],
  raw: new Uint8Array(),
});

t.test('bytes and elements', async (t) => {
  t.equal(firstByte(floats(1, 2), floats(1, 2)), null);
  t.equal(firstByte(floats(1, 2), floats(1, 3)), 6);
  t.equal(firstByte(floats(1), floats(1, 3)), 4);
  t.equal(firstElement(instruction(OPCODES.ADD), floats(1, 2, 3), floats(1, 2, 3)), null);
  t.equal(firstElement(instruction(OPCODES.ADD), floats(1, 2, 3), floats(1, 7, 8)), 1);
  t.equal(firstElement(instruction(OPCODES.EQUAL, 'bool'), Uint8Array.of(0, 1, 1), Uint8Array.of(0, 1, 0)), 2);
});

t.test('NaNs are one, and zeros where ties are not fixed', async (t) => {
  const [nan, other] = [floats(1, Number.NaN, 3), floats(1, Number.NaN, 3)];
  other[4] = 1;
  t.not(firstByte(nan, other), null);
  t.equal(firstElement(instruction(OPCODES.ADD), nan, other), null);
  other.set(floats(4), 8);
  t.equal(firstElement(instruction(OPCODES.ADD), nan, other), 2, 'what comes behind counts');
  t.equal(firstElement(instruction(OPCODES.ADD), nan, floats(1, 2, 3)), 1);
  t.equal(firstElement(instruction(OPCODES.MAX), floats(0, 1), floats(-0, 1)), null);
  t.equal(firstElement(instruction(OPCODES.ADD), floats(0, 1), floats(-0, 1)), 0);
});

/** Sides from the root down to a leaf: at each level its place among the nodes says whether it is alone. */
function sidesOf(leaf: number, leaves: number): Array<0 | 1> {
  const sides: Array<0 | 1> = [];
  for (let [at, nodes] = [leaf, leaves]; nodes > 1; at >>= 1, nodes = Math.ceil(nodes / 2))
    if ((at ^ 1) < nodes) sides.unshift((at & 1) as 0 | 1);
  return sides;
}

/** Is there a path of one tree's leaf that ends at a leaf of the other? */
function isShown(leaf: number, leaves: number, others: number): boolean {
  const path = sidesOf(leaf, leaves).join();
  return Array.from({ length: others }, (_, other) => sidesOf(other, others).join()).includes(path);
}

t.test('a leaf that a tree of another size cannot show', async (t) => {
  let shown = 0;
  for (let leaves = 1; leaves <= 40; leaves++) {
    for (let others = 1; others <= 40; others++) {
      if (leaves === others) continue;
      const hidden = hiddenLeaf(leaves, others);
      t.ok(hidden >= 0 && hidden < leaves && !isShown(hidden, leaves, others), `${leaves} and ${others}`);
      for (let leaf = 0; leaf < leaves; leaf++) if (isShown(leaf, leaves, others)) shown++;
    }
  }
  t.ok(shown > 1_000, `other leaves can be shown: ${shown}`);
  t.equal(hiddenChunk(1_000, 999), 7, 'the last of as many has another length');
});
