/** Curves of demand over the years: floats, because they are opinions about the world and never money. */

/** A number for each moment, in years since genesis. */
export type Curve = (year: number) => number;

/** From nothing to `most`, half of it at `middle`; nine tenths of the way take `years`. */
export function sShaped(most: number, middle: number, years: number): Curve {
  return (year) => most / (1 + Math.exp((-6 * (year - middle)) / years));
}

/** `before` until `year`, and a part of it after. */
export function dropping(before: Curve, at: number, part: number): Curve {
  return (year) => before(year) * (year < at ? 1 : part);
}
