/** Committees: the exact sums agree with drawing, and with what can be said without either. */
import t from 'tap';
import { bestChance, captureChance, captureDrawn } from '#simulation/capture.ts';
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
    [0.33, 1],
    [0.6, 1],
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

t.test('weight in a single account, by hand', async (t) => {
  t.equal(MEMBERS, 10, 'the sums below are for ten');
  /** Beside so many small ones that they are Poisson. */
  const single = (part: number, accounts = 1) =>
    captureChance({ part, accounts }, { part: 1 - part, accounts: 1_000_000 }, MEMBERS);
  const near = (chance: number, hand: number, why: string) => t.ok(Math.abs(chance - hand) < 1e-4, `${why}: ${chance}`);
  // Drawn in all audits with one seat, which is more than half where no other of 9 is drawn.
  near(single(0.1), Math.exp(-9), 'a tenth decides hardly anything');
  t.ok(single(0.1) < 0.001);
  // Counts two seats and a half: it decides beside none, one or two of 7.5.
  near(single(0.25), Math.exp(-7.5) * (1 + 7.5 + 7.5 ** 2 / 2), 'a quarter');
  near(single(0.25, 2), single(0.25), 'two accounts of an eighth are as much');
  // Six seats against 0 to 5 of 4.
  const terms = [1, 4, 4 ** 2 / 2, 4 ** 3 / 6, 4 ** 4 / 24, 4 ** 5 / 120];
  near(single(0.6), Math.exp(-4) * terms.reduce((sum, term) => sum + term), 'three fifths');
  // Exactly half of the weight in one account is five seats; five others are a tie, which is no majority.
  near(single(0.5), Math.exp(-5) * (1 + 5 + 5 ** 2 / 2 + 5 ** 3 / 6 + 5 ** 4 / 24), 'half');
});

t.test('spreading suits a small part, one account a large one', async (t) => {
  const best = (part: number) => bestChance(part, { part: 1 - part, accounts: 100_000 }, MEMBERS);
  t.ok(Math.abs(best(0.1) - majority(1, 9).more) < 1e-4);
  t.ok(best(0.1) < 0.01);
  t.ok(best(0.6) > majority(6, 4).more + 0.05);
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
  const before = { alike: 0, single: 0, later: 0, hostile: 0 };
  for (const row of study.rows) {
    t.ok(row.emission >= row.part && row.emission < row.part + 0.05);
    t.ok(row.hostile >= row.part - 1e-9);
    for (const name of ['alike', 'single', 'later', 'hostile'] as const) {
      if (row[name] < before[name] - 1e-9) t.fail(`${name} of ${row.part}: more weight decides less`);
      before[name] = row[name];
    }
  }
  // Always drawn, alone where none of a hundred others is, each with a chance of 0.09.
  t.ok(Math.abs((tenth?.single ?? 0) - 0.91 ** 100) < 1e-9);
  t.ok((tenth?.alike ?? 1) < 0.005);
  t.equal(tenth?.hostile.toFixed(2), '0.10', 'a tenth stays a tenth');
  t.equal(study.rows[59]?.hostile, 1, 'three fifths become all');
  t.equal(study.headStarts.at(-1)?.after[0]?.weight.toFixed(2), '1.00', 'a week alone');
  const text = sybilText(study);
  t.ok(text.split('\n').every((line) => line.length <= 120));
  t.equal(sybilCsv(study).trim().split('\n').length, 61);
  t.match(sybilPage(study), /<svg/);
});
