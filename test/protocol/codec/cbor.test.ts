/** Canonical CBOR: round trips, known bytes, and strangers' bytes that must give a code and never an exception. */
import fc from 'fast-check';
import t from 'tap';
import { decodeCbor, encodeCbor, readCbor } from '#protocol/codec/cbor.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const codeOf = (bytes: Uint8Array, limit = 1_000_000): string => {
  const decoded = decodeCbor(bytes, limit);
  return decoded.ok ? 'ok' : decoded.error.code;
};

t.test('known bytes: keys sort by length, then by bytes', (t) => {
  // RFC 8949 major types; DAG-CBOR map order: https://ipld.io/specs/codecs/dag-cbor/spec/#strictness
  t.same(Buffer.from(encodeCbor({ bb: 2, a: 1, c: [null, true] })).toString('hex'), 'a3616101616382f6f562626202');
  t.same(Buffer.from(encodeCbor(1.5)).toString('hex'), 'fb3ff8000000000000');
  t.end();
});

t.test('refused bytes', (t) => {
  const cases: ReadonlyArray<readonly [string, string, string]> = [
    ['a longer integer than needed', '1801', 'CBOR_MALFORMED'],
    ['unsorted keys', 'a2616201616101', 'CBOR_NOT_CANONICAL'],
    ['a key twice', 'a2616101616102', 'CBOR_MALFORMED'],
    ['an indefinite array', '9fff', 'CBOR_MALFORMED'],
    ['a tag', 'c001', 'CBOR_MALFORMED'],
    ['a link', 'd82a5825000155122000000000000000000000000000000000000000000000000000000000000000', 'CBOR_MALFORMED'],
    ['NaN', 'fb7ff8000000000000', 'CBOR_MALFORMED'],
    ['a half float', 'f93e00', 'CBOR_NOT_CANONICAL'],
    ['two values', '0101', 'CBOR_MALFORMED'],
    ['nothing', '', 'CBOR_MALFORMED'],
    ['an array that claims 2^32 members', '9affffffff', 'CBOR_MALFORMED'],
    ['bytes that claim 2^53', '5b0020000000000000', 'CBOR_MALFORMED'],
  ];
  for (const [name, bytes, code] of cases) t.equal(codeOf(hex(bytes)), code, name);
  t.equal(codeOf(new Uint8Array(11), 10), 'CBOR_TOO_BIG');
  t.equal(codeOf(new Uint8Array(200_000).fill(0x81)), 'CBOR_MALFORMED', 'nested beyond any stack');
  t.equal(codeOf(hex(`${'81'.repeat(40)}01`)), 'CBOR_MALFORMED', 'nested deeper than allowed');
  t.equal(codeOf(hex('a1695f5f70726f746f5f5f01')), 'CBOR_MALFORMED', 'a key named __proto__');
  t.throws(() => readCbor(hex('ff'), 10), { code: 'CBOR_MALFORMED' });
  t.end();
});

t.test('values without a CBOR form', (t) => {
  class Thing {}
  for (const value of [
    undefined,
    { a: undefined },
    Number.NaN,
    Number.POSITIVE_INFINITY,
    () => 1,
    new Thing(),
    new Map(),
    new Date(0),
    new Float32Array(1),
    2n ** 64n,
  ]) {
    t.throws(() => encodeCbor(value), { code: 'CBOR_NOT_PLAIN' });
  }
  t.end();
});

t.test('every plain value comes back, and has one encoding', (t) => {
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.string(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0)),
    fc.uint8Array(),
  );
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value')),
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        tie('value'),
        { noNullPrototype: true },
      ),
    ),
  })).value;
  fc.assert(
    fc.property(plain, (value) => {
      const bytes = encodeCbor(value);
      const decoded = decodeCbor(bytes, bytes.length);
      t.equal(decoded.ok, true);
      if (decoded.ok) t.same(encodeCbor(decoded.value), bytes);
    }),
    { numRuns: 200 },
  );
  t.end();
});

t.test('random bytes never throw, and what decodes is canonical', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const decoded = decodeCbor(bytes, 64);
      if (decoded.ok) t.same(encodeCbor(decoded.value), bytes);
      else t.match(decoded.error.code, /^CBOR_/);
    }),
    { numRuns: 2_000 },
  );
  t.end();
});
