/** The last line of `corex devnet --json`, parsed, and the sum that must always hold. */
import { z } from 'zod';
import { parseCxt } from '#protocol/ids.ts';
import { jsonLines } from './program.ts';

const cxt = z.string().transform(parseCxt);
const supplyParts = { pool: cxt, staked: cxt, escrowed: cxt, unclaimed: cxt, circulating: cxt, burned: cxt };

const summary = z.object({
  type: z.literal('summary'),
  ok: z.boolean(),
  accuracy: z.number().nullable(),
  cheat: z.object({ kind: z.string(), expected: z.string(), outcome: z.string(), held: z.boolean() }).optional(),
  proofs: z.number(),
  audits: z.object({ ok: z.number(), fault: z.number() }),
  disputes: z.object({ open: z.number(), guilty: z.number(), innocent: z.number(), undecided: z.number() }),
  released: cxt,
  burned: cxt,
  slashed: z.array(z.object({ address: z.string(), amount: cxt, reason: z.string() })),
  accounts: z.array(z.object({ name: z.string(), address: z.string(), role: z.string(), earned: cxt })),
  supply: z.object({ ...supplyParts, total: z.literal('100000000.0') }),
});

export type DevnetSummary = z.output<typeof summary>;

export function readSummary(out: string): DevnetSummary {
  return summary.parse(jsonLines(out).at(-1));
}

/** Every wei is somewhere: the parts of the supply add up to what was minted. */
export function sumOfSupply({ supply }: DevnetSummary): bigint {
  const { total: _, ...parts } = supply;
  return Object.values(parts).reduce((sum: bigint, part) => sum + part, 0n);
}

export const MINTED = parseCxt('100000000');
