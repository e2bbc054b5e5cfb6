/** argv of the campaign, with bounds: nothing unknown passes. */
import { parseArgs } from 'node:util';
import { errorTable } from '#protocol/errors.ts';

export const campaignError = errorTable('CAMPAIGN', {
  BAD_FLAG: {
    what: (d: { why: string }) => d.why,
    todo: 'run `npm run campaign -- --help`',
  },
  CANNOT_WRITE: {
    what: (d: { file: string; why: string }) => `cannot write ${d.file}: ${d.why}`,
    todo: 'give --csv and --json files in a folder that exists',
  },
});

export interface CampaignArguments {
  readonly help: boolean;
  readonly profile: string;
  readonly epochs: number;
  readonly seed: number;
  readonly json: string | null;
  readonly csv: string | null;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  profile: { type: 'string' },
  epochs: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'string' },
  csv: { type: 'string' },
} as const;

export const HELP = `npm run campaign -- [--epochs 10000] [--profile corex] [--seed 1] [--json FILE] [--csv FILE]

Cheats that forge 1 to 100 % of their units before the committees of the law, epoch after epoch on a virtual clock, once
where everybody looks and once where some validators are lazy and some collude: how often they are found, and what it
brings them.

  --epochs N      of each of the two networks, 3 to 10,000,000 (10,000)
  --profile NAME  whose numbers of the law: a file of config/ or a path (corex)
  --seed N        of all chance (1)
  --json FILE     all figures
  --csv FILE      a line a worker
`;

/** @throws CAMPAIGN_BAD_FLAG */
export function readArguments(argv: readonly string[]): CampaignArguments {
  const values = parsed(argv);
  return {
    help: values.help === true,
    profile: values.profile ?? 'corex',
    epochs: whole('epochs', values.epochs ?? '10000', { min: 3, max: 10_000_000 }),
    seed: whole('seed', values.seed ?? '1', { min: 0, max: 2 ** 31 - 1 }),
    json: values.json ?? null,
    csv: values.csv ?? null,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true }).values;
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split(/\.? To specify|\n/)[0] ?? '') : String(cause);
    throw campaignError('BAD_FLAG', { why }, cause);
  }
}

function whole(flag: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw campaignError('BAD_FLAG', { why: `--${flag} is a whole number from ${min} to ${max}, not "${text}"` });
}
