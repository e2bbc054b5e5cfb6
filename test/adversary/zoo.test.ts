/** Every adversary of the zoo as a real node on a real devnet: it ends as its row says, and nobody honest loses anything. */
// Two to eight minutes a run. ADVERSARIES=drift,claim-squat runs only these, RUNS=3 each of them three times.
import t, { type Test } from 'tap';
import { type AdversaryKind, isAdversary, zoo } from '#node/devnet/zoo/zoo.ts';
import { corex } from '../e2e/program.ts';
import { MINTED, readSummary, sumOfSupply } from '../e2e/summary.ts';

const { ADVERSARIES = Object.keys(zoo).join(), RUNS = '1' } = process.env;
/** Of the honest nodes: the job is done as well as without the adversary. */
const LEAST_ACCURACY = 0.93;

t.setTimeout(0);

async function ends(t: Test, kind: AdversaryKind): Promise<void> {
  const { code, out, err } = await corex(['devnet', '--cheat', kind, '--json']);
  const summary = readSummary(out);
  const { expected } = zoo[kind];
  t.match(summary.cheat, { kind, expected, outcome: expected, held: true }, err.slice(-1000));
  t.equal(code, 0);
  const dishonest = new Set(summary.accounts.flatMap(({ name, address }) => (/^cheat-/.test(name) ? [address] : [])));
  t.same(
    summary.slashed.filter(({ address }) => !dishonest.has(address)),
    [],
    'nobody honest is slashed',
  );
  t.ok((summary.accuracy ?? 0) >= LEAST_ACCURACY, `accuracy ${summary.accuracy}`);
  t.equal(sumOfSupply(summary), MINTED, 'every wei is somewhere');
}

for (const kind of ADVERSARIES.split(',').filter(isAdversary)) {
  for (let run = 1; run <= Number(RUNS); run += 1) t.test(`${kind}, run ${run}`, (t) => ends(t, kind));
}
