/** All samples of all worlds as CSV: exact amounts in CXT, one line a sample. */
import { formatCxt } from '#protocol/ids.ts';
import type { Run, Sample } from './sample.ts';

type Cell = readonly [title: string, cell: (sample: Sample) => string];

const cells: readonly Cell[] = [
  ['epoch', (s) => String(s.epoch)],
  ['year', (s) => s.year.toFixed(6)],
  ['pool', (s) => formatCxt(s.supply.pool)],
  ['unclaimed', (s) => formatCxt(s.supply.unclaimed)],
  ['wallets', (s) => formatCxt(s.supply.wallets)],
  ['staked', (s) => formatCxt(s.supply.staked)],
  ['escrowed', (s) => formatCxt(s.supply.escrowed)],
  ['burned', (s) => formatCxt(s.supply.burned)],
  ['cap_per_epoch', (s) => formatCxt(s.cap)],
  ['emission_per_epoch', (s) => formatCxt(s.emission)],
  ['work_per_epoch', (s) => String(s.work)],
  ['high_water_mark', (s) => String(s.mark)],
  ['utilisation', (s) => s.utilisation.toFixed(6)],
  ['market_part', (s) => s.marketPart.toFixed(6)],
  ['stake_ratio', (s) => s.stakeRatio.toFixed(6)],
  ['price_per_exa', (s) => formatCxt(s.price)],
  ['released_so_far', (s) => formatCxt(s.released)],
  ['expired_so_far', (s) => formatCxt(s.expired)],
  ['compute_so_far', (s) => formatCxt(s.computing)],
  ['fees_so_far', (s) => formatCxt(s.fees)],
  ['audits_so_far', (s) => formatCxt(s.auditing)],
  ['audit_fees_so_far', (s) => formatCxt(s.auditFees)],
  ['spent_so_far', (s) => formatCxt(s.spent)],
];

/** A field that holds a comma, a quote or a line break is quoted, as RFC 4180 says. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvLines(header: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  return [header, ...rows].map((row) => `${row.map(csvField).join(',')}\n`).join('');
}

export function csvOf(results: ReadonlyArray<{ readonly scenario: string; readonly runs: readonly Run[] }>): string {
  const rows = results.flatMap(({ scenario, runs }) =>
    runs.flatMap(({ world, samples }) =>
      samples.map((sample) => [scenario, world, ...cells.map(([, cell]) => cell(sample))]),
    ),
  );
  return csvLines(['scenario', 'world', ...cells.map(([title]) => title)], rows);
}
