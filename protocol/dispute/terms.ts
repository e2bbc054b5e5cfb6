/** Terms of a job as the chain has them: what program its steps are, and how many there are. */
import { hashText, hashWords } from '../codec/abi.ts';
import type { Hash } from '../ids.ts';
import type { Terms } from './moves.ts';

export const TERMS = hashText('corex.terms.v1');

export function termsHash({ program, values, steps, segment, unitsPerStep, unitsMerge }: Terms): Hash {
  return hashWords([TERMS, program, values, steps, segment, unitsPerStep, unitsMerge]);
}
