/** Committees: the exact sums agree with drawing, and with what can be said without either. */
import t from 'tap';
import { bestSplit, captureChance, captureDrawn } from '#simulation/capture.ts';
import { binomial, majority } from '#simulation/majority.ts';
import { seededRandom } from '#simulation/random.ts';
import { sybilCsv, sybilPage, sybilText } from '#simulation/sybil-report.ts';
import { sybilStudy } from '#simulation/sybil.ts';
import { hourly } from './rules.ts';

const MEMBERS = hourly.committee;

t.test('a majority of Poisson numbers', async (t) => {
  const half = majority(4, 4);
  t.ok(Math.abs(half.more - half.less) < 1e-12);
  t.ok(Math.abs(half.more + half.less + half.even - 1) < 1e-12);
  t.ok(Math.abs(majority(3, 0).more - (1 - Math.exp(-3))) < 1e-12);
  t.equal(majority(0, 3).more, 0);
});

t.test('exact and drawn', async (t) => {
  const random = seededRandom(7, 'capture');
  for (const [part, accounts] of [
    [0.1, 1],
    [0.1, 40],
    [0.33, 4],
    [0.5, 500],
  ] as const) {
    const [ours, theirs] = [
      { part, accounts },
      { part: 1 - part, accounts: 100 },
    ];
    const exact = captureChance(ours, theirs, MEMBERS);
    const drawn = captureDrawn(ours, theirs, MEMBERS, { random, times: 20_000 });
    const deviation = Math.sqrt((exact * (1 - exact)) / 20_000);
    t.ok(Math.abs(exact - drawn) < 5 * deviation + 1e-9, `${part} in ${accounts}: ${exact} and ${drawn}`);
  }
});

t.test('many small accounts are Poisson', async (t) => {
  const exact = captureChance({ part: 0.3, accounts: 30_000 }, { part: 0.7, accounts: 70_000 }, MEMBERS);
  t.ok(Math.abs(exact - majority(0.3 * MEMBERS, 0.7 * MEMBERS).more) < 1e-3);
});

t.test('a single account beside small ones decides whenever it is drawn', async (t) => {
  const theirs = { part: 0.9, accounts: 100_000 };
  t.ok(Math.abs(captureChance({ part: 0.1, accounts: 1 }, theirs, MEMBERS) - 0.1 * MEMBERS) < 1e-6);
  t.equal(bestSplit(0.1, theirs, MEMBERS).accounts, 1);
});

t.test('draws from a binomial', async (t) => {
  const random = seededRandom(3, 'binomial');
  let sum = 0;
  for (let i = 0; i < 20_000; i++) sum += binomial(random, 50, 0.1);
  t.ok(Math.abs(sum / 20_000 - 5) < 0.1);
  t.equal(binomial(random, 9, 1), 9);
  t.equal(binomial(random, 9, 0), 0);
});

t.test('the study of the bootstrap', async (t) => {
  const study = sybilStudy(hourly, 1);
  const tenth = study.rows[9];
  t.ok(Math.abs((tenth?.day ?? 0) - 0.1) < 0.002, 'weight is the part of the compute');
  t.ok((tenth?.year ?? 0) > (tenth?.week ?? 1), 'and grows with what he stakes');
  for (const { emission, part, alike, best, hostile } of study.rows) {
    t.ok(emission >= part && emission < part + 0.05);
    t.ok(best.chance >= alike - 1e-9);
    t.ok(hostile >= part - 1e-9);
  }
  t.equal(study.rows[0]?.hostile.toFixed(3), '0.010', 'one per cent stays one per cent');
  t.equal(study.headStarts.at(-1)?.after[0]?.weight.toFixed(2), '1.00', 'a week alone');
  const text = sybilText(study);
  t.ok(text.split('\n').every((line) => line.length <= 120));
  t.equal(sybilCsv(study).trim().split('\n').length, 61);
  t.match(sybilPage(study), /<svg/);
});
