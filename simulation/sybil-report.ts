/** The study of the bootstrap as a table, as CSV and as a page. */
import { type Column, columnsText, percent } from './amounts.ts';
import { csvLines } from './csv.ts';
import { escaped, type Plot, plotSvg } from './plot.ts';
import { html } from './style.ts';
import { OTHERS, OTHERS_STAKE, type SybilRow, type SybilStudy } from './sybil.ts';

const SHOWN = new Set([1, 2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 33, 40, 45, 50, 55, 60]);

const columns: ReadonlyArray<Column<SybilRow>> = [
  ['compute', 8, (row) => percent(row.part, 0)],
  ['day', 8, (row) => percent(row.day)],
  ['week', 7, (row) => percent(row.week)],
  ['month', 7, (row) => percent(row.month)],
  ['year', 7, (row) => percent(row.year)],
  ['emission', 10, (row) => percent(row.emission)],
  ['alike', 10, (row) => percent(row.alike, 3)],
  ['drawn', 8, (row) => percent(row.alikeDrawn, 2)],
  ['single', 9, (row) => percent(row.single, 3)],
  ['drawn', 8, (row) => percent(row.singleDrawn, 2)],
  ['later', 8, (row) => percent(row.later)],
  ['hostile', 9, (row) => percent(row.hostile)],
];

const LEGEND = (
  members: number,
): string => `An attacker with x % of all compute from genesis on, against ${OTHERS} equal operators. All in percent.
day … year: his part of all weight by then, if he plays by the rules; he stakes all he earns, they ${OTHERS_STAKE} % of it
emission:   his part of what the first week releases
alike:      audits in which he has more than half of the seats of a committee of ${members}, when all weight is in
            1,000 equal accounts of which x % are his: the exact sum, and as drawn from the seed
single:     the same with his x % in one account beside ${OTHERS} equal ones: up to a ${members}th of all weight it has a seat
            like the others, above it is always drawn and counts its weight
later:      the same with his weight after a year, in the number of accounts that is best for him
hostile:    his part of the weight after a week in which he refused all others' work that he could; no stakes yet`;

export function sybilText(study: SybilStudy): string {
  const rows = study.rows.filter(({ part }) => SHOWN.has(Math.round(part * 100)));
  return [
    LEGEND(study.members),
    columnsText(columns, rows),
    thresholds(study),
    firstEpochs(study),
    headStarts(study),
  ].join('\n\n');
}

function thresholds({ rows }: SybilStudy): string {
  const from = (of: (row: SybilRow) => number, chance: number): string => {
    const row = rows.find((candidate) => of(candidate) >= chance);
    return row === undefined ? 'no x here' : `${percent(row.part, 0)} %`;
  };
  const line = (name: string, of: (row: SybilRow) => number): string =>
    `  ${name.padEnd(12)}${[0.001, 0.01, 0.1, 0.5, 0.9].map((chance) => from(of, chance).padStart(11)).join('')}`;
  return [
    'From which x on he decides so many audits:',
    `  ${''.padEnd(12)}${['0.1 %', '1 %', '10 %', '50 %', '90 %'].map((chance) => chance.padStart(11)).join('')}`,
    line('alike', ({ alike }) => alike),
    line('single', ({ single }) => single),
    line('later', ({ later }) => later),
  ].join('\n');
}

function firstEpochs({ floors }: SybilStudy): string {
  const parts = floors.map(({ identities, weight }) => `${identities} of them ${percent(weight)} %`).join(', ');
  return [
    'Epochs 0 and 1 come before any verified work counts: every validator weighs a gwei, only identities count:',
    `  beside ${OTHERS} others, ${parts} of the weight.`,
  ].join('\n');
}

function headStarts({ headStarts: starts }: SybilStudy): string {
  const lines = starts.map(
    ({ days, after }) =>
      `  ${String(days).padStart(4)} d alone   ${after.map(({ weight }) => percent(weight).padStart(10)).join('')}`,
  );
  const titles = starts[0]?.after.map(({ days }) => `${days} d`.padStart(10)).join('') ?? '';
  return [
    'Who is alone holds all weight: one name cannot audit itself, two can. With 10 % of the later compute he still has,',
    'so long after the others came:',
    `                  ${titles}`,
    ...lines,
  ].join('\n');
}

export function sybilCsv({ rows }: SybilStudy): string {
  const names = [
    'day',
    'week',
    'month',
    'year',
    'emission',
    'alike',
    'alikeDrawn',
    'single',
    'singleDrawn',
    'later',
    'hostile',
  ] as const;
  return csvLines(
    ['compute', ...names],
    rows.map((row) => [row.part.toFixed(2), ...names.map((name) => row[name].toFixed(6))]),
  );
}

export function sybilPage(study: SybilStudy): string {
  const x = { label: 'his part of all compute, %', values: study.rows.map(({ part }) => 100 * part) };
  const line = (name: string, of: (row: SybilRow) => number) => ({
    name,
    values: study.rows.map((row) => 100 * of(row)),
  });
  const plots: Plot[] = [
    {
      title: 'Weight when he plays by the rules',
      unit: '% of all weight',
      x,
      top: 100,
      series: [
        line('after a day', ({ day }) => day),
        line('a week', ({ week }) => week),
        line('a month', ({ month }) => month),
        line('a year', ({ year }) => year),
      ],
    },
    {
      title: 'Audits that he decides',
      unit: '% of committees',
      x,
      top: 100,
      series: [
        line('of 1,000 equal accounts', ({ alike }) => alike),
        line(`in one account beside ${OTHERS}`, ({ single }) => single),
        line('after a year, at best', ({ later }) => later),
      ],
    },
    {
      title: 'Weight when he refuses all he can',
      unit: '% of all weight, after a week',
      x,
      top: 100,
      series: [line('refusing', ({ hostile }) => hostile), line('by the rules', ({ week }) => week)],
    },
  ];
  const body = `<div class="row">${plots.map(plotSvg).join('\n')}</div><pre>${escaped(sybilText(study))}</pre>`;
  return html('The bootstrap of CXT under attack', body);
}
