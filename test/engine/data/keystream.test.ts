/** The stream that weights and masks are made from, against its definition written down a second time. */
import { createCipheriv, createHash } from 'node:crypto';
import t from 'tap';
import { Keystream } from '#engine/data/keystream.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';

const SEED = sha256Hash(Uint8Array.of(42));

/** The words of one counter block, by AES of the counter itself. */
function block(key: Buffer, counter: number): number[] {
  const plain = Buffer.alloc(16);
  plain.writeUInt32BE(counter, 12);
  const bytes = createCipheriv('aes-128-ecb', key, null).update(plain);
  return [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at));
}

t.test('AES-128 of a counter, in little-endian words', async (t) => {
  const text = Buffer.concat([Buffer.from(SEED.slice(2), 'hex'), Buffer.from('corex.weights.v1/w')]);
  const key = createHash('sha256').update(text).digest().subarray(0, 16);
  const stream = new Keystream(SEED, 'corex.weights.v1/w');
  for (let counter = 0; counter < 1_200; counter++)
    t.same([stream.word(), stream.word(), stream.word(), stream.word()], block(key, counter));
});

t.test('filling and single words read on in the same stream', async (t) => {
  const [words, filled] = [new Keystream(SEED, 'a'), new Keystream(SEED, 'a')];
  const parts = [3, 0, 2_045, 5_000].map((count) => new Float32Array(count));
  for (const part of parts) {
    filled.fill(part);
    t.same(
      [...part],
      Array.from(part, () => Math.floor(words.word() / 256) / 2 ** 24),
    );
    t.equal(filled.word(), words.word());
  }
});

t.test('numbers with a sign have their bits, and purposes share no stream', async (t) => {
  const draws = ['a', 'b'].map((purpose) => {
    const stream = new Keystream(SEED, purpose);
    return Array.from({ length: 200 }, () => stream.signed(5));
  });
  t.notSame(draws[0], draws[1]);
  t.same(
    [...new Set(draws.flat())].sort((a, b) => a - b),
    Array.from({ length: 32 }, (_, i) => i - 16),
  );
});
