/** The queue before a handler: order, bounds, both rules of dropping, and an end that leaves nobody waiting. */
import t from 'tap';
import type { Inbound, Verdict } from '#node/p2p/host.ts';
import { TopicQueue } from '#node/p2p/topic-queue.ts';
import type { PeerName } from '#protocol/ids.ts';

const message = (n: number): Inbound => ({ bytes: Uint8Array.of(n), author: 'a' as PeerName, source: 'b' as PeerName });

/** A handler that the test lets go, one message at a time. */
function gate() {
  const seen: number[] = [];
  const waiting: Array<(verdict: Verdict) => void> = [];
  const handle = ({ bytes }: Inbound): Promise<Verdict> => {
    seen.push(bytes[0] ?? -1);
    return new Promise((resolve) => waiting.push(resolve));
  };
  const open = async (verdict: Verdict): Promise<void> => {
    waiting.shift()?.(verdict);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { seen, handle, open };
}

for (const [drop, expected] of [
  ['newest', [0, 1, 2]],
  ['oldest', [0, 2, 3]],
] as const) {
  t.test(`a full queue drops the ${drop}`, async (t) => {
    const { seen, handle, open } = gate();
    const queue = new TopicQueue({ queue: 2, drop }, handle);
    // 0 is with the handler, two wait, one is too many.
    const verdicts = [0, 1, 2, 3].map((n) => queue.push(message(n)));
    for (let i = 0; i < 3; i++) await open('accept');
    t.same(seen, expected);
    const all = await Promise.all(verdicts);
    t.equal(all.filter((verdict) => verdict === 'ignore').length, 1);
    t.equal(all.filter((verdict) => verdict === 'accept').length, 3);
    await queue.close();
  });
}

t.test('close waits for the one that is handled and ignores the others', async (t) => {
  const { handle, open } = gate();
  const queue = new TopicQueue({ queue: 5, drop: 'newest' }, handle);
  const verdicts = [queue.push(message(0)), queue.push(message(1))];
  const closed = queue.close();
  t.equal(await verdicts[1], 'ignore');
  await open('reject');
  await closed;
  t.equal(await verdicts[0], 'reject');
  t.equal(await queue.push(message(2)), 'ignore');
});
