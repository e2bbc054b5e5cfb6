/** What vests: the shares of the law, from what the chain says of a settled epoch. */
import t from 'tap';
import { vestingOf } from '#protocol/economy/vesting.ts';
import { address, epoch, units, wei } from '#protocol/ids.ts';
import type { CommitmentView } from '#protocol/ports.ts';
import { ann, bob, hashFor } from '#test/ports/memory.ts';

const carol = address(hashFor('carol').slice(0, 42));

const commitment = (worker: CommitmentView['worker'], of: bigint, market: bigint, score: bigint): CommitmentView => ({
  worker,
  epoch: epoch(3),
  root: hashFor('root'),
  units: units(of),
  marketUnits: units(market),
  manifest: hashFor('manifest'),
  tier: 0,
  outcome: 'accepted',
  score,
});

const settled = {
  released: wei(1_000n),
  commitments: [commitment(ann.address, 10n, 0n, 30n), commitment(bob.address, 10n, 4n, 10n)],
  reveals: new Map([
    [bob.address, 1],
    [carol, 2],
  ]),
};

t.test('80 % to the workers by score, 20 % to the validators by verdict', async (t) => {
  t.equal(vestingOf(ann.address, settled), 600n, '800 x 30 / 40');
  t.equal(vestingOf(carol, settled), 133n, '200 x 2 / 3, rounded down');
});

t.test('market work is not counted before its fees are redeemed', async (t) => {
  t.equal(vestingOf(bob.address, settled), 120n + 66n, '800 x 10 / 40 less 4 tenths, and 200 / 3');
});

t.test('who did nothing, and what was not accepted, has nothing', async (t) => {
  t.equal(vestingOf(address(hashFor('dave').slice(0, 42)), settled), 0n);
  const late = { ...settled, commitments: [commitment(ann.address, 10n, 0n, 0n)], reveals: new Map() };
  t.equal(vestingOf(ann.address, late), 0n);
});
