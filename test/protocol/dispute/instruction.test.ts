/** Bytes of an instruction, word by word, and back; what is no instruction. */
import t from 'tap';
import { toHex } from '#protocol/codec/digest.ts';
import { decodeInstruction, encodeInstruction, type Instruction } from '#protocol/dispute/instruction.ts';
import { OPCODES, opcodeName } from '#protocol/dispute/opcodes.ts';

const PRODUCT: Instruction = {
  op: OPCODES.DOT,
  type: 'float32',
  dims: [2, 3],
  terms: [4],
  attributes: [256, 0, 0x3f800000, 0x3f800000],
  operands: [
    {
      source: 5,
      type: 'float32',
      size: 8,
      coordinates: [
        { bound: 2, stride: 4, offset: 0, coefficients: [1, 0, 0] },
        { bound: 4, stride: 1, offset: -1, coefficients: [0, 0, -2] },
      ],
    },
    { source: 6, type: 'int64', size: 1, coordinates: [] },
  ],
  raw: new Uint8Array(),
};

const STATE: Instruction = {
  ...PRODUCT,
  op: OPCODES.STATE,
  attributes: [9, 0, 1],
  terms: [],
  operands: [],
  raw: Uint8Array.of(1, 2, 3),
};

const words = (...all: number[]): string => all.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');

t.test('the words are those of the document', async (t) => {
  const head = words(7, 0, 2, 2, 3, 1, 4, 4, 256, 0, 0x3f800000, 0x3f800000, 2);
  const left = words(5, 0, 8, 2, 2, 4, 0, 1, 0, 0, 4, 1, -1, 0, 0, -2);
  t.equal(toHex(encodeInstruction(PRODUCT)), `0x${head}${left}${words(6, 2, 1, 0)}`);
  t.equal(toHex(encodeInstruction(STATE)), `0x${words(2, 0, 2, 2, 3, 0, 3, 9, 0, 1, 0)}010203`);
});

t.test('and back', async (t) => {
  t.same(decodeInstruction(encodeInstruction(PRODUCT)), PRODUCT);
  t.same(decodeInstruction(encodeInstruction(STATE)), STATE);
  // A part of a larger buffer.
  const bytes = encodeInstruction(PRODUCT);
  const larger = new Uint8Array(bytes.length + 7);
  larger.set(bytes, 7);
  t.same(decodeInstruction(larger.subarray(7)), PRODUCT);
});

t.test('no beginning of an instruction is one, nor is one with bytes behind it', async (t) => {
  const bytes = encodeInstruction(PRODUCT);
  for (let length = 0; length < bytes.length; length++)
    t.throws(() => decodeInstruction(bytes.subarray(0, length)), RangeError, `${length} bytes`);
  t.throws(() => decodeInstruction(Uint8Array.from([...bytes, 0])), /1 bytes behind/);
  const state = encodeInstruction(STATE);
  t.equal(decodeInstruction(state.subarray(0, state.length - 3)).raw.length, 0);
});

t.test('what is no instruction', async (t) => {
  const decode = (...all: number[]) => decodeInstruction(Buffer.from(words(...all), 'hex'));
  t.equal(decode(0, 0, 0, 0, 0, 0).op, OPCODES.FEED);
  t.throws(() => decode(10, 0, 0, 0, 0, 0), /no opcode 10/);
  t.throws(() => decode(4, 6, 0, 0, 0, 0), /no type 6/);
  t.throws(() => decode(4, 0, 0xffffffff), /a list of 4294967295/);
  t.throws(() => encodeInstruction({ ...PRODUCT, dims: [-1, 3] }), /not a u32/);
  t.throws(() => encodeInstruction({ ...PRODUCT, dims: [6] }), /3 coefficients for 2/);
  const [operand] = PRODUCT.operands;
  const far = { bound: 1, stride: 1, offset: 2 ** 31, coefficients: [0, 0, 0] };
  t.throws(() => encodeInstruction({ ...PRODUCT, operands: [{ ...operand!, coordinates: [far] }] }), /not an i32/);
});

t.test('the table of codes', async (t) => {
  t.equal(OPCODES.MAX, 9);
  const names =
    'ADD SUB MUL DIV SQRT NEG ABS RELU MAX2 MIN2 FLOOR CEIL ROUND SIGN LESS EQUAL GREATER WHERE CAST EXP ERF TANH';
  `${names} SIGMOID AND OR NOT`.split(' ').forEach((name, i) => {
    t.equal(opcodeName(16 + i), name);
  });
  t.equal(opcodeName(42), undefined);
});
