/** The ports over the real contracts on a real chain: an epoch, a job, a fault, and where every wei is meanwhile. */
import t, { type Test } from 'tap';
import { hashText, hashWords } from '#protocol/codec/abi.ts';
import { workParts } from '#protocol/economy/rewards.ts';
import { vestingOf } from '#protocol/economy/vesting.ts';
import { epoch, hash, parseCxt, units, wei } from '#protocol/ids.ts';
import type { RedeemLeaf, VerdictName } from '#protocol/ports.ts';
import { openChain } from '#node/chain/chain.ts';
import { MINTED } from '#node/chain/supply.ts';
import { systemClock as clock } from '#node/clock.ts';
import { type Actor, deployedChain, LAW } from './deployed.ts';
import { CHAIN_ID, memoryKeep, quiet } from './world.ts';

const world = await deployedChain();
t.teardown(() => world.stop());
const worker = await world.actor();
const cheat = await world.actor();
const validators = [await world.actor(), await world.actor()];
const [first, second] = validators as [Actor, Actor];
const all = [worker, cheat, ...validators];

const MANIFEST = hash(`0x${'3a'.repeat(32)}`);
const TERMS = hash(`0x${'7e'.repeat(32)}`);
const SALT = hash(`0x${'5a'.repeat(32)}`);
const AUDIT = hash(`0x${'ad'.repeat(32)}`);

/** A tree of one leaf: its root is the leaf. */
function leafOf(job: bigint, mask: bigint, work: bigint): RedeemLeaf & { root: ReturnType<typeof hash> } {
  const task = hash(`0x${job.toString(16).padStart(64, '0')}`);
  const root = hashWords([hashText('corex.leaf.v1'), task, 0n, mask, MANIFEST]);
  return { task, word: 0, mask, units: units(work), proofs: MANIFEST, root };
}

async function conserved(t: Test): Promise<void> {
  const supply = await worker.chain.supply();
  t.equal(supply.total, MINTED, 'every wei is somewhere');
  const wallets = await Promise.all(all.map(({ address }) => worker.chain.token.balanceOf(address)));
  t.equal(
    supply.circulating,
    wallets.reduce((sum: bigint, w) => sum + w, 0n),
    'and the wallets are these',
  );
}

async function caughtUp(): Promise<void> {
  const { number = 0 } = (await world.chain.rpc.header('latest')) ?? {};
  for (const { chain } of all) while (chain.view.head().number < number) await clock.sleep(5);
}

/** Above a thousandth of what circulates after one epoch. */
const STAKE = parseCxt('1');
const COMMITS = 10;
/** Past the commit window of an epoch: seed, verdicts, reveals, finalization. */
async function audited(
  e: number,
  subjects: ReadonlyArray<readonly [Actor, VerdictName]>,
  accuse: () => Promise<unknown> = async () => {},
): Promise<number> {
  const n = epoch(e);
  await world.at(world.startOf(e + 1) + LAW.commitSeconds);
  await world.mined(first.chain.beacon.draw(n, world.signatureFor(n)));
  await caughtUp();
  const drawnAt = first.chain.view.seed(n)?.drawnAt ?? 0;
  for (const [subject, verdict] of subjects) {
    for (const v of validators) {
      const code = { ok: 1, fault: 2, unavailable: 3 }[verdict];
      const digest = hashWords([v.address, subject.address, BigInt(e), code, AUDIT, SALT]);
      await world.mined(v.chain.court.commitVerdict({ epoch: n, worker: subject.address, digest }));
    }
  }
  await world.at(drawnAt + LAW.auditSeconds);
  const reveals = subjects.flatMap(([{ address }, verdict]) =>
    validators.map((v) =>
      v.chain.court.revealVerdict({ epoch: n, worker: address, verdict, auditDigest: AUDIT, salt: SALT }),
    ),
  );
  await world.mined(Promise.all(reveals));
  await accuse();
  await world.at(drawnAt + LAW.auditSeconds + LAW.revealSeconds);
  for (const [{ address }] of subjects) await world.mined(first.chain.work.finalize(address, n));
  return drawnAt + LAW.auditSeconds + LAW.revealSeconds + LAW.finalizeSeconds;
}

t.test('at genesis everything is in the pool, and nobody can claim', async (t) => {
  const supply = await worker.chain.supply();
  t.match(supply, { pool: MINTED, unclaimed: 0n, staked: 0n, escrowed: 0n, circulating: 0n, burned: 0n });
  await conserved(t);
  const early = worker.chain.work.commitWork({
    epoch: epoch(0),
    root: AUDIT,
    units: units(1n),
    marketUnits: units(0n),
    manifest: MANIFEST,
    tier: 0,
  });
  await t.rejects(early, { code: 'CHAIN_REVERTED', details: { call: 'ledger.commitWork' } });
});

t.test('an epoch: commitments, verdicts, release, rewards', async (t) => {
  const roles = [
    worker.chain.stake.register({ compute: true, validator: false }),
    cheat.chain.stake.register({ compute: true, validator: false }),
    ...validators.map((v) => v.chain.stake.register({ compute: false, validator: true })),
  ];
  await world.mined(Promise.all(roles));
  await world.at(world.startOf(2) + COMMITS);
  const commitment = { root: AUDIT, units: units(7n), marketUnits: units(0n), manifest: MANIFEST, tier: 0 };
  const sent = worker.chain.work.commitWork({ epoch: epoch(1), ...commitment });
  t.equal(worker.chain.work.commitWork({ epoch: epoch(1), ...commitment }), sent, 'one meaning, one transaction');
  const { block } = await world.mined(sent);
  t.ok(worker.chain.view.head().number >= block, 'who waited can read what he wrote');
  t.match(worker.chain.view.commitments(epoch(1)), [{ worker: worker.address, ...commitment, outcome: null }]);

  const onIt = { epoch: epoch(1), worker: worker.address };
  t.equal(await first.chain.court.onCommittee({ ...onIt, validator: first.address }), false, 'no seed yet');
  const pays = await audited(1, [[worker, 'ok']]);
  t.equal(await first.chain.court.onCommittee({ ...onIt, validator: first.address }), true);
  await caughtUp();
  t.match(first.chain.view.commitments(epoch(1)), [{ outcome: 'accepted' }]);

  await world.at(pays);
  await world.mined(second.chain.pool.settle());
  await caughtUp();
  t.equal(worker.chain.view.settled(epoch(1)), true);
  t.equal(worker.chain.view.settled(epoch(2)), false);
  t.same(await worker.chain.pool.claimable(worker.address, epoch(1)), { work: 0n, audit: 0n }, 'it vests');
  const supply = await worker.chain.supply();
  t.equal(supply.unclaimed, worker.chain.released());
  t.ok(supply.unclaimed > 0n);
  await conserved(t);

  const { view } = worker.chain;
  const [commitments, reveals] = [view.commitments(epoch(1)), view.reveals(epoch(1))];
  const settled = { released: view.releasedIn(epoch(1)) ?? wei(0n), commitments, reveals };
  await world.at(pays + LAW.vestSeconds);
  const { work } = await worker.chain.pool.claimable(worker.address, epoch(1));
  const { audit } = await worker.chain.pool.claimable(first.address, epoch(1));
  t.same(
    [worker, first].map(({ address }) => vestingOf(address, settled)),
    [work, audit],
    'as the law in TypeScript said',
  );
  await world.mined(Promise.all([worker.chain.pool.claimWork(epoch(1)), first.chain.pool.claimAudit(epoch(1))]));
  await caughtUp();
  t.equal(await worker.chain.token.balanceOf(worker.address), work);
  t.same(second.chain.earningsOf(worker.address), [{ kind: 'work', epoch: 1, amount: work }]);
  t.same(second.chain.earningsOf(first.address), [{ kind: 'audit', epoch: 1, amount: audit }]);
  t.equal(
    work + 2n * audit + workParts(supply.unclaimed).market,
    supply.unclaimed,
    'four fifths, of which a tenth is for market work, and one fifth',
  );
  await conserved(t);
});

let job = 0n;
let working = 0;
t.test('a job: escrow, claims, payment', async (t) => {
  const fee = parseCxt('0.1');
  working = Math.floor(((await world.now()) - world.startOf(0)) / LAW.epochSeconds) + 1;
  await world.at(world.startOf(working) + 1);
  const deadline = world.startOf(working + 20);
  const order = { spec: MANIFEST, terms: TERMS, shards: 3, width: 0, units: units(30n), fee, deadline };
  // It has earned nothing yet, so it has nothing to put in escrow.
  await t.rejects(world.mined(cheat.chain.market.postJob(order)), {
    code: 'CHAIN_REVERTED',
    details: { error: 'ERC20InsufficientBalance', call: 'market.postJob' },
  });
  job = await world.mined(worker.chain.market.postJob(order));
  t.equal(job, 1n);
  t.equal(await world.mined(worker.chain.market.postJob(order)), job, 'the same job asked for again is the same job');
  await conserved(t);
  t.equal((await worker.chain.supply()).escrowed, fee);
  await caughtUp();
  t.match(cheat.chain.view.job(job), { submitter: worker.address, shards: 3, fee, state: 'open', paidUnits: 0n });

  const low = worker.chain.market.claimShards({ job, word: 0, mask: 0b111n, limit: 2 });
  await t.rejects(world.mined(low), { code: 'CHAIN_REVERTED', details: { error: 'StakeBelowMinimum' } });
  await world.mined(worker.chain.stake.stake(STAKE));
  t.equal(await worker.chain.stake.stakeOf(worker.address), STAKE);
  await world.mined(worker.chain.market.claimShards({ job, word: 0, mask: 0b111n, limit: 2 }));
  t.equal(await worker.chain.market.waitsUntil(job, worker.address), 0, 'nothing lapsed');
  await caughtUp();
  t.same(
    [...first.chain.view.claims(job)],
    [
      [0, worker.address],
      [1, worker.address],
    ],
  );
  t.equal(first.chain.view.everHeld(job, 1, worker.address), true);
  t.equal(first.chain.view.everHeld(job, 2, worker.address), false);
  const taken = worker.chain.market.claimShards({ job, word: 0, mask: 0b11n, limit: 1 });
  await t.rejects(taken, { code: 'CHAIN_REVERTED', details: { error: 'NothingFree' } });
  await conserved(t);
});

/** The second validator is the jury that the seed of the epoch of now draws. */
async function judged(t: Test, id: bigint): Promise<void> {
  const of = epoch(first.chain.view.disputes().find((dispute) => dispute.id === id)?.deadline ?? 0);
  t.equal(await first.chain.disputes.onJury(id, second.address), false, 'no seed yet');
  await world.at(world.startOf(of + 1) + LAW.commitSeconds);
  await world.mined(first.chain.beacon.draw(of, world.signatureFor(of)));
  await caughtUp();
  t.equal(await first.chain.disputes.onJury(id, second.address), true);
  t.equal(await first.chain.disputes.onJury(id, first.address), false, 'nobody judges his own accusation');
  await world.mined(second.chain.disputes.vote(id, true));
  await world.at((first.chain.view.seed(of)?.drawnAt ?? 0) + LAW.auditSeconds + LAW.revealSeconds);
  await world.mined(worker.chain.disputes.conclude(id));
  await caughtUp();
}

t.test(
  'work on the job is audited and paid; a cheat of the same epoch is accused, and slashed by a jury',
  async (t) => {
    const n = epoch(working);
    const stake = parseCxt('0.002');
    // Whoever weighs little beside the others is seldom drawn.
    await world.mined(second.chain.pool.claimAudit(epoch(1)));
    for (const v of validators) await world.mined(v.chain.stake.stake(STAKE));
    await world.mined(worker.chain.token.transfer(cheat.address, stake));
    await world.mined(cheat.chain.stake.stake(stake));
    await conserved(t);
    await world.at(world.startOf(working + 1) + COMMITS);
    const leaf = leafOf(job, 0b11n, 20n);
    const mine = { epoch: n, root: leaf.root, units: units(20n), marketUnits: units(20n), manifest: MANIFEST, tier: 0 };
    await world.mined(worker.chain.work.commitWork(mine));
    await world.mined(cheat.chain.work.commitWork({ ...mine, root: AUDIT, marketUnits: units(0n) }));
    const subjects = [
      [worker, 'ok'],
      [cheat, 'fault'],
    ] as const;
    const accusation = { epoch: n, worker: cheat.address, reason: 'wrong-start', detail: AUDIT } as const;
    await audited(working, subjects, () => world.mined(first.chain.disputes.accuse(accusation)));
    await conserved(t);
    await caughtUp();
    t.equal(worker.chain.view.commitments(n).find((on) => on.worker === cheat.address)?.outcome, 'disputed');
    t.same(worker.chain.slashes(), [], 'a majority slashes nobody');
    t.match(worker.chain.view.disputes(), [
      { id: 1n, worker: cheat.address, challenger: first.address, phase: 'jury' },
    ]);
    const bonded = await worker.chain.stake.stakeOf(first.address);
    t.ok(bonded < STAKE, 'a bond was taken');
    await judged(t, 1n);
    await conserved(t);
    t.match(worker.chain.view.disputes(), [{ id: 1n, phase: 'guilty' }]);
    t.match(worker.chain.slashes(), [{ address: cheat.address, amount: stake, epoch: working }]);
    t.equal(worker.chain.view.slashed(cheat.address), true);
    t.equal(worker.chain.view.slashed(worker.address), false);
    t.equal((await worker.chain.supply()).burned, stake / 2n);

    await world.mined(first.chain.court.claimBounty(n, cheat.address));
    await world.mined(first.chain.market.redeem({ worker: worker.address, epoch: n, leaf, path: [] }));
    await caughtUp();
    t.same([...first.chain.view.paid(job)], [0, 1]);
    t.equal(first.chain.view.job(job)?.paidUnits, 20n);
    const paid = (parseCxt('0.1') * 20n) / 30n;
    const own = first.chain.earningsOf(worker.address).filter(({ kind }) => kind === 'fee');
    t.equal(own.length, 1);
    t.ok(own[0] !== undefined && own[0].amount <= paid && own[0].amount >= (paid * 84n) / 100n);
    const auditFee = await first.chain.market.auditFee(worker.address, n, first.address);
    t.ok(auditFee > 0n);
    await world.mined(first.chain.market.claimAuditFee(worker.address, n));
    await caughtUp();
    t.match(first.chain.earningsOf(first.address), [
      { kind: 'audit' },
      // Of the half that is not burned: four fifths, and of what is left the half of two who found it.
      { kind: 'bounty', amount: (stake * 2n) / 5n },
      { kind: 'bounty', amount: stake / 20n },
      { kind: 'audit-fee', amount: auditFee },
    ]);
    await conserved(t);
  },
);

t.test('what is left of the fee goes back', async (t) => {
  const before = await worker.chain.token.balanceOf(worker.address);
  const { escrowed } = await worker.chain.supply();
  await world.at(world.startOf(working + 20) + LAW.claimTimeoutSeconds);
  await world.mined(worker.chain.market.refund(job));
  await caughtUp();
  t.equal(first.chain.view.job(job)?.state, 'refunded');
  const back = (await worker.chain.token.balanceOf(worker.address)) - before;
  t.equal(back, parseCxt('0.1') - wei((parseCxt('0.1') * 20n) / 30n));
  t.equal((await worker.chain.supply()).escrowed, escrowed - back);
  await conserved(t);
});

t.test('stake comes back after unbonding', async (t) => {
  const before = await worker.chain.token.balanceOf(worker.address);
  await world.mined(worker.chain.stake.requestUnstake(STAKE));
  await t.rejects(worker.chain.stake.withdraw(), { code: 'CHAIN_REVERTED', details: { error: 'StillUnbonding' } });
  await world.at((await world.now()) + LAW.unbondSeconds + 1);
  await world.mined(worker.chain.stake.withdraw());
  t.equal(await worker.chain.token.balanceOf(worker.address), before + STAKE);
  await conserved(t);
});

t.test('a restart has the same facts and sends nothing again', async (t) => {
  await worker.chain.stop();
  const sent = await world.chain.rpc.nonce(worker.address);
  const again = await world.open({ keep: worker.keep, confirmations: 0, key: 101 });
  all[0] = again;
  t.equal(again.address, worker.address);
  t.same(again.chain.view.jobs(), first.chain.view.jobs());
  t.same(again.chain.slashes(), first.chain.slashes());
  t.same(again.chain.earningsOf(worker.address), first.chain.earningsOf(worker.address));
  const commitment = { root: AUDIT, units: units(7n), marketUnits: units(0n), manifest: MANIFEST, tier: 0 };
  await again.chain.work.commitWork({ epoch: epoch(1), ...commitment });
  t.equal(await world.chain.rpc.nonce(worker.address), sent);
});

t.test('a seed that the chain takes back is not seen any more', async (t) => {
  const snapshot = await world.chain.endpoints.send('evm_snapshot', []);
  await world.mined(second.chain.beacon.draw(epoch(3), world.signatureFor(epoch(3))));
  await caughtUp();
  t.not(first.chain.view.seed(epoch(3)), null);
  await world.chain.endpoints.send('evm_revert', [snapshot]);
  await world.chain.mine(20);
  for (let i = 0; i < 200 && first.chain.view.seed(epoch(3)) !== null; i += 1) await clock.sleep(10);
  t.equal(first.chain.view.seed(epoch(3)), null);
  t.not(first.chain.view.seed(epoch(1)), null);
});

t.test('addresses without contracts are an error at the door', async (t) => {
  const { addresses, block } = world.deployment;
  const settings = { rpc: [world.chain.anvil.url], chainId: CHAIN_ID, fromBlock: block, confirmations: 0, pollMs: 10 };
  const signer = { address: worker.address, sign: () => Promise.reject(new Error('not asked')) };
  const ports = { signer, keep: memoryKeep(), clock, log: quiet };
  const wrong = { ...addresses, token: worker.address };
  await t.rejects(openChain({ ...settings, addresses: wrong }, ports), { code: 'CHAIN_NOT_DEPLOYED' });
});
