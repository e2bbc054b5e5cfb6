/** What vests: the shares of the law, from what the chain says of a settled epoch. */
import t from 'tap';
import { vestingOf } from '#protocol/economy/vesting.ts';
import { address, epoch, units, wei } from '#protocol/ids.ts';
import type { CommitmentView } from '#protocol/ports.ts';
import { ann, bob, hashFor } from '#test/ports/memory.ts';

const carol = address(hashFor('carol').slice(0, 42));

const commitment = (worker: CommitmentView['worker'], score: bigint): CommitmentView => ({
  worker,
  epoch: epoch(3),
  root: hashFor('root'),
  units: units(10n),
  marketUnits: units(0n),
  manifest: hashFor('manifest'),
  tier: 0,
  outcome: 'accepted',
  score,
});

const settled = {
  released: wei(1_000n),
  commitments: [commitment(ann.address, 30n), commitment(bob.address, 10n)],
  reveals: new Map([
    [bob.address, 1],
    [carol, 2],
  ]),
};

t.test(
  '80 % to the workers by score, less a tenth for market work, and 20 % to the validators by verdict',
  async (t) => {
    t.equal(vestingOf(ann.address, settled), 540n, '720 x 30 / 40');
    t.equal(vestingOf(bob.address, settled), 180n + 66n, '720 x 10 / 40, and 200 / 3 rounded down');
    t.equal(vestingOf(carol, settled), 133n, '200 x 2 / 3, rounded down');
  },
);

t.test('who did nothing, and what was not accepted, has nothing', async (t) => {
  t.equal(vestingOf(address(hashFor('dave').slice(0, 42)), settled), 0n);
  const late = { ...settled, commitments: [commitment(ann.address, 0n)], reveals: new Map() };
  t.equal(vestingOf(ann.address, late), 0n);
});
