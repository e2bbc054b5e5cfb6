/** Fractions of 1e18 and powers of them: the arithmetic of EmissionLib.sol, without a float anywhere near money. */

/** A number between 0 and a few, in 1e18. */
export type Fraction = bigint;

export const ONE: Fraction = 10n ** 18n;

/** @param b above 0 */
export function ceilDiv(a: bigint, b: bigint): bigint {
  return a === 0n ? 0n : (a - 1n) / b + 1n;
}

/** base^exponent in 1e18 by squaring, for a base of at most 1; every product rounds up. EmissionLib.sol powerUp */
export function powerUp(base: Fraction, exponent: bigint): Fraction {
  let result = ONE;
  for (let square = base, left = exponent; left !== 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = ceilDiv(result * square, ONE);
    square = ceilDiv(square * square, ONE);
  }
  return result;
}

/** Digits that the series below carries beyond those of a fraction. */
const GUARD = 10n ** 24n;
/** ln 2, 60 digits: Decimal expansion A002162 of the OEIS. */
const LN2 = 693147180559945309417232121458176568075500134360255254120680n;
const LN2_SCALE = 10n ** 60n;

/**
 * 2^(-seconds / halfLife) in 1e18, rounded down: e^(-y) = 1 - y + y²/2! - …, y = ln 2 x seconds / halfLife.
 * @param seconds at most halfLife, so that the series converges from its first term on
 */
export function halvingDown(seconds: bigint, halfLife: bigint): Fraction {
  const scale = ONE * GUARD;
  const y = (LN2 * seconds * scale) / (halfLife * LN2_SCALE);
  let [sum, term] = [scale, scale];
  for (let k = 1n; term !== 0n; k++) {
    term = (term * y) / scale / k;
    sum += k % 2n === 1n ? -term : term;
  }
  return sum / GUARD;
}
