/** Which element an operand reads, and where it stands in the operands' bytes. */
import t from 'tap';
import { coordinatesAt, occurrencesOf, placeOf, positionAt, positionOf } from '#protocol/dispute/access.ts';
import type { Instruction, Operand } from '#protocol/dispute/instruction.ts';
import { OPCODES } from '#protocol/dispute/opcodes.ts';

const operand = (coordinates: Operand['coordinates'], type: Operand['type'] = 'float32'): Operand => ({
  source: 0,
  type,
  size: 100,
  coordinates,
});

/** A convolution along one axis: 6 places, 3 terms, padded by one. */
const WINDOW: Instruction = {
  op: OPCODES.DOT,
  type: 'float32',
  dims: [2, 6],
  terms: [3],
  attributes: [1024, 2, 0x3f800000, 0x3f800000],
  operands: [
    operand([{ bound: 3, stride: 1, offset: 0, coefficients: [0, 0, 1] }]),
    operand([
      { bound: 2, stride: 6, offset: 0, coefficients: [1, 0, 0] },
      { bound: 6, stride: 1, offset: -1, coefficients: [0, 1, 1] },
    ]),
    operand([]),
  ],
  raw: new Uint8Array(),
};

t.test('coordinates are row-major', async (t) => {
  t.same(coordinatesAt([2, 3, 4], 0), [0, 0, 0]);
  t.same(coordinatesAt([2, 3, 4], 23), [1, 2, 3]);
  t.same(coordinatesAt([2, 3, 4], 13), [1, 0, 1]);
  t.same(coordinatesAt([], 0), []);
});

t.test('a term is inside or outside', async (t) => {
  t.equal(positionOf(WINDOW, 1, 0, 0), null, 'before the first');
  t.equal(positionOf(WINDOW, 1, 0, 1), 0);
  t.equal(positionOf(WINDOW, 1, 11, 1), 11);
  t.equal(positionOf(WINDOW, 1, 11, 2), null, 'behind the last');
  t.equal(positionOf(WINDOW, 1, 6, 0), null, 'not the end of the row before');
  t.equal(positionOf(WINDOW, 0, 7, 2), 2);
  t.equal(positionOf(WINDOW, 2, 7, 2), 0, 'a scalar');
  t.throws(() => positionOf(WINDOW, 3, 0, 0), RangeError);
  const back = operand([{ bound: 5, stride: 2, offset: 4, coefficients: [-1] }]);
  t.same(
    [0, 4, 5].map((x) => positionAt(back, [x])),
    [8, 0, null],
    'from the end',
  );
});

t.test('a bias stands once behind the terms of both sides', async (t) => {
  t.same(
    [0, 1, 2].map((i) => occurrencesOf(WINDOW, i)),
    [3, 3, 1],
  );
  t.same(placeOf(WINDOW, 0, 2), { offset: 8, width: 4 });
  t.same(placeOf(WINDOW, 1, 1), { offset: 16, width: 4 });
  t.same(placeOf(WINDOW, 2, 0), { offset: 24, width: 4 });
});

t.test('an operation on elements has each operand once', async (t) => {
  const same: Operand['coordinates'] = [{ bound: 12, stride: 1, offset: 0, coefficients: [6, 1] }];
  const where: Instruction = {
    ...WINDOW,
    op: OPCODES.WHERE,
    terms: [],
    operands: [operand(same, 'bool'), operand(same), operand([])],
  };
  t.same(
    [0, 1, 2].map((i) => placeOf(where, i, 0).offset),
    [0, 1, 5],
  );
  t.equal(positionOf(where, 1, 9, 0), 9);
});

t.test('of a MOVE only the operand that is chosen stands there', async (t) => {
  const joined: Instruction = {
    ...WINDOW,
    op: OPCODES.MOVE,
    terms: [],
    operands: [operand([]), operand([], 'float64')],
  };
  t.same(placeOf(joined, 1, 0), { offset: 0, width: 8 });
});
