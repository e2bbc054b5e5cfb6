/** The campaign's figures as a table for people, and as CSV. */
import { type Column, columnsText, percent } from '../amounts.ts';
import { csvLines } from '../csv.ts';
import type { NetworkFigures, ValidatorFigures, WorkerFigures } from './figures.ts';

export const LEGEND = `found, expected, 99 %: epochs in which the cheat was found, as many as the weights and the draw say, and what 99 of
100 campaigns show; z: their distance in standard deviations   until: epochs of a name until it is found, and as predicted
profit: CXT an epoch, costs taken off; a newcomer just earns its costs   more: than the honest worker; unstaked: if it had
no stake to lose   unpaid: epochs that most seats refused and nobody was slashed for`;

const or = (value: number | null, digits: number): string => (value === null ? '-' : value.toFixed(digits));

const workers: ReadonlyArray<Column<WorkerFigures>> = [
  ['', 21, ({ label }) => label.padEnd(19)],
  ['epochs', 8, ({ epochs }) => String(epochs)],
  ['found', 7, ({ found }) => String(found)],
  ['expected', 10, ({ predicted }) => predicted.toFixed(1)],
  ['99 %', 13, ({ least, most }) => `${least}-${most}`],
  ['z', 6, ({ z }) => or(z, 2)],
  ['until', 7, ({ until }) => or(until, 2)],
  ['(pred.)', 8, ({ untilPredicted }) => or(untilPredicted, 2)],
  ['profit', 8, ({ profit }) => profit.toFixed(0)],
  ['more', 8, ({ beside }) => beside.toFixed(0)],
  ['unstaked', 10, ({ besideWithoutStake }) => besideWithoutStake.toFixed(0)],
  ['unpaid', 8, ({ unpaid }) => String(unpaid)],
];

const validators: ReadonlyArray<Column<ValidatorFigures>> = [
  ['', 21, ({ kind, count }) => `${count} ${kind}`.padEnd(19)],
  ['weight%', 9, ({ weight }) => percent(weight)],
  ['verdicts', 10, ({ verdicts }) => String(verdicts)],
  ['paid', 11, ({ paid, verdicts }) => (paid / verdicts).toFixed(3)],
  ['costs', 9, ({ costs, verdicts }) => (costs / verdicts).toFixed(3)],
  ['bounties', 10, ({ bounties, verdicts }) => (bounties / verdicts).toFixed(3)],
  ['bonds', 9, ({ bonds, verdicts }) => (bonds / verdicts).toFixed(3)],
  ['gain', 9, ({ gain, verdicts }) => (gain / verdicts).toFixed(3)],
];

export function networkText(figures: NetworkFigures): string {
  const { threes, members, membersPredicted, auditCost, auditCostPredicted, falsePositives } = figures;
  const share = threes.of === 0 ? 0 : threes.found / threes.of;
  return [
    `${figures.name}, ${figures.epochs} epochs`,
    columnsText(workers, figures.workers),
    `  a tenth forged, found within three epochs: ${threes.found} of ${threes.of}, ${percent(share, 2)} % (predicted ${percent(threes.predicted, 2)} %, never below ${percent(threes.bound, 2)} %)`,
    `  executed again: ${percent(auditCost, 3)} % of the execution (predicted ${percent(auditCostPredicted, 3)} %), by ${members.toFixed(3)} members of a committee (predicted ${membersPredicted.toFixed(3)})`,
    `  honest work slashed: ${falsePositives}`,
    '  validators, CXT a verdict',
    columnsText(validators, figures.validators),
  ].join('\n');
}

export function campaignCsv(all: readonly NetworkFigures[]): string {
  const header = ['network', 'worker', 'forges', 'epochs', 'found', 'predicted', 'least', 'most', 'z'];
  const more = ['until', 'until_predicted', 'profit', 'beside_honest', 'beside_honest_unstaked', 'unpaid'];
  const cell = (value: number | null): string => (value === null ? '' : String(value));
  const rows = all.flatMap((network) =>
    network.workers.map((w) => [
      network.name,
      w.label,
      ...[w.forges, w.epochs, w.found, w.predicted, w.least, w.most, w.z, w.until, w.untilPredicted].map(cell),
      ...[w.profit, w.beside, w.besideWithoutStake, w.unpaid].map(cell),
    ]),
  );
  return csvLines([...header, ...more], rows);
}
