/** A cheat joins the real network: it is caught, slashed and unpaid, and the job ends as if it had not been there. */
import t from 'tap';
import { corex } from './program.ts';
import { MINTED, readSummary, sumOfSupply } from './summary.ts';

const REASONS = { 'skip-steps': 'wrong-result', 'inflate-units': 'inflated-units' } as const;

for (const [kind, reason] of Object.entries(REASONS)) {
  t.test(kind, async (t) => {
    const { code, out, err } = await corex(['devnet', '--cheat', kind, '--json']);
    t.equal(code, 0, err.slice(-2000));
    const summary = readSummary(out);
    const cheat = summary.accounts.find(({ name }) => name === `cheat-${kind}`);
    t.equal(summary.ok, true);
    t.match(summary.cheat, { kind, expected: 'slashed', outcome: 'slashed', held: true });
    t.same(
      summary.slashed.map(({ address }) => address),
      [cheat?.address],
      'exactly the cheat is slashed',
    );
    t.ok((summary.slashed[0]?.amount ?? 0n) > 0n, 'it had something to lose');
    t.equal(summary.slashed[0]?.reason, reason);
    t.equal(summary.disputes.innocent, 0, 'nobody was accused wrongly');
    if (kind === 'skip-steps') t.ok(summary.disputes.guilty > 0, 'a game proved it');
    t.ok((summary.accuracy ?? 0) >= 0.93, `the job ends correctly on the others: ${summary.accuracy}`);
    t.equal(sumOfSupply(summary), MINTED, 'every wei is somewhere');
  });
}
