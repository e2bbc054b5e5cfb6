/** A validator that is killed at any moment of an audit still reveals the one verdict that it committed to, or abstains. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { interfaces } from '#node/chain/bindings.ts';
import { systemClock as clock } from '#node/clock.ts';
import { lookTimes } from '#node/roles/validator/look-times.ts';
import { type VerdictRecord, VerdictRecords } from '#node/roles/validator/records.ts';
import { Database } from '#node/store/database.ts';
import { openKeep } from '#node/store/keep.ts';
import { verdictDigest } from '#protocol/audit/verdict.ts';
import { type Epoch, epoch, hash, units } from '#protocol/ids.ts';
import type { VerdictName } from '#protocol/ports.ts';
import { auditTimes } from '#protocol/time/epoch.ts';
import { hashFor } from '#test/ports/memory.ts';
import { deployedChain, LAW } from '#test/node/chain/deployed.ts';
import type { Death, Orders } from './mortal-validator.ts';

const world = await deployedChain();
const children = new Set<ChildProcess>();
t.teardown(async () => {
  for (const child of children) child.kill('SIGKILL');
  await world.stop();
});
const { addresses, block: fromBlock, parameters } = world.deployment;
const law = { ...LAW, genesis: parameters.genesis, samples: 1, crossCheckOneIn: 8, crossCheckFrom: 250 };
const worker = await world.actor();
const validator = await world.actor();
/** As DeployedChain numbers its actors. */
const KEY = `0x${(102).toString(16).padStart(64, '0')}`;
const database = join(t.testdir(), 'database');
await world.mined(worker.chain.stake.register({ compute: true, validator: false }));
await world.mined(validator.chain.stake.register({ compute: false, validator: true }));

const CODES: Readonly<Record<VerdictName, number>> = { ok: 1, fault: 2, unavailable: 3 };

/** A block now and then, until it is so; a block takes a second of the windows at least. */
async function mineUntil(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    if (await isSo()) return;
    await world.chain.mine();
    await clock.sleep(50);
  }
  throw new Error(`not within 300 blocks: ${what}`);
}

/** Kills it, and resolves when it is gone and the database is free. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

interface Life {
  readonly child: ChildProcess;
  readonly isOver: () => boolean;
  end(): Promise<void>;
}

/** Starts the validator over the one database; resolves when its duties run. */
async function live(finds: Orders['finds'], death: Death | null): Promise<Life> {
  const url = world.chain.anvil.url;
  const orders: Orders = { url, addresses, fromBlock, database, key: KEY, law, finds, death };
  const file = join(import.meta.dirname, 'mortal-validator.ts');
  const child = spawn(process.execPath, [file, JSON.stringify(orders)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  let over = false;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      over = true;
      children.delete(child);
      resolve();
    });
  });
  const alive = new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
  await Promise.race([alive, gone]);
  return { child, isOver: () => over, end: () => ended(child) };
}

const logSchema = z.array(z.object({ topics: z.array(z.string()), data: z.string(), transactionHash: z.string() }));

/** What the court heard of this validator on this epoch: the arguments of its calls. */
async function heard(event: 'VerdictCommitted' | 'VerdictRevealed', of: Epoch) {
  const filter = interfaces.court.encodeFilterTopics(event, [of, worker.address, validator.address]);
  const asked = { address: addresses.court, topics: filter, fromBlock: '0x0', toBlock: 'latest' };
  const logs = logSchema.parse(await world.chain.endpoints.send('eth_getLogs', [asked]));
  return Promise.all(
    logs.map(async ({ transactionHash }) => {
      const sent = await world.chain.endpoints.send('eth_getTransactionByHash', [transactionHash]);
      const { input } = z.object({ input: z.string() }).parse(sent);
      return interfaces.court.parseTransaction({ data: input })?.args.toArray() ?? [];
    }),
  );
}

async function recordOf(of: Epoch): Promise<VerdictRecord | null> {
  const opened = await Database.open(database);
  try {
    return await new VerdictRecords(openKeep(opened.table('validator'))).get(of, worker.address);
  } finally {
    await opened.close();
  }
}

const pool = z.object({ pending: z.string() });
const isSent = async () => Number(pool.parse(await world.chain.endpoints.send('txpool_status', [])).pending) > 0;

/** Waits without a block, so that what is sent stays under way. */
async function untilSent(): Promise<void> {
  for (let i = 0; i < 1000; i += 1) {
    if (await isSent()) return;
    await clock.sleep(20);
  }
  throw new Error('nothing was sent');
}

let next = 1;
/** The worker commits an epoch and its seed is drawn: the window for verdicts is open. */
async function opened(): Promise<{ of: Epoch; verdictsEnd: number; revealsEnd: number }> {
  for (const child of [...children]) await ended(child);
  const of = epoch(next);
  next += 4;
  await world.at(world.startOf(of + 1) + 10);
  const sums = { units: units(7n), marketUnits: units(0n), tier: 0 };
  const roots = { root: hashFor(`root ${of}`), manifest: hashFor(`manifest ${of}`) };
  await world.mined(worker.chain.work.commitWork({ epoch: of, ...sums, ...roots }));
  await world.at(world.startOf(of + 1) + LAW.commitSeconds);
  await world.mined(worker.chain.beacon.draw(of, world.signatureFor(of)));
  const { drawnAt = 0 } = worker.chain.view.seed(of) ?? {};
  // Before the last third of the window a worker that is silent may still answer.
  await world.at(Math.ceil(lookTimes(law, drawnAt).insists));
  return { of, ...auditTimes(law, drawnAt) };
}

const isCommitted = (of: Epoch) => async () => (await heard('VerdictCommitted', of)).length > 0;
const isRevealed = (of: Epoch) => async () => (await heard('VerdictRevealed', of)).length > 0;

/** One commitment and one reveal of it, and no word of the other thing that was to be seen after the restart. */
async function stands(t: Test, of: Epoch, verdict: VerdictName, before: VerdictRecord | null): Promise<void> {
  const commitments = await heard('VerdictCommitted', of);
  const reveals = await heard('VerdictRevealed', of);
  t.equal(commitments.length, 1, 'one commitment');
  t.equal(reveals.length, 1, 'one reveal');
  const [, , , auditDigest, salt] = reveals[0] ?? [];
  t.equal(reveals[0]?.[2], BigInt(CODES[verdict]), 'the verdict');
  const said = { verdict, auditDigest: hash(`${auditDigest}`), salt: hash(`${salt}`) };
  const named = { epoch: of, worker: worker.address, validator: validator.address };
  t.equal(commitments[0]?.[2], verdictDigest({ ...named, ...said }), 'which it had committed to');
  const after = await recordOf(of);
  t.match(after, said, 'and has on disk');
  if (before !== null) t.match(after, { verdict: before.verdict, salt: before.salt }, 'since before the kill');
  t.equal(worker.chain.view.slashed(validator.address), false, 'not slashed');
}

/** Deaths in the window for verdicts, and those in the window for reveals. */
const EARLY: readonly Death[] = [
  'before the verdict is kept',
  'after the verdict is kept',
  'after the commitment is kept',
  'before the commitment is marked',
  'after the commitment is marked',
];
const LATE: readonly Death[] = [
  'after the reveal is kept',
  'before the reveal is marked',
  'after the reveal is marked',
];

for (const death of EARLY) {
  t.test(`killed ${death}`, async (t) => {
    const { of, verdictsEnd } = await opened();
    const first = await live('unavailable', death);
    await mineUntil(first.isOver, 'the kill');
    t.equal(first.child.signalCode, 'SIGKILL');
    const before = await recordOf(of);
    t.equal(before === null, death === 'before the verdict is kept');
    const second = await live('fault', null);
    await mineUntil(isCommitted(of), 'a commitment');
    await world.at(verdictsEnd);
    await mineUntil(isRevealed(of), 'a reveal');
    await second.end();
    await stands(t, of, before?.verdict ?? 'fault', before);
  });
}

for (const death of LATE) {
  t.test(`killed ${death}`, async (t) => {
    const { of, verdictsEnd } = await opened();
    const first = await live('unavailable', death);
    await mineUntil(isCommitted(of), 'a commitment');
    await world.at(verdictsEnd);
    await mineUntil(first.isOver, 'the kill');
    t.equal(first.child.signalCode, 'SIGKILL');
    const before = await recordOf(of);
    const second = await live('fault', null);
    await mineUntil(isRevealed(of), 'a reveal');
    await second.end();
    await stands(t, of, 'unavailable', before);
  });
}

t.test('killed while the commitment is under way, and while the reveal is', async (t) => {
  const { of, verdictsEnd } = await opened();
  const first = await live('unavailable', null);
  await untilSent();
  await first.end();
  const before = await recordOf(of);
  t.match(before, { stage: 'decided' });
  const second = await live('fault', null);
  await mineUntil(isCommitted(of), 'a commitment');
  await world.at(verdictsEnd);
  await untilSent();
  await second.end();
  const third = await live('fault', null);
  await mineUntil(isRevealed(of), 'a reveal');
  await third.end();
  await stands(t, of, 'unavailable', before);
});

t.test('dead while its commitment is mined, back only when reveals are due', async (t) => {
  const { of, verdictsEnd } = await opened();
  const first = await live('unavailable', null);
  await untilSent();
  await first.end();
  const before = await recordOf(of);
  await mineUntil(isCommitted(of), 'a commitment');
  await world.at(verdictsEnd);
  const second = await live('fault', null);
  await mineUntil(isRevealed(of), 'a reveal');
  await second.end();
  await stands(t, of, 'unavailable', before);
});

/** Long enough to see that nothing is done. */
async function wait(): Promise<void> {
  for (let i = 0; i < 8; i += 1) {
    await world.chain.mine();
    await clock.sleep(100);
  }
}

t.test('back too late to commit: it abstains, and says nothing', async (t) => {
  const { of, verdictsEnd } = await opened();
  const first = await live('unavailable', 'after the commitment is kept');
  await mineUntil(first.isOver, 'the kill');
  const before = await recordOf(of);
  await world.at(verdictsEnd);
  const second = await live('fault', null);
  await wait();
  t.equal(second.isOver(), false);
  await second.end();
  t.same(await heard('VerdictCommitted', of), []);
  t.same(await heard('VerdictRevealed', of), []);
  t.same(await recordOf(of), before, 'what it had decided stands');
  t.equal(worker.chain.view.slashed(validator.address), false);
});

t.test('back too late to reveal: its verdict counts nowhere, and it keeps its stake', async (t) => {
  const { of, revealsEnd } = await opened();
  const first = await live('unavailable', 'after the commitment is marked');
  await mineUntil(first.isOver, 'the kill');
  await world.at(revealsEnd);
  const second = await live('fault', null);
  await wait();
  t.equal(second.isOver(), false);
  await second.end();
  t.equal((await heard('VerdictCommitted', of)).length, 1);
  t.same(await heard('VerdictRevealed', of), []);
  t.match(await recordOf(of), { verdict: 'unavailable', stage: 'committed' });
  t.equal(worker.chain.view.slashed(validator.address), false);
});
