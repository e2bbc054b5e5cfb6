/** Roots and paths of programs, terms, short and fine roots, against trees that are written out. */
import t from 'tap';
import { encodeWords, hashWords } from '#protocol/codec/abi.ts';
import { keccak256Hash } from '#protocol/codec/digest.ts';
import type { Terms } from '#protocol/dispute/moves.ts';
import { instructionLeaf, isInProgram, programPath, programRoot } from '#protocol/dispute/program.ts';
import { fineRoot, short, shortWord } from '#protocol/dispute/short.ts';
import { termsHash } from '#protocol/dispute/terms.ts';
import { merkleClimb, merklePath, merkleRoot } from '#protocol/trees/merkle.ts';
import {
  compareNames,
  entryHead,
  FINE_CHUNK,
  isOpeningOf,
  openChunk,
  openEntry,
  pathOf,
  stateRoot,
  type TensorEntry,
  tensorDigest,
} from '#protocol/trees/tensor.ts';
import { hashToBytes, sha256, sha256Hash } from '#protocol/codec/digest.ts';

const INSTRUCTIONS = Array.from({ length: 7 }, (_, i) => Uint8Array.of(i, i + 1));

t.test('a program of three', async (t) => {
  const [a, b, c] = INSTRUCTIONS.map(instructionLeaf);
  t.equal(programRoot(INSTRUCTIONS.slice(0, 3)), hashWords([hashWords([a!, b!]), c!]));
  t.same(programPath(INSTRUCTIONS.slice(0, 3), 0), [b, c]);
  t.same(programPath(INSTRUCTIONS.slice(0, 3), 2), [hashWords([a!, b!])], 'no entry where it is alone');
});

t.test('every value of every size of program, and no other', async (t) => {
  for (let count = 1; count <= INSTRUCTIONS.length; count++) {
    const program = INSTRUCTIONS.slice(0, count);
    const root = programRoot(program);
    for (const [i, instruction] of program.entries()) {
      const path = programPath(program, i);
      t.ok(isInProgram(root, count, i, instruction, path), `${i} of ${count}`);
      t.notOk(isInProgram(root, count, i, Uint8Array.of(9), path));
      t.notOk(isInProgram(root, count, i, instruction, [...path, root]), 'too long');
      if (path.length > 0) t.notOk(isInProgram(root, count, i, instruction, path.slice(1)), 'too short');
      if (count > 1) t.notOk(isInProgram(root, count, (i + 1) % count, instruction, path), 'another place');
    }
    t.throws(() => programPath(program, count), RangeError);
  }
  const leaves = INSTRUCTIONS.map(instructionLeaf);
  t.equal(merkleClimb(leaves[0]!, 7, 7, merklePath(leaves, 0)), null);
  t.equal(merkleClimb(leaves[6]!, 6, 7, merklePath(leaves, 6)), merkleRoot(leaves));
});

t.test('terms are one hash of eight words', async (t) => {
  const program = programRoot(INSTRUCTIONS);
  const terms: Terms = { program, values: 7, steps: 20, segment: 5, unitsPerStep: 123n, unitsMerge: 0n };
  const tag = keccak256Hash(Buffer.from('corex.terms.v1'));
  t.equal(termsHash(terms), keccak256Hash(encodeWords([tag, program, 7, 20, 5, 123n, 0n])));
  t.not(termsHash({ ...terms, segment: 4 }), termsHash(terms));
});

t.test('short roots', async (t) => {
  const root = programRoot(INSTRUCTIONS);
  t.equal(short(root).length, 42);
  t.equal(shortWord(short(root)), `${root.slice(0, 42)}${'00'.repeat(12)}`);
});

t.test('a fine root has chunks of 128 bytes', async (t) => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i);
  const leaf = (chunk: Uint8Array) => sha256(Buffer.concat([Uint8Array.of(0), chunk]));
  const node = (a: Uint8Array, b: Uint8Array) => sha256(Buffer.concat([Uint8Array.of(1), a, b]));
  const [a, b, c] = [0, 128, 256].map((from) => leaf(bytes.subarray(from, from + 128)));
  t.same(hashToBytes(fineRoot(bytes)), new Uint8Array(node(node(a!, b!), c!)));
  t.not(fineRoot(bytes), tensorDigest(bytes));
  for (const index of [0, 1, 2]) {
    const opening = openChunk(bytes, index, FINE_CHUNK);
    t.ok(isOpeningOf(fineRoot(bytes), bytes.length, opening, FINE_CHUNK));
    t.notOk(isOpeningOf(fineRoot(bytes), bytes.length, opening), 'of other chunks');
    t.equal(pathOf(opening.siblings).length, index === 2 ? 1 : 2);
  }
  t.throws(() => openChunk(bytes, 3, FINE_CHUNK), RangeError);
});

t.test('an entry of a state: its head, its digest and its way up', async (t) => {
  const entries = ['b', 'a', 'c'].map((name, i): [string, TensorEntry] => [
    name,
    { dtype: 'float32', shape: [i, 2], digest: fineRoot(Uint8Array.of(i)) },
  ]);
  const state = new Map(entries);
  const sorted = [...entries].sort(([a], [b]) => compareNames(a, b));
  sorted.forEach(([name, { dtype, shape, digest }], index) => {
    const head = entryHead(name, dtype, shape);
    t.equal(head.length, 4 + 1 + 2 + 16);
    let node = sha256(Buffer.concat([Uint8Array.of(0), head, hashToBytes(digest)]));
    let at = index;
    for (const sibling of openEntry(state, index)) {
      if (sibling !== null) {
        const pair = at % 2 === 0 ? [node, hashToBytes(sibling)] : [hashToBytes(sibling), node];
        node = sha256(Buffer.concat([Uint8Array.of(1), ...pair]));
      }
      at >>>= 1;
    }
    t.equal(`0x${Buffer.from(node).toString('hex')}`, stateRoot(state), name);
  });
  t.throws(() => openEntry(state, 3), RangeError);
  t.equal(stateRoot(new Map()), sha256Hash(Uint8Array.of(0)));
});
