/** Following logs on a real chain that the test mines, reverts and reorganises by hand. */
import t from 'tap';
import { address } from '#protocol/ids.ts';
import type { Head, Keep } from '#protocol/ports.ts';
import { EventFollower, type LogSink } from '#node/chain/events.ts';
import { KeptLogs } from '#node/chain/kept-logs.ts';
import { memoryKeep, quiet, testChain } from './world.ts';

const chain = await testChain();
await chain.endpoints.send('evm_setIntervalMining', [0]);
t.teardown(() => chain.stop());

/** Logs its first calldata word as a topic: LOG1(0, 0, CALLDATALOAD(0)). */
const LOGGER = address(`0x${'10'.repeat(20)}`);
const SILENT = address(`0x${'11'.repeat(20)}`);
await chain.endpoints.send('anvil_setCode', [LOGGER, '0x5f355f5fa100']);
await chain.endpoints.send('anvil_setCode', [SILENT, '0x5f355f5fa100']);
const [dev] = await chain.rpc.accounts();

/** Mines one block with a log of this number. */
async function emit(n: number, to = LOGGER): Promise<void> {
  const data = `0x${n.toString(16).padStart(64, '0')}`;
  await chain.endpoints.send('eth_sendTransaction', [{ from: dev, to, data, gas: '0x186a0' }]);
  await chain.mine();
}

class Seen implements LogSink {
  numbers: number[] = [];
  head: Head | null = null;
  resets = 0;

  reset(): void {
    this.numbers = [];
    this.head = null;
    this.resets += 1;
  }

  apply({ topics }: { topics: readonly string[] }): void {
    this.numbers.push(Number(topics[0]));
  }

  reached(head: Head): void {
    this.head = head;
  }
}

async function follow(keep: Keep, fromBlock: number, confirmations = 0) {
  const seen = new Seen();
  const ports = { rpc: chain.rpc, kept: new KeptLogs(keep, 'logs/'), sink: seen, log: quiet };
  const follower = new EventFollower(ports, { addresses: [LOGGER], fromBlock, confirmations });
  await follower.resume();
  return { seen, follower };
}

const height = async () => (await chain.rpc.header('latest'))?.number ?? 0;

t.test('logs count once they are confirmed, in order, and only those of the contracts', async (t) => {
  const from = (await height()) + 1;
  const { seen, follower } = await follow(memoryKeep(), from, 2);
  await emit(1);
  await emit(99, SILENT);
  await follower.poll();
  t.same(seen.numbers, []);
  await chain.mine();
  t.equal(await follower.poll(), true);
  t.same(seen.numbers, [1]);
  t.equal(seen.head?.number, from);
  t.equal(seen.head?.timestamp, (await chain.rpc.header(from))?.timestamp);
  t.equal(await follower.poll(), false, 'nothing new');
  await emit(2);
  await chain.mine(2);
  await follower.poll();
  t.same(seen.numbers, [1, 2]);
});

t.test('many blocks are read in ranges', async (t) => {
  const { seen, follower } = await follow(memoryKeep(), (await height()) + 1);
  await emit(1);
  await chain.mine(1500);
  await emit(2);
  await follower.poll();
  t.same(seen.numbers, [1, 2]);
  t.equal(seen.head?.number, await height());
});

t.test('a restart goes on where it was, and forgets what a kill left half written', async (t) => {
  const keep = memoryKeep();
  const from = (await height()) + 1;
  const first = await follow(keep, from);
  await emit(1);
  await first.follower.poll();
  await emit(2);
  // Killed after the log was written and before the cursor.
  const cut: Keep = {
    ...keep,
    put: (key, value) => (key.endsWith('cursor') ? new Promise(() => {}) : keep.put(key, value)),
  };
  const dying = await follow(cut, from);
  void dying.follower.poll();
  while ((await keep.list('logs/log/')).length < 2) await new Promise((r) => setImmediate(r));

  const again = await follow(keep, from);
  t.same(again.seen.numbers, [1]);
  t.equal(again.seen.head?.number, from);
  await again.follower.poll();
  t.same(again.seen.numbers, [1, 2]);
});

t.test('what the chain takes back is taken back', async (t) => {
  const keep = memoryKeep();
  const from = (await height()) + 1;
  const { seen, follower } = await follow(keep, from);
  await emit(1);
  const snapshot = await chain.endpoints.send('evm_snapshot', []);
  await emit(2);
  await emit(3);
  await follower.poll();
  t.same(seen.numbers, [1, 2, 3]);
  await chain.endpoints.send('evm_revert', [snapshot]);
  await emit(4);
  await follower.poll();
  t.same(seen.numbers, [1, 4], 'the other chain is shorter');
  await chain.mine(5);
  await emit(5);
  await follower.poll();
  t.same(seen.numbers, [1, 4, 5]);
  t.equal(seen.head?.number, await height());
  const { seen: later } = await follow(keep, from);
  t.same(later.numbers, [1, 4, 5], 'also on disk');
});

t.test('a reorganisation to an equally long chain', async (t) => {
  const { seen, follower } = await follow(memoryKeep(), (await height()) + 1);
  await emit(1);
  await emit(2);
  await follower.poll();
  await chain.endpoints.send('anvil_reorg', [1, []]);
  await follower.poll();
  t.same(seen.numbers, [1]);
  t.equal(seen.head?.number, await height());
});

t.test('an endpoint that lags behind rolls nothing back', async (t) => {
  const { seen, follower } = await follow(memoryKeep(), (await height()) + 1);
  await emit(1);
  const snapshot = await chain.endpoints.send('evm_snapshot', []);
  await chain.mine(2);
  await follower.poll();
  const head = seen.head;
  const resets = seen.resets;
  await chain.endpoints.send('evm_revert', [snapshot]);
  t.equal(await follower.poll(), false);
  t.equal(seen.resets, resets);
  t.same(seen.head, head);
});
