/** The books of a deployment: an epoch worked by hand from commitment to claim, and what is refused. tools/law.ts compares them with the contracts. */
import t from 'tap';
import { verdictDigest } from '#protocol/audit/verdict.ts';
import { Book } from '#protocol/economy/book.ts';
import { capDown, emissionRates, partsOf } from '#protocol/economy/emission.ts';
import type { EconomyLaw } from '#protocol/economy/moment.ts';
import { workParts } from '#protocol/economy/rewards.ts';
import { Refusal } from '#protocol/economy/refusal.ts';
import { SUPPLY } from '#protocol/economy/token-book.ts';
import type { WorkClaim } from '#protocol/economy/work-book.ts';
import { address, epoch, hash, parseCxt, units, wei } from '#protocol/ids.ts';
import type { VerdictName } from '#protocol/ports.ts';
import type { BeaconChain } from '#protocol/time/beacon.ts';
import { leafNode } from '#protocol/work/commitment.ts';
import { taskOfJob } from '#protocol/work/shard.ts';

const law: EconomyLaw = {
  genesis: 1000,
  epochSeconds: 100,
  commitSeconds: 10,
  auditSeconds: 10,
  revealSeconds: 10,
  finalizeSeconds: 10,
  vestSeconds: 50,
  unbondSeconds: 300,
  claimTimeoutSeconds: 200,
  claimWindowSeconds: 1000,
  disputeSeconds: 10,
  committee: 3,
  samples: 1,
  crossCheckOneIn: 8,
  crossCheckFrom: 250,
  jury: 12,
  maxBaseUnits: 10n ** 15n,
  ...emissionRates(3600),
};
const chain: BeaconChain = { publicKey: '', genesis: law.genesis, period: 1, margin: 0 };
const alice = address(`0x${'a1'.repeat(20)}`);
const bob = address(`0x${'b2'.repeat(20)}`);
const carol = address(`0x${'c3'.repeat(20)}`);
const root = hash(`0x${'11'.repeat(32)}`);

/** Alice works, Bob and Carol validate, from before genesis on. */
function begin(): Book {
  const book = new Book(law, chain);
  book.moment.time = 900;
  book.stakes.register(alice, true, false);
  book.stakes.register(bob, false, true);
  book.stakes.register(carol, false, true);
  return book;
}

const WORK: WorkClaim = { root, units: 1000n, marketUnits: 0n, tier: 0 };

/** Epoch 0 up to the outcome, at 1130. */
function runEpoch(book: Book, verdict: VerdictName, work = WORK): void {
  book.moment.time = 1100;
  book.work.commitWork(alice, epoch(0), work);
  book.moment.time = 1110;
  book.beacon.draw(epoch(0), root);
  const secrets = { auditDigest: root, salt: root };
  const ballots = [bob, carol].map((validator) => ({ validator, worker: alice, epoch: epoch(0), verdict, ...secrets }));
  for (const ballot of ballots) {
    book.court.commitVerdict(ballot.validator, epoch(0), alice, verdictDigest(ballot));
  }
  book.moment.time = 1120;
  for (const ballot of ballots) book.court.revealVerdict(ballot);
  book.moment.time = 1130;
  book.work.finalize(alice, epoch(0));
}

t.test('an epoch from work to pay', async (t) => {
  const book = begin();
  runEpoch(book, 'ok');
  t.equal(book.work.commitmentOf(alice, epoch(0))?.merit, 500_000n, 'a newcomer’s');
  t.same(book.work.totalsOf(epoch(0)), { units: 1000n, score: 500_000_000n });
  t.throws(() => book.pool.settle(), new Refusal('NothingToSettle'));
  book.moment.time = 1140;
  book.pool.settle();
  const cap = capDown(SUPPLY, law.releaseRate);
  t.equal(book.pool.epochOf(epoch(0))?.released, cap, 'the first work is the mark');
  t.throws(() => book.pool.claimWork(alice, epoch(0)), new Refusal('NotClaimable'));
  book.moment.time = 1190;
  book.pool.claimWork(alice, epoch(0));
  book.pool.claimAudit(bob, epoch(0));
  const [{ base: work }, { audit }] = [workParts(cap), partsOf(cap)];
  t.equal(book.token.balanceOf(alice), work);
  t.equal(book.token.balanceOf(bob), audit / 2n);
  t.equal(book.pool.unclaimed(), cap - work - audit / 2n, 'Carol’s half is left');
  t.throws(() => book.pool.claimWork(alice, epoch(0)), new Refusal('NothingToClaim'));
  book.moment.time = 2190;
  book.pool.expire(epoch(0));
  t.equal(book.pool.remaining(), SUPPLY - work - audit / 2n, 'and returns');
});

t.test('a fault that was proven takes the stake: half is burned, most of the rest is for who proved it', async (t) => {
  const book = begin();
  book.token.transfer('pool', alice, parseCxt('10'));
  book.stakes.stake(alice, parseCxt('10'));
  book.stakes.requestUnstake(alice, parseCxt('4'));
  runEpoch(book, 'fault');
  t.equal(book.work.commitmentOf(alice, epoch(0))?.outcome, 'disputed');
  t.equal(book.token.totalSupply(), SUPPLY, 'a majority alone slashes nobody');
  book.court.convict(alice, epoch(0), bob);
  t.equal(book.token.totalSupply(), SUPPLY - parseCxt('5'));
  t.equal(book.token.balanceOf(bob), parseCxt('4'));
  book.court.claimBounty(bob, epoch(0), alice);
  book.court.claimBounty(carol, epoch(0), alice);
  t.equal(book.token.balanceOf(carol), parseCxt('0.5'));
  t.equal(book.token.balanceOf('court'), 0n);
  t.throws(() => book.stakes.withdraw(alice), new Refusal('AccountSlashed'));
});

t.test('what is refused changes nothing', async (t) => {
  const book = begin();
  book.token.transfer('pool', alice, wei(5n));
  t.throws(() => book.stakes.stake(alice, 6n), new Refusal('ERC20InsufficientBalance'));
  t.throws(
    () => book.market.postJob(alice, { shards: 1, width: 0, units: 1n, fee: 6n, deadline: 5000 }),
    new Refusal('ERC20InsufficientBalance'),
  );
  t.same([book.stakes.accountOf(alice).staked, book.market.jobs(), book.token.balanceOf(alice)], [0n, 0, 5n]);
});

t.test('a job: the fee is split, the dust returns', async (t) => {
  const book = begin();
  book.token.transfer('pool', bob, wei(1001n));
  book.token.transfer('pool', alice, wei(10n));
  const job = book.market.postJob(bob, { shards: 3, width: 0, units: 3n, fee: 1001n, deadline: 5000 });
  t.throws(() => book.market.claimShards(alice, job, 0, 7n, 256), new Refusal('StakeBelowMinimum'));
  book.stakes.stake(alice, 10n);
  book.market.claimShards(alice, job, 0, 7n, 256);
  const leaf = { task: taskOfJob(job), word: 0, mask: 7n, units: units(2n), proofs: root };
  runEpoch(book, 'ok', { root: leafNode(leaf).hash, units: 2n, marketUnits: 2n, tier: 0 });
  book.market.redeem(alice, epoch(0), { leaf, path: [] });
  // Two of three units: 667 wei of 1001. 33 are burned, 66 are the auditors', 568 the worker's.
  t.equal(book.token.balanceOf(alice), 568n);
  t.equal(book.token.totalSupply(), SUPPLY - 33n);
  t.equal(book.token.balanceOf(bob), 334n, 'all shards are paid, so the rest returns');
  book.market.claimAuditFee(bob, alice, epoch(0));
  t.equal(book.token.balanceOf(bob), 334n + 33n);
  t.equal(book.token.balanceOf('market'), 33n, 'Carol’s');
  t.equal(book.market.burnedFor(alice, epoch(0)), 33n);
  t.throws(() => book.market.redeem(alice, epoch(0), { leaf, path: [] }), new Refusal('NotOpen'));
});
