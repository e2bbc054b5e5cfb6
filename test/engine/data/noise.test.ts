/** Random inputs: an answer computed apart from this code, uniformity, and that seed, name and step each change everything. */
import { createHash, createCipheriv } from 'node:crypto';
import t from 'tap';
import { checkNoise, fillNoise, isNoise } from '#engine/data/noise.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';

const SEED = sha256Hash(Uint8Array.of(42));

function draw(count: number, over: { seed?: typeof SEED; name?: string; step?: number } = {}): Float32Array {
  const numbers = new Float32Array(count);
  fillNoise({ seed: SEED, name: 'random.0', step: 0, ...over }, new Uint8Array(numbers.buffer));
  return numbers;
}

t.test('the definition, written down a second time: AES-128 of the counter, upper 24 bits of each word', async (t) => {
  const text = Buffer.concat([Buffer.from(SEED.slice(2), 'hex'), Buffer.from('corex.random.v1/random.7/1234567')]);
  const key = createHash('sha256').update(text).digest().subarray(0, 16);
  const expected: number[] = [];
  for (let block = 0; block < 3; block++) {
    const counter = Buffer.alloc(16);
    counter[15] = block;
    const bytes = createCipheriv('aes-128-ecb', key, null).update(counter);
    for (let i = 0; i < 16; i += 4) expected.push(((bytes.readUInt32LE(i) / 256) | 0) / 2 ** 24);
  }
  t.same([...draw(12, { name: 'random.7', step: 1234567 })], expected);
});

/** By `openssl enc -aes-128-ctr -K … -iv 0 -in zeros`, the key by sha256sum. */
const KNOWN = [4074292382, 1737310635, 474083071, 1583175328].map((word) => Math.floor(word / 256));

t.test('a known answer', async (t) => {
  t.same(
    [...draw(4)].map((number) => number * 2 ** 24),
    KNOWN,
  );
});

t.test('uniform in [0, 1), also beyond one block of the cipher', async (t) => {
  const numbers = draw(100_000);
  t.ok(numbers.every((number) => number >= 0 && number < 1 && Number.isInteger(number * 2 ** 24)));
  const cells = new Array<number>(50).fill(0);
  for (const number of numbers) cells[Math.floor(number * 50)]!++;
  const chi2 = cells.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
  // 49 degrees of freedom: beyond 99 once in 30 thousand seeds, and this one is fixed.
  t.ok(chi2 < 99, `chi square ${chi2}`);
  t.same(draw(20_000).slice(16_384), numbers.slice(16_384, 20_000), 'a longer input begins like a shorter one');
});

t.test('seed, name and step each draw anew', async (t) => {
  const draws = [{}, { seed: sha256Hash(Uint8Array.of(1)) }, { name: 'random.1' }, { step: 1 }].map((over) =>
    draw(8, over).join(),
  );
  t.equal(new Set(draws).size, 4);
  t.same(draw(8), draw(8));
  t.equal(draw(0).length, 0);
});

t.test('names and types', async (t) => {
  t.same(['random.0', 'random.mask', 'random', 'x'].map(isNoise), [true, true, false, false]);
  t.throws(() => checkNoise({ name: 'random.0', dtype: 'int64' }), { code: 'DATA_BAD_NOISE' });
});
