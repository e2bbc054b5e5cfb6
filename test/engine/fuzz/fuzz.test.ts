/** A short fuzz run: no damaged file brings this process down or holds it up, and every refusal says why. */
import t from 'tap';
import { EnginePool } from '#engine/run/pool.ts';
import { systemClock } from '#node/clock.ts';
import { runCampaign } from './campaign.ts';
import { mutate, randomOf } from './mutate.ts';
import { exampleModels, smallModels } from './seed-models.ts';

const CASES = 300;
const MIB = 2 ** 20;

t.test(`${CASES} damaged files`, { timeout: 200_000 }, async (t) => {
  const memoryBytes = 768 * MIB;
  const pool = new EnginePool({ size: 2, memoryBytes, stepTimeoutMs: 20_000, clock: systemClock });
  t.teardown(() => pool.close());
  const findings = await runCampaign({
    seeds: [...smallModels(), ...exampleModels()],
    seed: 20_240,
    cases: Array.from({ length: CASES }, (_, i) => i),
    pool,
    memoryBytes,
    limitMs: 30_000,
    clock: systemClock,
    places: 2,
  });
  t.same(findings.defects, []);
  t.equal(findings.cases, CASES);
  const stages = (stage: string): number =>
    [...findings.counts].reduce((sum, [key, count]) => (key.split(' ')[1] === stage ? sum + count : sum), 0);
  // A run in which nothing was refused, or nothing ran, would have tested nothing.
  t.ok(stages('refused') > CASES / 4, `${stages('refused')} refused`);
  t.ok(stages('ran') > CASES / 20, `${stages('ran')} ran`);
  t.ok(stages('child') > 0, `${stages('child')} failed in a child`);
  t.ok(await pool.profile(), 'and the pool works on');
});

t.test('a case is the same bytes whenever it is made', async (t) => {
  const seeds = smallModels();
  for (let number = 0; number < 20; number++) {
    t.same(mutate(seeds, randomOf(1, number)), mutate(seeds, randomOf(1, number)));
  }
  t.notSame(mutate(seeds, randomOf(1, 0)), mutate(seeds, randomOf(2, 0)));
});
