/** The table of a scenario: a row a year of each world, and what its people had at the end. */
import { type Column, columnsText, cxt, percent, thousands } from './amounts.ts';
import type { MemberSample, Run, Sample } from './sample.ts';
import type { Scenario } from './world.ts';

export const LEGEND = `Amounts in thousands of CXT, at the end of the year; from "compute" on what was paid and burned within it.
pool: free to be released   unclaim: released, vesting or to expire   CXT/epoch: released by the last one
use: base work over its high-water mark   market: part of all work that is bought   stake: staked over outside the pool
compute, audits: emission to workers and validators   fees, a.fees: the same of fees   spent: by submitters`;

interface Year {
  readonly now: Sample;
  readonly before: Sample;
}

const supply: ReadonlyArray<Column<Year>> = [
  ['year', 5, ({ now }) => String(Number(now.year.toFixed(2)))],
  ['pool', 8, ({ now }) => thousands(now.supply.pool)],
  ['unclaim', 8, ({ now }) => thousands(now.supply.unclaimed)],
  ['wallets', 8, ({ now }) => thousands(now.supply.wallets)],
  ['staked', 8, ({ now }) => thousands(now.supply.staked)],
  ['escrow', 7, ({ now }) => thousands(now.supply.escrowed)],
  ['burned', 8, ({ now }) => thousands(now.supply.burned)],
];

const rates: ReadonlyArray<Column<Year>> = [
  ['CXT/epoch', 10, ({ now }) => cxt(now.emission).toFixed(1)],
  ['use%', 6, ({ now }) => percent(now.utilisation)],
  ['market%', 8, ({ now }) => percent(now.marketPart)],
  ['stake%', 7, ({ now }) => percent(now.stakeRatio)],
];

const flow = (title: string, width: number, of: (sample: Sample) => bigint): Column<Year> => [
  title,
  width,
  ({ now, before }) => thousands(of(now) - of(before)),
];

const flows: ReadonlyArray<Column<Year>> = [
  flow('compute', 8, (s) => s.computing),
  flow('audits', 7, (s) => s.auditing),
  flow('fees', 7, (s) => s.fees),
  flow('a.fees', 7, (s) => s.auditFees),
  flow('spent', 7, (s) => s.spent),
];

const members: ReadonlyArray<Column<MemberSample>> = [
  ['', 22, ({ name, count }) => `${count} x ${name}`.padEnd(20)],
  ['balance', 12, ({ balance }) => cxt(balance).toFixed(0)],
  ['staked', 12, ({ staked }) => cxt(staked).toFixed(0)],
  ['emission', 12, ({ emission }) => cxt(emission).toFixed(0)],
  ['earned', 12, ({ earned }) => cxt(earned).toFixed(0)],
  ['weight%', 9, ({ weight }) => percent(weight)],
];

const fates: ReadonlyArray<Column<MemberSample>> = [
  ['accepted', 10, ({ accepted }) => String(accepted)],
  ['refused', 9, ({ refused }) => String(refused)],
  ['slashes', 9, ({ faults }) => String(faults)],
  ['taken', 11, ({ slashed, forfeited }) => cxt(slashed + forfeited).toFixed(0)],
];

export function scenarioText({ name, about }: Scenario, runs: readonly Run[]): string {
  return [`${name}\n  ${about.replaceAll('; ', ';\n  ')}`, ...runs.map(worldText)].join('\n\n');
}

function worldText({ world, samples }: Run): string {
  const years = yearsOf(samples);
  const people = samples.at(-1)?.members ?? [];
  const shown = people.some(({ faults }) => faults > 0) ? [...members, ...fates] : members;
  return [
    `  ${world}`,
    columnsText([...supply, ...rates, ...flows], years),
    '  one member at the end, CXT',
    columnsText(shown, people),
  ].join('\n');
}

/** The samples at the ends of years, and the last one. */
export function yearsOf(samples: readonly Sample[]): Year[] {
  const ends = samples.filter(({ year }, i) => i === 0 || i === samples.length - 1 || Math.abs(year % 1) < 1e-9);
  return ends.slice(1).flatMap((now, i) => {
    const before = ends[i];
    return before === undefined ? [] : [{ now, before }];
  });
}
