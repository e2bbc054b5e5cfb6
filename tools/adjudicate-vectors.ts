/** Digests of what TypeScript computes, for contracts/test/libraries/Float*.t.sol to compute again: `node tools/adjudicate-vectors.ts --write`. */
// Operands follow from keccak of a counter on both sides, so that thousands of vectors are a few digests; FloatOperands.sol draws the same.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { concat, keccak256, toBeHex, ZeroHash } from 'ethers';
import { bitsOf32, bitsOf64, float32Of, float64Of } from '#verifier/arithmetic/bits.ts';
import * as f32 from '#verifier/arithmetic/float32.ts';
import { int64ToFloat32, int64ToFloat64 } from '#verifier/arithmetic/float64.ts';
import { erf, exp, sigmoid, tanh } from '#verifier/arithmetic/kernels.ts';
import { product } from '#verifier/arithmetic/product.ts';
import { root } from './sources.ts';

export const vectorsFile = 'contracts/test/libraries/FloatVectors.sol';
/** Vectors of one digest, and digests of one operator. */
const EACH = 64;
const DIGESTS = 16;

interface Format {
  readonly fraction: bigint;
  readonly top: bigint;
}
const BINARY32: Format = { fraction: 23n, top: 255n };
const BINARY64: Format = { fraction: 52n, top: 2047n };

const hash = (...numbers: bigint[]): bigint => BigInt(keccak256(concat(numbers.map((each) => toBeHex(each, 32)))));

/** Bits of a number: anything, near 1, subnormal, overflowing, or of few digits. */
function operand(word: bigint, mode: bigint, { fraction, top }: Format): bigint {
  const sign = (top + 1n) << fraction;
  if (mode % 8n === 0n) return word & (2n * sign - 1n);
  const drawn = word >> fraction;
  let field = top / 2n - 8n + (drawn & 15n);
  let digits = word & ((1n << fraction) - 1n);
  if (mode % 8n === 5n) field = drawn & 3n;
  if (mode % 8n === 6n) field = top - (drawn & 3n);
  if (mode % 8n === 7n) {
    digits &= 7n << (fraction - 3n);
    if ((drawn & 7n) === 0n) [field, digits] = [0n, 0n];
  }
  return (word & sign) | (field << fraction) | digits;
}

/** Three operands: the second and third are sometimes close to what cancels the ones before. */
function operands(index: bigint, at: bigint, format: Format): readonly [bigint, bigint, bigint, bigint] {
  const word = hash(index, at);
  const mode = word >> 248n;
  const sign = (format.top + 1n) << format.fraction;
  const a = operand(word, mode, format);
  const b = operand(word >> 64n, mode >> 3n, format);
  const c = operand(word >> 128n, mode >> 5n, format);
  const way = (word >> 192n) & 3n;
  if (way === 0n) return [a, a ^ sign ^ ((word >> 196n) & 3n), c, word];
  return [a, b, c, word];
}

type Numbers3 = readonly [a: number, b: number, c: number];
const in32 = (of: (...numbers: Numbers3) => number) => ({
  format: BINARY32,
  result: ([a, b, c]: readonly bigint[]): bigint =>
    BigInt(bitsOf32(of(float32Of(Number(a)), float32Of(Number(b)), float32Of(Number(c))))),
});
const in64 = (of: (...numbers: Numbers3) => number) => ({
  format: BINARY64,
  result: ([a, b, c]: readonly bigint[]): bigint =>
    bitsOf64(of(float64Of(a as bigint), float64Of(b as bigint), float64Of(c as bigint))),
});
const inWhole = (of: (value: bigint) => bigint) => ({
  format: BINARY64,
  result: ([, , , word = 0n]: readonly bigint[]): bigint => of(BigInt.asIntN(64, word) >> ((word >> 64n) & 63n)),
});

/** In the order of FloatOperands.sol. */
const OPERATORS: ReadonlyArray<readonly [name: string, of: ReturnType<typeof in32>]> = [
  ['fma', in32(f32.fma)],
  // What cancels: a × b less itself, rounded, and a bit of the last place.
  ['fmaCancelling', in32((a, b, c) => f32.fma(a, b, float32Of((bitsOf32(-f32.mul(a, b)) ^ (bitsOf32(c) & 1)) >>> 0)))],
  ['add', in32(f32.add)],
  ['sub', in32(f32.sub)],
  ['mul', in32(f32.mul)],
  ['div', in32(f32.div)],
  ['sqrt', in32(f32.sqrt)],
  ['floor', in32(f32.floor)],
  ['ceil', in32(f32.ceil)],
  ['round', in32(f32.round)],
  ['max', in32(f32.max)],
  ['min', in32(f32.min)],
  ['relu', in32(f32.relu)],
  ['neg', in32(f32.neg)],
  ['abs', in32(f32.abs)],
  ['sign', in32(f32.sign)],
  ['where', in32((a, b, c) => f32.where(a > b, c, a))],
  ['equal', in32((a, b) => Number(a === b))],
  ['exp', in32(exp)],
  ['erf', in32(erf)],
  ['tanh', in32(tanh)],
  ['sigmoid', in32(sigmoid)],
  ['add64', in64((a, b) => a + b)],
  ['sub64', in64((a, b) => a - b)],
  ['mul64', in64((a, b) => a * b)],
  ['div64', in64((a, b) => a / b)],
  ['sqrt64', in64(Math.sqrt)],
  ['less64', in64((a, b) => Number(a < b))],
  ['equal64', in64((a, b) => Number(a === b))],
  ['toFloat64', { format: BINARY32, result: ([a]) => bitsOf64(float32Of(Number(a))) }],
  ['toFloat32', { format: BINARY64, result: ([a]) => BigInt(bitsOf32(Math.fround(float64Of(a as bigint)))) }],
  ['int64ToFloat32', inWhole((value) => BigInt(bitsOf32(int64ToFloat32(value))))],
  ['int64ToFloat64', inWhole((value) => bitsOf64(int64ToFloat64(value)))],
];

const chained = (results: readonly bigint[]): string =>
  results.reduce((digest, result) => keccak256(concat([digest, toBeHex(result, 32)])), ZeroHash);

/** Products of up to 90 terms in blocks of up to 32: those of usual numbers, with zeros among them, and those of any. */
function productOf(index: bigint, at: bigint): bigint {
  const word = hash(index, at);
  const [terms, block, wild] = [Number(word % 90n) + 1, Number((word >> 64n) % 32n) + 1, (word >> 128n) % 4n];
  const [left, right] = [new Float32Array(terms), new Float32Array(terms)];
  for (let i = 0; i < terms; i++) {
    const drawn = hash(word, BigInt(i));
    const mode = wild === 0n ? (drawn >> 128n) % 8n : wild === 1n ? 5n : (drawn >> 128n) % 16n < 3n ? 7n : 1n;
    left[i] = float32Of(Number(operand(drawn, mode, BINARY32)));
    right[i] = float32Of(Number(operand(drawn >> 64n, wild === 2n ? mode : 1n, BINARY32)));
  }
  const bias = float32Of(Number(operand(word >> 192n, 7n, BINARY32)));
  const start = (word >> 130n) % 2n === 0n ? null : bias;
  const alpha = (word >> 131n) % 2n === 0n ? 1 : float32Of(Number(operand(word >> 160n, 1n, BINARY32)));
  return BigInt(bitsOf32(product(left, right, block, start, alpha)));
}

function digestsOf(result: (at: bigint) => bigint): string[] {
  return Array.from({ length: DIGESTS }, (_, digest) =>
    chained(Array.from({ length: EACH }, (_, i) => result(BigInt(digest * EACH + i)))),
  );
}

export function vectorsSource(): string {
  const named = OPERATORS.map(([name, { format, result }], index) => {
    const digests = digestsOf((at) => result(operands(BigInt(index), at, format)));
    return [name, digests] as const;
  });
  const products = ['product', digestsOf((at) => productOf(BigInt(OPERATORS.length), at))] as const;
  const branches = [...named, products].map(
    ([name, digests], index) => `        if (index == ${index}) {
            return (
                "${name}",
                hex"${digests.map((each) => each.slice(2, 18)).join('')}"
            );
        }`,
  );
  return `// SPDX-License-Identifier: MIT
// Printed by tools/adjudicate-vectors.ts; made again with \`node tools/adjudicate-vectors.ts --write\`.
pragma solidity ^0.8.28;

/// @notice Of each operator, the first 8 bytes of a digest for every ${EACH} results that TypeScript computes.
library FloatVectors {
    uint256 internal constant EACH = ${EACH};
    uint256 internal constant DIGESTS = ${DIGESTS};
    uint256 internal constant OPERATORS = ${OPERATORS.length};

    function digests(uint256 index) internal pure returns (string memory name, bytes memory first) {
${branches.join('\n')}
    }
}
`;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  const source = vectorsSource();
  if (values.write) writeFileSync(join(root, vectorsFile), source);
  else process.stdout.write(source);
}
