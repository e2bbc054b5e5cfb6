/** A validator that is too slow: what nobody may answer any more is called off, so that it never looks at the past instead of the present. */
import t from 'tap';
import { EnginePool } from '#engine/run/pool.ts';
import { systemClock, systemRandom } from '#node/clock.ts';
import { HintBook } from '#node/roles/validator/hint-book.ts';
import { Looking } from '#node/roles/validator/look.ts';
import { VerdictRecords } from '#node/roles/validator/records.ts';
import type { Log } from '#protocol/ports.ts';
import { auditTimes } from '#protocol/time/epoch.ts';
import { ann, bob, DOMAIN, hashFor, LAW, memoryKeep } from '#test/ports/memory.ts';
import { DRAWN, disputeWorld, EPOCH, quiet } from '../dispute-world.ts';

const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
t.teardown(() => pool.close());

const { verdictsEnd } = auditTimes(LAW, DRAWN);
const at = (timestamp: number) => ({ number: 1, timestamp });

/** Bob, whose audits end only when they are called off. */
async function slow() {
  const world = await disputeWorld(pool);
  const view = { ...world.view, head: () => at(DRAWN), nextBlock: async () => at(DRAWN) };
  const settings = { self: bob.address, law: LAW, domain: DOMAIN };
  const warned: string[] = [];
  const log: Log = {
    ...quiet,
    warn: (_, text) => void warned.push(text),
    error: (_, text) => void warned.push(`error: ${text}`),
  };
  const committed: string[] = [];
  const court = {
    onCommittee: async () => true,
    commitVerdict: async ({ worker }: { readonly worker: string }) => {
      committed.push(worker);
      return { transaction: hashFor('sent'), block: 1 };
    },
  };
  const gossip = { publish: async () => undefined, subscribe: () => () => undefined };
  const hints = new HintBook({ view, court, peers: { peersOf: () => [] }, gossip }, settings);
  const begun: AbortSignal[] = [];
  const audit = (...of: readonly unknown[]): Promise<never> => {
    const signal = of.at(-1) as AbortSignal;
    begun.push(signal);
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  };
  const records = new VerdictRecords(memoryKeep());
  const ports = { view, blobs: world.blobs.bob, engine: pool, audit, court, random: systemRandom, log };
  return { looking: new Looking(ports, settings, records, hints), begun, warned, committed, records };
}

t.test('an audit whose time has ended is called off, and said so once', async (t) => {
  const { looking, begun, warned, committed, records } = await slow();
  const life = new AbortController();
  await looking.act(at(DRAWN), life.signal);
  await looking.act(at(verdictsEnd - 1), life.signal);
  t.equal(begun.length, 1, 'it is begun once');
  t.notOk(begun[0]?.aborted, 'until its time ends it goes on');
  await looking.act(at(verdictsEnd), life.signal);
  await looking.settled();
  t.ok(begun[0]?.aborted);
  await looking.act(at(verdictsEnd + 1), life.signal);
  t.same(warned, ['the time for a verdict ended before the audit did']);
  t.same(committed, []);
  t.equal(await records.get(EPOCH, ann.address), null);
});

t.test('a node that stops calls off all of them', async (t) => {
  const { looking, begun } = await slow();
  const life = new AbortController();
  await looking.act(at(DRAWN), life.signal);
  life.abort();
  await looking.settled();
  t.ok(begun[0]?.aborted);
});
