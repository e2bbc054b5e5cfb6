/** The campaign: what is found agrees with what is predicted, nobody honest is slashed, and the same seed gives the same bytes. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { readProfile } from '#node/profile.ts';
import { units } from '#protocol/ids.ts';
import { type NetworkFigures, runCampaign } from '#simulation/campaign/figures.ts';
import { type Drawn, interval, predict } from '#simulation/campaign/prediction.ts';
import { campaignWork, forgeries } from '#simulation/campaign/work.ts';
import { seededRandom } from '#simulation/random.ts';

const main = resolve(import.meta.dirname, '..', '..', 'simulation', 'campaign', 'main.ts');
const campaign = (...argv: string[]) => spawnSync(process.execPath, [main, ...argv], { encoding: 'utf8' });

const { law } = readProfile('corex');
const small = (epochs: number, seed = 5) => runCampaign({ law, epochs, seed }, () => {});
const workerOf = ({ workers }: NetworkFigures, label: string) => {
  const found = workers.find((worker) => worker.label === label);
  if (found === undefined) throw new RangeError(`nobody ${label}`);
  return found;
};

t.test('a small campaign', async (t) => {
  t.same(small(9), small(9), 'the same seed, the same figures');
  t.notSame(small(9), small(9, 6));
  const networks = small(120);
  t.equal(networks.length, 2);
  for (const network of networks) {
    const { name, workers, threes, auditCost, auditCostPredicted } = network;
    t.equal(network.falsePositives, 0, `${name}: nobody honest is slashed`);
    for (const { label, epochs, found, predicted, chance } of workers) {
      const spread = Math.sqrt(epochs * chance * (1 - chance));
      t.ok(Math.abs(found - predicted) <= 4 * spread + 1, `${name}, ${label}: ${found}, expected ${predicted}`);
    }
    const spread = Math.sqrt((threes.predicted * (1 - threes.predicted)) / threes.of);
    t.equal(threes.of, 40);
    t.ok(Math.abs(threes.found / threes.of - threes.predicted) <= 4 * spread, 'three epochs');
    t.ok(threes.predicted >= threes.bound, 'no weights give less than many small ones');
    t.ok(Math.abs(auditCost / auditCostPredicted - 1) < 0.05, `${name}: executed again ${auditCost}`);
    for (const part of [1, 2, 5, 10, 20, 50, 100]) {
      const cheat = workerOf(network, `forges ${part} %`);
      t.ok(cheat.beside < 0, `${name}: forging ${part} % is a loss`);
      t.ok(cheat.besideWithoutStake < 0, 'and would be without a stake');
    }
    for (const { kind, gain } of network.validators) if (kind === 'looks') t.ok(gain > 0, 'who looks gains');
  }
  const [looking, mixed] = networks;
  if (looking === undefined || mixed === undefined) throw new RangeError('two networks');
  t.ok(looking.threes.bound >= 0.95 && looking.auditCostPredicted < 0.0501, 'a tenth is found for a twentieth');
  t.ok(workerOf(mixed, 'forges 10 %').chance < workerOf(looking, 'forges 10 %').chance, 'fewer look, less is found');
  t.ok((mixed.validators.find(({ kind }) => kind === 'colludes')?.bonds ?? 0) > 0, 'slander costs bonds');
  for (const network of networks) {
    const [open, silent] = ['forges 20 %', 'forges 20 %, silent'].map((label) => workerOf(network, label));
    if (open === undefined || silent === undefined) throw new RangeError('both forge');
    t.equal(silent.found, 0, 'silence shows nothing to anybody');
    t.ok(silent.unpaid > 0.6 * silent.epochs * open.chance, `${network.name}: ${silent.unpaid} unpaid`);
    t.ok(silent.beside < 0, 'and is a loss, as whoever was refused tells the others');
    t.ok(silent.besideWithoutStake < 0, 'without a stake as well');
  }
});

const validators = (count: number, looks: (i: number) => boolean): Drawn[] =>
  Array.from({ length: count }, (_, i) => ({ part: 1 / count, looks: looks(i) }));

t.test('the prediction, by hand', async (t) => {
  // Two of four expected: each is drawn with a half, and with fewer than one answer everybody is.
  const two = predict(
    validators(4, () => true),
    1,
    { committee: 2, samples: 1 },
  );
  t.ok(Math.abs(two.found - 1) < 1e-12, 'somebody always looks, as at half time all are drawn');
  t.ok(Math.abs(two.members - (2 + 1 / 16)) < 1e-12, 'one of sixteen times nobody came at once, and then one');
  const half = predict(
    validators(4, (i) => i < 2),
    1,
    { committee: 2, samples: 1 },
  );
  // Missed: neither of the two was drawn at once, and of the other two at least one was; if none was, the first comes, who looks.
  t.ok(Math.abs(half.found - (1 - (1 / 4) * (3 / 4))) < 1e-12, `${half.found}`);
  t.ok(Math.abs(half.looking - (1 + 1 / 16)) < 1e-12);
});

t.test('many small weights: the exponential of the law', async (t) => {
  const many = predict(
    validators(4_000, () => true),
    0.1,
    law,
  );
  const three = 1 - (1 - many.found) ** 3;
  t.ok(three > 1 - Math.exp(-3) && three < 0.952, `${three}`);
  t.ok(many.members > 10.04 && many.members < 10.05, `${many.members}: what comes after half time`);
});

t.test('more forged is found more often, and whoever looks helps', async (t) => {
  const count = fc.integer({ min: 1, max: 30 });
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(count, count, part, part, fc.integer({ min: 1, max: 12 }), (all, lookers, a, b, committee) => {
        const court = { committee, samples: 1 };
        const some = validators(all, (i) => i < lookers - 1);
        const more = validators(all, (i) => i < lookers);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const at = predict(some, low, court);
        return (
          at.found >= -1e-12 &&
          at.found <= predict(some, high, court).found + 1e-12 &&
          at.found <= predict(more, low, court).found + 1e-12 &&
          at.members + 1e-12 >= Math.min(all, committee) * (1 - 1e-12)
        );
      }),
    ),
  );
});

t.test('intervals of a binomial', async (t) => {
  t.same(interval(10, 0), [0, 0]);
  t.same(interval(10, 1), [10, 10]);
  // 2^-10 on each side is below half a hundredth, 11 x 2^-10 is not.
  t.same(interval(10, 0.5), [1, 9]);
  const [least, most] = interval(10_000, 0.1);
  t.ok(Math.abs(least - (1_000 - 2.576 * 30)) < 3 && Math.abs(most - (1_000 + 2.576 * 30)) < 3, `${least} ${most}`);
});

t.test('every segment lies under as many offsets as every other', async (t) => {
  const work = campaignWork();
  t.equal(work.segments, 200);
  t.equal(work.committed.units, units(200n * work.segmentUnits));
  const borders = Array.from({ length: work.segments }, (_, i) => {
    const from = BigInt(i) * work.segmentUnits;
    return [work.segmentUnder(from), work.segmentUnder(from + work.segmentUnits - 1n)];
  });
  t.ok(borders.every(([first, last], i) => first === i && last === i));
  const sets = forgeries(work, 0.05, seededRandom(1, 'five'));
  t.ok(sets.every((set) => set.size === 10 && [...set].every((segment) => segment >= 0 && segment < 200)));
  t.not([...(sets[0] ?? [])].join(), [...(sets[1] ?? [])].join(), 'and not always the same ones');
});

t.test('the command', async (t) => {
  const folder = t.testdir({});
  const [json, csv, other] = ['a.json', 'a.csv', 'b.csv'].map((name) => join(folder, name));
  const run = campaign('--epochs', '6', '--seed', '3', '--json', `${json}`, '--csv', `${csv}`);
  t.equal(run.status, 0, run.stderr);
  t.equal(run.stderr, '');
  t.match(run.stdout, /a tenth forged, found within three epochs: \d of 2/);
  t.equal(JSON.parse(readFileSync(`${json}`, 'utf8')).networks.length, 2);
  const lines = readFileSync(`${csv}`, 'utf8').trimEnd().split('\n');
  t.equal(lines.length, 1 + 2 * 9);
  campaign('--epochs', '6', '--seed', '4', '--csv', `${other}`);
  t.notOk(readFileSync(`${csv}`).equals(readFileSync(`${other}`)), 'another seed, other fates');
  for (const argv of [
    ['--epochs', '2'],
    ['--seed', '-1'],
    ['--profile', 'nowhere'],
  ]) {
    const wrong = campaign(...argv);
    t.equal(wrong.status, 2, argv.join(' '));
    t.match(wrong.stderr, /^error [A-Z_]+: [^\n]+\n$/);
  }
});
