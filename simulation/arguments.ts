/** argv of the simulator, with bounds: nothing unknown passes. */
import { parseArgs } from 'node:util';
import { errorTable } from '#protocol/errors.ts';
import { scenarios } from './scenarios/all.ts';

export const simulationError = errorTable('SIMULATION', {
  BAD_FLAG: {
    what: (d: { why: string }) => d.why,
    todo: 'run `npm run simulate -- --help`',
  },
  CANNOT_WRITE: {
    what: (d: { file: string; why: string }) => `cannot write ${d.file}: ${d.why}`,
    todo: 'give --csv and --html files in a folder that exists',
  },
});

export interface SimulationArguments {
  readonly help: boolean;
  readonly sybil: boolean;
  readonly profile: string;
  readonly years: number;
  readonly seed: number;
  /** Names of scenarios. */
  readonly scenarios: readonly string[];
  readonly csv: string | null;
  readonly html: string | null;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  sybil: { type: 'boolean' },
  profile: { type: 'string' },
  years: { type: 'string' },
  seed: { type: 'string' },
  scenario: { type: 'string', multiple: true },
  csv: { type: 'string' },
  html: { type: 'string' },
} as const;

export const HELP = `npm run simulate -- [--years 12] [--profile corex] [--scenario NAME]... [--seed 1] [--csv FILE] [--html FILE]
npm run simulate -- --sybil [--profile corex] [--seed 1] [--csv FILE] [--html FILE]

Runs the law of protocol/economy over every epoch, for worlds of made-up participants.

  --years N       how long, 0.01 to 100 (12)
  --profile NAME  whose numbers of the law: a file of config/ or a path (corex)
  --scenario NAME one or several of ${scenarios.map(({ name }) => name).join(', ')} (all)
  --seed N        of all chance (1)
  --csv FILE      every month of every world, amounts to the wei
  --html FILE     the same as plots, one page without scripts
  --sybil         instead: what x % of the compute hold of the audits from genesis on
`;

/** @throws SIMULATION_BAD_FLAG */
export function readArguments(argv: readonly string[]): SimulationArguments {
  const values = parsed(argv);
  const names = values.scenario ?? scenarios.map(({ name }) => name);
  for (const name of names)
    if (!scenarios.some((scenario) => scenario.name === name))
      throw simulationError('BAD_FLAG', {
        why: `there is no scenario "${name}"; known: ${scenarios.map((scenario) => scenario.name).join(', ')}`,
      });
  return {
    help: values.help === true,
    sybil: values.sybil === true,
    profile: values.profile ?? 'corex',
    years: numberOf('years', values.years ?? '12', { min: 0.01, max: 100, whole: false }),
    seed: numberOf('seed', values.seed ?? '1', { min: 0, max: 2 ** 31 - 1, whole: true }),
    scenarios: names,
    csv: values.csv ?? null,
    html: values.html ?? null,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true }).values;
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split(/\.? To specify|\n/)[0] ?? '') : String(cause);
    throw simulationError('BAD_FLAG', { why }, cause);
  }
}

function numberOf(flag: string, text: string, bounds: { min: number; max: number; whole: boolean }): number {
  const value = (bounds.whole ? /^\d{1,10}$/ : /^\d{1,3}(\.\d{1,6})?$/).test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  const kind = bounds.whole ? 'a whole number' : 'a number';
  throw simulationError('BAD_FLAG', { why: `--${flag} is ${kind} from ${bounds.min} to ${bounds.max}, not "${text}"` });
}
