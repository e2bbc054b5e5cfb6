/** The tensor tree against a naive one, openings that check, and openings that must not. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import type { Hash } from '#protocol/ids.ts';
import {
  isOpeningOf,
  openChunk,
  stateRoot,
  TENSOR_CHUNK,
  type TensorEntry,
  tensorDigest,
} from '#protocol/trees/tensor.ts';

const sha = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** The definition, recursively: a level's pairs are hashed, an odd last one goes up as it is. */
function naiveRoot(leaves: Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] as Buffer;
  const above: Buffer[] = [];
  for (let i = 0; i < leaves.length; i += 2) {
    const [left, right] = [leaves[i] as Buffer, leaves[i + 1]];
    above.push(right === undefined ? left : sha(Uint8Array.of(1), left, right));
  }
  return naiveRoot(above);
}

function naiveDigest(bytes: Uint8Array): string {
  const leaves: Buffer[] = [];
  for (let i = 0; i === 0 || i < bytes.length; i += TENSOR_CHUNK)
    leaves.push(sha(Uint8Array.of(0), bytes.slice(i, i + TENSOR_CHUNK)));
  return `0x${naiveRoot(leaves).toString('hex')}`;
}

/** Bytes whose chunks all differ. */
const sample = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >>> 14) * 7 + (i >>> 8)) & 255);

const LENGTHS = [
  0,
  1,
  4,
  TENSOR_CHUNK - 1,
  TENSOR_CHUNK,
  TENSOR_CHUNK + 1,
  2 * TENSOR_CHUNK,
  3 * TENSOR_CHUNK,
  5 * TENSOR_CHUNK + 9,
  7 * TENSOR_CHUNK,
];

t.test('equals the definition at every size around a chunk', async (t) => {
  for (const length of LENGTHS) t.equal(tensorDigest(sample(length)), naiveDigest(sample(length)), `${length} bytes`);
});

t.test('reads a view in the middle of a buffer and leaves it as it was', async (t) => {
  const buffer = sample(3 * TENSOR_CHUNK);
  const before = Buffer.from(buffer);
  t.equal(tensorDigest(buffer.subarray(5, 2 * TENSOR_CHUNK)), naiveDigest(buffer.slice(5, 2 * TENSOR_CHUNK)));
  t.same(Buffer.from(buffer), before);
});

t.test('each chunk opens, and only where it stands', async (t) => {
  for (const length of LENGTHS) {
    const bytes = sample(length);
    const digest = tensorDigest(bytes);
    const chunks = Math.max(1, Math.ceil(length / TENSOR_CHUNK));
    for (let i = 0; i < chunks; i++) {
      const opening = openChunk(bytes, i);
      t.equal(isOpeningOf(digest, length, opening), true, `${length} bytes, chunk ${i}`);
      if (chunks > 1)
        t.equal(
          isOpeningOf(digest, length, { ...opening, index: (i + 1) % chunks }),
          false,
          `${length} bytes, chunk ${i} moved`,
        );
    }
  }
});

t.test('a changed chunk, sibling, length or path does not check', async (t) => {
  const bytes = sample(5 * TENSOR_CHUNK + 100);
  const digest = tensorDigest(bytes);
  const opening = openChunk(bytes, 4);
  const forged = Uint8Array.from(opening.chunk);
  forged[17] = (forged[17] as number) ^ 1;
  t.equal(isOpeningOf(digest, bytes.length, { ...opening, chunk: forged }), false);
  t.equal(isOpeningOf(digest, bytes.length, { ...opening, siblings: opening.siblings.slice(1) }), false);
  t.equal(isOpeningOf(digest, bytes.length, { ...opening, siblings: [...opening.siblings, digest] }), false);
  t.equal(isOpeningOf(digest, bytes.length, { ...opening, siblings: opening.siblings.map(() => null) }), false);
  t.equal(isOpeningOf(digest, 9 * TENSOR_CHUNK, opening), false);
  t.throws(() => openChunk(bytes, 6), RangeError);
  t.throws(() => openChunk(bytes, -1), RangeError);
});

t.test('a node is not a leaf: the two children of a root are no tensor with that root', async (t) => {
  const bytes = sample(2 * TENSOR_CHUNK);
  const children = Buffer.concat(
    [0, 1].map((i) => sha(Uint8Array.of(0), bytes.slice(i * TENSOR_CHUNK, (i + 1) * TENSOR_CHUNK))),
  );
  t.not(tensorDigest(children), tensorDigest(bytes));
});

const entry = (digest: string, over: Partial<TensorEntry> = {}): TensorEntry => ({
  dtype: 'float32',
  shape: [2, 3],
  digest: digest as Hash,
  ...over,
});
const A = `0x${'a1'.repeat(32)}`;
const B = `0x${'b2'.repeat(32)}`;

t.test('a state root does not depend on the order of insertion', async (t) => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 1, maxLength: 9 }),
      (names) => {
        const pairs = names.map((name) => [name, entry(A)] as const);
        t.equal(stateRoot(new Map(pairs)), stateRoot(new Map(pairs.toReversed())));
      },
    ),
  );
});

t.test('a state root depends on everything else', async (t) => {
  const state = (over: Partial<TensorEntry>, name = 'w') =>
    stateRoot(
      new Map([
        [name, entry(A, over)],
        ['z', entry(B)],
      ]),
    );
  const roots = [
    state({}),
    state({}, 'v'),
    state({ dtype: 'int32' }),
    state({ shape: [3, 2] }),
    state({ shape: [6] }),
    state({ digest: B as Hash }),
    stateRoot(new Map([['w', entry(A)]])),
    stateRoot(new Map()),
    stateRoot(
      new Map([
        ['w', entry(B)],
        ['z', entry(A)],
      ]),
    ),
  ];
  t.equal(new Set(roots).size, roots.length);
});

t.test('the encoding of a state is this one', async (t) => {
  const leaf = (name: string, digest: string) =>
    sha(
      Uint8Array.of(0, 0, 0, 0, name.length),
      Buffer.from(name),
      Uint8Array.of(0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3),
      Buffer.from(digest.slice(2), 'hex'),
    );
  const expected = sha(Uint8Array.of(1), leaf('a', A), leaf('b', B)).toString('hex');
  t.equal(
    stateRoot(
      new Map([
        ['b', entry(B)],
        ['a', entry(A)],
      ]),
    ),
    `0x${expected}`,
  );
});
