/** All worlds as one page of plots: the same five for each, so that the eye compares. */
import { cxt } from './amounts.ts';
import { escaped, type Plot, plotSvg, type Series } from './plot.ts';
import type { Result } from './run.ts';
import type { Run, Sample } from './sample.ts';
import { html } from './style.ts';

export function pageOf(
  results: readonly Result[],
  options: { readonly profile: string; readonly years: number; readonly seed: number },
): string {
  const { profile, years, seed } = options;
  const links = results.map(({ scenario: { name } }) => `<a href="#${name}">${name}</a>`).join('');
  const sections = results.map(({ scenario, runs }) =>
    [
      `<h2 id="${scenario.name}">${scenario.name}</h2><p>${escaped(scenario.about)}</p>`,
      ...runs.map(
        (run) => `<h3>${escaped(run.world)}</h3><div class="row">${plotsOf(run).map(plotSvg).join('\n')}</div>`,
      ),
    ].join('\n'),
  );
  const about = `Profile ${profile}, ${years} years of epochs, seed ${seed}. The law is that of the contracts, to the wei; the people and what they want are made up.`;
  return html('The economy of CXT, simulated', `<p>${escaped(about)}</p><nav>${links}</nav>\n${sections.join('\n')}`);
}

function plotsOf({ samples }: Run): Plot[] {
  const years = (shown: readonly Sample[]) => ({
    label: 'years since genesis',
    values: shown.map(({ year }) => year),
  });
  const x = years(samples);
  // Nothing is settled at genesis.
  const settled = samples.slice(1);
  const line = (name: string, of: (sample: Sample) => number): Series => ({ name, values: samples.map(of) });
  const supply = (name: string, of: (sample: Sample) => bigint): Series =>
    line(name, (sample) => cxt(of(sample)) / 1e6);
  /** CXT a day, from one sample to the next. */
  const daily = (name: string, of: (sample: Sample) => bigint): Series => ({
    name,
    values: samples.map((sample, i) => perDay(samples[i - 1] ?? sample, sample, of)),
  });
  return [
    {
      title: 'Where all CXT is',
      unit: 'million CXT',
      x,
      stacked: true,
      top: 100,
      series: [
        supply('pool', (s) => s.supply.pool),
        supply('unclaimed', (s) => s.supply.unclaimed),
        supply('wallets', (s) => s.supply.wallets),
        supply('staked, in escrow', (s) => s.supply.staked + s.supply.escrowed),
        supply('burned', (s) => s.supply.burned),
      ],
    },
    {
      title: 'Emission',
      unit: 'CXT an epoch',
      x: years(settled),
      series: [
        { name: 'cap', values: settled.map(({ cap }) => cxt(cap)) },
        { name: 'released', values: settled.map(({ emission }) => cxt(emission)) },
      ],
    },
    {
      title: 'Use and stake',
      unit: '%',
      x,
      top: 100,
      series: [
        line('work of the high-water mark', (s) => 100 * s.utilisation),
        line('bought by submitters', (s) => 100 * s.marketPart),
        line('staked of what is outside', (s) => 100 * s.stakeRatio),
      ],
    },
    {
      title: 'Who is paid',
      unit: 'CXT a day',
      x,
      series: [
        daily('workers, emission', (s) => s.computing),
        daily('workers, fees', (s) => s.fees),
        daily('validators, emission', (s) => s.auditing),
        daily('validators, fees', (s) => s.auditFees),
        daily('submitters spend', (s) => s.spent),
        daily('burned', (s) => s.supply.burned),
      ],
    },
    {
      title: 'What one has earned',
      unit: 'thousand CXT',
      x,
      series: people(samples),
    },
  ];
}

function people(samples: readonly Sample[]): Series[] {
  const names = samples[0]?.members.map(({ name }) => name) ?? [];
  return names.map((name, i) => ({
    name,
    values: samples.map(({ members }) => Math.max(0, cxt(members[i]?.earned ?? 0n) / 1000)),
  }));
}

function perDay(before: Sample, now: Sample, of: (sample: Sample) => bigint): number {
  const days = (now.year - before.year) * 365.25;
  return days === 0 ? 0 : cxt(of(now) - of(before)) / days;
}
