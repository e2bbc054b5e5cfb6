/** Facts folded from events: shards by word and bit, releases, resets, outcomes, slashes and earnings. */
import fc from 'fast-check';
import t from 'tap';
import { address, epoch, hash, units, wei } from '#protocol/ids.ts';
import { applyEvent, type ChainEvent, noFacts, shardsOf } from '#node/chain/projection.ts';

const A = address(`0x${'0a'.repeat(20)}`);
const B = address(`0x${'0b'.repeat(20)}`);
const H = hash(`0x${'12'.repeat(32)}`);

function fold(events: readonly ChainEvent[]) {
  const facts = noFacts();
  for (const event of events) applyEvent(facts, event);
  return facts;
}

const posted: ChainEvent = {
  type: 'job-posted',
  id: 1n,
  submitter: A,
  spec: H,
  terms: H,
  shards: 300,
  width: 0,
  units: units(3000n),
  fee: wei(7n),
  deadline: 99,
};
const committed = (worker: typeof A, e: number): ChainEvent => ({
  type: 'work-committed',
  worker,
  epoch: epoch(e),
  root: H,
  units: units(10n),
  marketUnits: units(0n),
  manifest: H,
  tier: 0,
});

t.test('a mask names the shards of its word', async (t) => {
  t.same(shardsOf(0, 0b101n), [0, 2]);
  t.same(shardsOf(1, (1n << 255n) | 1n), [256, 511]);
  fc.assert(
    fc.property(fc.nat(1000), fc.uniqueArray(fc.nat(255)), (word, bits) => {
      const mask = bits.reduce((m, bit) => m | (1n << BigInt(bit)), 0n);
      const found = shardsOf(word, mask);
      t.strictSame(
        found,
        bits.sort((a, b) => a - b).map((bit) => word * 256 + bit),
      );
    }),
  );
});

t.test('a job from posting to payment', async (t) => {
  const job = fold([
    posted,
    { type: 'shards-claimed', job: 1n, word: 1, mask: 0b11n, worker: A },
    { type: 'shards-released', job: 1n, word: 1, mask: 0b10n, holder: A },
    { type: 'shards-claimed', job: 1n, word: 1, mask: 0b10n, worker: B },
    { type: 'job-reset', job: 1n, fromWord: 2, epoch: epoch(4) },
    { type: 'shards-redeemed', job: 1n, word: 1, mask: 0b01n, units: units(12n) },
    { type: 'shards-redeemed', job: 1n, word: 1, mask: 0b10n, units: units(13n) },
    { type: 'job-closed', job: 1n, state: 'complete' },
  ]).jobs.get(1n);
  t.same(
    [...(job?.claims ?? [])],
    [
      [256, A],
      [257, B],
    ],
  );
  t.same([...(job?.held.get(257) ?? [])], [A, B], 'who held it before is remembered');
  t.same([...(job?.paid ?? [])], [256, 257]);
  t.same(job?.resets, [{ fromWord: 2, epoch: 4 }]);
  t.match(job?.view, { id: 1n, paidUnits: 25n, state: 'complete', fee: 7n });
});

t.test('an event of a job that was never posted is not a crash', async (t) => {
  t.equal(fold([{ type: 'job-closed', job: 9n, state: 'refunded' }]).jobs.size, 0);
});

t.test('outcomes, and a slash that knows its epoch by its conviction', async (t) => {
  const facts = fold([
    committed(A, 2),
    committed(A, 3),
    committed(B, 3),
    { type: 'work-finalized', worker: A, epoch: epoch(3), outcome: 'disputed', score: 0n },
    { type: 'slashed', worker: A, amount: wei(5n) },
    { type: 'convicted', worker: A, epoch: epoch(3) },
    { type: 'slashed', worker: B, amount: wei(6n) },
  ]);
  t.match(facts.slashes, [
    { address: A, amount: 5n, epoch: 3 },
    { address: B, amount: 6n, epoch: null },
  ]);
  t.ok(facts.slashed.has(A));
  t.equal(facts.commitments.get(epoch(3))?.get(A)?.outcome, 'disputed');
  t.equal(facts.commitments.get(epoch(3))?.get(B)?.outcome, null);
  t.equal(facts.commitments.get(epoch(2))?.get(A)?.outcome, null);
});

const accused: ChainEvent = {
  type: 'dispute-opened',
  id: 1n,
  epoch: epoch(3),
  worker: A,
  challenger: B,
  reason: 'none',
  detail: H,
};

t.test('a dispute from its accusation to its end', async (t) => {
  const segment = { task: H, shard: 2, index: 1 };
  const events: ChainEvent[] = [
    accused,
    { type: 'dispute-segment', id: 1n, segment },
    { type: 'dispute-moved', id: 1n, phase: 'openBlocks', deadline: 70 },
    { type: 'dispute-data', id: 1n, phase: 'openBlocks', data: Uint8Array.of(1) },
    { type: 'dispute-moved', id: 1n, phase: 'nameBlock', deadline: 80 },
    { type: 'dispute-block', id: 1n, block: 4 },
    { type: 'dispute-data', id: 1n, phase: 'openLeaves', data: Uint8Array.of(2) },
    { type: 'dispute-value', id: 1n, value: { position: 9, element: null } },
    { type: 'dispute-link', id: 1n, link: { tensor: 1, chunkIndex: 3, atEnd: true } },
    { type: 'dispute-moved', id: 1n, phase: 'openLink', deadline: 90 },
  ];
  const open = fold(events).disputes.get(1n);
  t.match(open, { worker: A, challenger: B, phase: 'openLink', deadline: 90, segment, block: 4 });
  t.same(open?.value, { position: 9, element: null });
  t.same(open?.link, { tensor: 1, chunkIndex: 3, atEnd: true });
  t.same(open?.opened, { blocks: Uint8Array.of(1), leaves: Uint8Array.of(2) });
  const over = fold([...events, { type: 'dispute-ended', id: 1n, phase: 'guilty' }]).disputes.get(1n);
  t.match(over, { phase: 'guilty', opened: {} });
});

t.test('of those that ended only the newest are shown, and no open one is forgotten', async (t) => {
  const ended = Array.from({ length: 70 }, (_, i): ChainEvent[] => [
    { ...accused, id: BigInt(i + 2) },
    { type: 'dispute-ended', id: BigInt(i + 2), phase: 'innocent' },
  ]);
  const { disputes } = fold([accused, ...ended.flat(), { type: 'dispute-ended', id: 99n, phase: 'guilty' }]);
  t.equal(disputes.size, 65);
  t.ok(disputes.has(1n) && disputes.has(71n) && !disputes.has(7n));
});

t.test('verdicts by worker, as they were revealed', async (t) => {
  const revealed = (worker: typeof A, validator: typeof B, verdict: 'ok' | 'fault'): ChainEvent => ({
    type: 'verdict-revealed',
    epoch: epoch(3),
    worker,
    validator,
    verdict,
    auditDigest: H,
  });
  const facts = fold([revealed(A, B, 'ok'), revealed(A, A, 'fault'), revealed(B, B, 'ok')]);
  t.same(facts.verdicts.get(epoch(3))?.get(A), [
    { validator: B, verdict: 'ok', auditDigest: H },
    { validator: A, verdict: 'fault', auditDigest: H },
  ]);
  t.equal(facts.verdicts.get(epoch(3))?.get(B)?.length, 1);
  t.equal(facts.verdicts.get(epoch(2)), undefined);
  t.equal(facts.reveals.get(epoch(3))?.get(B), 2);
});

t.test('a slash says whether work or an audit was false', async (t) => {
  const slash: ChainEvent[] = [
    { type: 'slashed', worker: A, amount: wei(5n) },
    { type: 'convicted', worker: A, epoch: epoch(3) },
  ];
  const [work] = fold([accused, { type: 'dispute-ended', id: 1n, phase: 'guilty' }, ...slash]).slashes;
  const digest: ChainEvent = { ...accused, reason: 'false-digest' };
  const [audit] = fold([digest, { type: 'dispute-ended', id: 1n, phase: 'guilty' }, ...slash]).slashes;
  t.match([work?.reason, audit?.reason], [/work was proven wrong/, /had not looked/]);
});

t.test('earnings add up by account', async (t) => {
  const facts = fold([
    { type: 'earned', account: A, kind: 'work', epoch: epoch(1), amount: wei(5n) },
    { type: 'earned', account: B, kind: 'audit', epoch: epoch(1), amount: wei(7n) },
    { type: 'earned', account: A, kind: 'fee', epoch: epoch(2), amount: wei(6n) },
  ]);
  t.same(facts.earnings.get(A), [
    { kind: 'work', epoch: 1, amount: 5n },
    { kind: 'fee', epoch: 2, amount: 6n },
  ]);
});
