/** Stakes: what they weigh, how much is needed, and a slash of which no wei gets lost or pays the slashed. */
import fc from 'fast-check';
import t from 'tap';
import { minimumStakeDown, slashByProof, slashByVerdict, stakeWeight } from '#protocol/economy/stake.ts';
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
  t.same(slashByVerdict(wei(101n)), { burned: 51n, challenger: 0n, auditors: 50n }, 'the odd wei is burned');
  t.same(slashByProof(wei(101n), 2), { burned: 51n, challenger: 40n, auditors: 10n });
  t.same(slashByProof(wei(101n), 0), { burned: 61n, challenger: 40n, auditors: 0n }, 'nobody had said fault');
  t.same(slashByVerdict(wei(1n)), { burned: 1n, challenger: 0n, auditors: 0n });
});

t.test('a slash adds up, and who slashes himself loses more than half', async (t) => {
  fc.assert(
    fc.property(amounts, fc.nat(5), (staked, faults) => {
      return [slashByVerdict(staked), slashByProof(staked, faults)].every(
        ({ burned, challenger, auditors }) =>
          burned + challenger + auditors === staked && burned * 2n >= staked && challenger * 10n <= staked * 4n,
      );
    }),
  );
  t.pass('for every example');
});
