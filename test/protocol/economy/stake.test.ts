/** Stakes: what they weigh, how much is needed, and a slash of which no wei gets lost or pays the slashed. */
import fc from 'fast-check';
import t from 'tap';
import { minimumStakeDown, slashDown, splitBounty, stakeWeight } from '#protocol/economy/stake.ts';
import { parseCxt, wei } from '#protocol/ids.ts';

const amounts = fc.bigInt({ min: 0n, max: 10n ** 26n }).map(wei);

t.test('weights are in gwei, and everybody weighs one', async (t) => {
  t.equal(stakeWeight(wei(0n)), 1n);
  t.equal(stakeWeight(wei(999_999_999n)), 1n);
  t.equal(stakeWeight(parseCxt('1')), 1_000_000_001n);
});

t.test('the minimum is a thousandth of what circulates, from zero', async (t) => {
  t.equal(minimumStakeDown(wei(0n)), 0n);
  t.equal(minimumStakeDown(wei(1_999n)), 1n);
  t.equal(minimumStakeDown(parseCxt('5000')), parseCxt('5'));
});

t.test('a slash by hand', async (t) => {
  t.same(slashDown(wei(101n)), { burned: 51n, bounty: 50n }, 'the odd wei is burned');
  t.same(slashDown(wei(1n)), { burned: 1n, bounty: 0n });
  t.same(splitBounty(wei(50n), 2), { challenger: 40n, auditors: 10n, burned: 0n });
  t.same(splitBounty(wei(50n), 0), { challenger: 40n, auditors: 0n, burned: 10n }, 'nobody had said fault');
});

t.test('a slash adds up, and who slashes himself loses more than half', async (t) => {
  fc.assert(
    fc.property(amounts, fc.nat(5), (staked, faults) => {
      const { burned, bounty } = slashDown(staked);
      const proven = splitBounty(bounty, faults);
      return (
        burned + bounty === staked &&
        burned * 2n >= staked &&
        proven.challenger + proven.auditors + proven.burned === bounty &&
        proven.challenger * 10n <= staked * 4n
      );
    }),
  );
  t.pass('for every example');
});
