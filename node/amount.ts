/** Amounts of CXT as people and JSON write them: decimal text, exact. */
import { z } from 'zod';
import { parseCxt } from '#protocol/ids.ts';

export function isCxt(text: string): boolean {
  try {
    parseCxt(text);
    return true;
  } catch {
    return false;
  }
}

export const cxt = z.string().refine(isCxt, 'an amount of CXT such as "1.5" is expected, with at most 18 decimals');
export const positiveCxt = cxt.refine((text) => isCxt(text) && parseCxt(text) > 0n, 'the amount must be above zero');
