/** Files of tensors: written once in one way, read strictly, and no bytes whatever make the reader throw anything but its own errors. */
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { byteLength, type DataType, type Tensor } from '#engine/graph/tensor.ts';
import { importSafetensors, readSafetensors, type Tensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { stateRootOf } from '#engine/state/state.ts';
import { CorexError } from '#protocol/errors.ts';

const TYPES: DataType[] = ['float32', 'float64', 'int64', 'int32', 'uint8', 'bool'];

const tensors: fc.Arbitrary<Tensors> = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        fc.constantFrom('__proto__', 'constructor', '7', '10', 'w.next'),
      ),
      fc.constantFrom(...TYPES),
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
      fc.integer({ min: 0, max: 255 }),
    ),
    { maxLength: 8 },
  )
  .map(
    (rows) =>
      new Map(
        rows.map(([name, dtype, shape, fill]): [string, Tensor] => [
          name,
          { dtype, shape, data: new Uint8Array(byteLength(dtype, shape)).fill(dtype === 'bool' ? fill % 2 : fill) },
        ]),
      ),
  );

function fileOf(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = Buffer.from(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([prefix, text, data]);
}

const plain = (of: Tensors) =>
  [...of].map(([name, { dtype, shape, data }]) => [name, dtype, [...shape], Buffer.from(data).toString('hex')]).sort();

t.test('what was written is read', async (t) => {
  fc.assert(
    fc.property(tensors, (of) => {
      const file = writeSafetensors(of);
      t.same(plain(readSafetensors(file)), plain(of));
      t.same(writeSafetensors(new Map([...of].toReversed())), file, 'the same bytes in any order of insertion');
    }),
  );
});

t.test('every tensor lies on the boundary of its elements, without holes', async (t) => {
  const file = writeSafetensors(
    new Map<string, Tensor>([
      ['a', { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
      ['b', { dtype: 'int64', shape: [1], data: new Uint8Array(8) }],
      ['c', { dtype: 'float32', shape: [1], data: new Uint8Array(4) }],
    ]),
  );
  const read = readSafetensors(file);
  t.equal((read.get('b') as Tensor).data.byteOffset % 8, 0);
  t.equal((read.get('c') as Tensor).data.byteOffset % 4, 0);
  t.same([...(read.get('a') as Tensor).data], [1, 2, 3]);
});

t.test('foreign order, padding and metadata are imported, and are not canonical', async (t) => {
  const header =
    '{"__metadata__":{"by":"x"},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}  ';
  const file = fileOf(header, Uint8Array.of(9, 1, 2));
  t.same([...(importSafetensors(file).get('a') as Tensor).data], [1, 2]);
  t.throws(() => readSafetensors(file), { code: 'STATE_NOT_CANONICAL' });
  t.equal(stateRootOf(file), null);
});

const ENTRY = '"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
const four = new Uint8Array(4);
const BROKEN: Array<[string, Uint8Array]> = [
  ['empty', new Uint8Array()],
  ['a header longer than the file', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255)],
  ['no JSON', fileOf('{')],
  ['an array', fileOf('[]')],
  ['null', fileOf('null')],
  ['no UTF-8', fileOf('').fill(0xff, 8)],
  ['an unknown key', fileOf('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', four)],
  ['a negative size', fileOf('{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', four)],
  ['a fraction', fileOf('{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,6]}}', new Uint8Array(6))],
  ['a wrong size', fileOf('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', four)],
  [
    'an overflow',
    fileOf('{"w":{"dtype":"F32","shape":[4294967296,4294967296,4294967296,4294967296],"data_offsets":[0,0]}}'),
  ],
  ['an end before the begin', fileOf('{"w":{"dtype":"F32","shape":[0],"data_offsets":[4,0]}}', four)],
  ['an end beyond the file', fileOf(`{${ENTRY}}`, new Uint8Array(3))],
  ['bytes left over', fileOf(`{${ENTRY}}`, new Uint8Array(5))],
  ['an overlap', fileOf(`{${ENTRY},"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four)],
  ['a hole', fileOf('{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', new Uint8Array(8))],
  ['a bool of 2', fileOf('{"w":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}', Uint8Array.of(2))],
  ['a lone surrogate', fileOf('{"\\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', Uint8Array.of(2))],
];

t.test('broken files are refused', async (t) => {
  for (const [what, file] of BROKEN) t.throws(() => importSafetensors(file), { code: 'STATE_MALFORMED' }, what);
  t.throws(() => importSafetensors(fileOf('{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}', four)), {
    code: 'STATE_UNSUPPORTED_TYPE',
  });
});

t.test('a key twice is not canonical', async (t) => {
  t.throws(() => readSafetensors(fileOf(`{${ENTRY},${ENTRY}}    `, four)), CorexError);
});

t.test('no change of any bytes makes a second canonical file or an error of another kind', async (t) => {
  const change = fc.tuple(tensors, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean());
  fc.assert(
    fc.property(change, ([of, at, byte, isCut]) => {
      const file = Uint8Array.from(writeSafetensors(of));
      const changed = isCut ? file.slice(0, at % file.length) : file;
      if (!isCut) changed[at % file.length] = byte;
      try {
        t.same(writeSafetensors(readSafetensors(changed)), changed);
      } catch (error) {
        t.ok(error instanceof CorexError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

const REFERENCE = process.env.COREX_REFERENCE ?? '../shared/reference';

t.test(
  'reads files of the reference implementation',
  { skip: !existsSync(REFERENCE) && 'no reference files here' },
  async (t) => {
    const file = readFileSync(`${REFERENCE}/mlp/expected.safetensors`);
    const read = importSafetensors(file);
    t.same(read.get('x')?.shape, [32, 64]);
    t.same(plain(readSafetensors(writeSafetensors(read))), plain(read));
  },
);
