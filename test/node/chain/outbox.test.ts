/** The outbox against a real chain whose blocks the test mines: nothing is sent twice, nothing kept is lost. */
import { Interface } from 'ethers';
import t from 'tap';
import { type Address, address, type Hash, hash } from '#protocol/ids.ts';
import type { Keep } from '#protocol/ports.ts';
import { fundGas } from '#node/chain/fund.ts';
import { KeptTransactions } from '#node/chain/kept-transactions.ts';
import { Outbox, type Submission } from '#node/chain/outbox.ts';
import { revertDecoder } from '#node/chain/reverts.ts';
import { openSigner } from '#node/chain/signer.ts';
import { signTransaction } from '#node/chain/transaction.ts';
import { systemClock as clock } from '#node/clock.ts';
import { CHAIN_ID, memoryKeep, quiet, testChain } from './world.ts';

const chain = await testChain();
await chain.endpoints.send('evm_setIntervalMining', [0]);
t.teardown(() => chain.stop());

const errors = new Interface(['error NothingFree(uint256 job)']);
const settings = { chainId: CHAIN_ID, stuckBlocks: 3 };
/** Any account takes a call with any data. */
const SINK = address(`0x${'51'.repeat(20)}`);
/** Reverts with its calldata: CALLDATACOPY(0, 0, CALLDATASIZE) REVERT(0, CALLDATASIZE). */
const ECHO = address(`0x${'ec'.repeat(20)}`);
await chain.endpoints.send('anvil_setCode', [ECHO, '0x365f5f37365ffd']);

let keys = 0;

/** A fresh account with gas money, and an outbox of it over the Keep. */
async function account(funded = true) {
  keys += 1;
  const signer = openSigner(`0x${keys.toString(16).padStart(64, '0')}`);
  if (funded) {
    const funding = fundGas({ rpc: chain.rpc, clock }, [signer.address], 10n ** 18n);
    while ((await chain.rpc.balance(signer.address)) === 0n) await chain.mine();
    await funding;
  }
  const keep = memoryKeep();
  const open = async (over: Keep = keep) => {
    const kept = new KeptTransactions(over, 'test/');
    const outbox = new Outbox(
      { rpc: chain.rpc, kept, signer, log: quiet, revertOf: revertDecoder([errors]) },
      settings,
    );
    await outbox.resume();
    return outbox;
  };
  return { signer, keep, open, kept: new KeptTransactions(keep, 'test/') };
}

const submission = (key: string, over: Partial<Submission> = {}): Submission => ({
  key,
  once: true,
  to: SINK,
  data: '0x01',
  call: 'Sink.take',
  ...over,
});

/** Lets what is under way go on for a moment. */
const turn = () => clock.sleep(5);

async function head(): Promise<number> {
  return (await chain.rpc.header('latest'))?.number ?? 0;
}

/** Mines one block and lets the outbox look at it. */
async function step(outbox: Outbox): Promise<void> {
  await chain.mine();
  await outbox.pump(await head());
}

const sentBy = (who: Address) => chain.rpc.nonce(who);

t.test('one meaning is sent once: while under way, and after it is done', async (t) => {
  const { signer, open, kept } = await account();
  const outbox = await open();
  const first = outbox.submit(submission('work/commit/1'));
  const second = outbox.submit(submission('work/commit/1'));
  const done = await through(outbox, first);
  t.same(await second, done);
  t.same(await outbox.submit(submission('work/commit/1')), done);
  t.same(await (await open()).submit(submission('work/commit/1')), done, 'also after a restart');
  t.equal(await sentBy(signer.address), 1);
  t.same(await kept.rows(), []);
});

/** Submits and mines until the submission settles. */
async function through<T>(outbox: Outbox, sent: Promise<T>): Promise<T> {
  let settled = false;
  const done = () => {
    settled = true;
  };
  sent.then(done, done);
  for (let i = 0; i < 50 && !settled; i += 1) {
    await step(outbox);
    await turn();
  }
  return sent;
}

t.test('a meaning that may recur is sent again once the first is through', async (t) => {
  const { signer, open } = await account();
  const outbox = await open();
  const first = await through(outbox, outbox.submit(submission('pool/settle', { once: false })));
  const second = await through(outbox, outbox.submit(submission('pool/settle', { once: false })));
  t.not(second.transaction, first.transaction);
  t.equal(await sentBy(signer.address), 2);
});

t.test('killed between writing and sending: the next start sends it, under the same nonce', async (t) => {
  const { signer, keep, kept, open } = await account();
  const written = Promise.withResolvers<void>();
  const dying: Keep = {
    ...keep,
    put: async (key, value) => {
      await keep.put(key, value);
      written.resolve();
      await new Promise(() => {});
    },
  };
  void (await open(dying)).submit(submission('market/redeem/1'));
  await written.promise;
  const [row] = await kept.rows();
  t.equal(row?.nonce, 0);
  t.equal(await chain.rpc.knows(row?.hashes[0] ?? hash(`0x${'0'.repeat(64)}`)), false, 'it was not sent');

  const outbox = await open();
  const done = await through(outbox, outbox.submit(submission('market/redeem/1')));
  t.equal(done.transaction, row?.hashes[0]);
  t.equal(await sentBy(signer.address), 1);
});

t.test('killed after sending: the next start sees it mined', async (t) => {
  const { signer, open } = await account();
  const first = await open();
  const lost = first.submit(submission('stake/1'));
  while ((await chain.rpc.nonce(signer.address, 'pending')) === 0) await turn();
  await first.stop();
  await t.rejects(lost, { code: 'CHAIN_STOPPED' });
  await chain.mine(2);
  const outbox = await open();
  await through(outbox, outbox.submit(submission('stake/1')));
  t.equal(await sentBy(signer.address), 1);
});

t.test('what cannot succeed is named and costs nothing', async (t) => {
  const { signer, kept, open } = await account();
  const outbox = await open();
  const before = await chain.rpc.balance(signer.address);
  const data = errors.encodeErrorResult('NothingFree', [7n]);
  const refused = outbox.submit(submission('market/claim/7', { to: ECHO, data, call: 'TaskMarket.claimShards' }));
  await t.rejects(refused, {
    code: 'CHAIN_REVERTED',
    details: { error: 'NothingFree', call: 'TaskMarket.claimShards', args: ['7'] },
  });
  t.same(await kept.rows(), []);
  t.equal(await chain.rpc.balance(signer.address), before);
  // The same meaning may be tried again: it was not done.
  await through(outbox, outbox.submit(submission('market/claim/7')));
  t.equal(await sentBy(signer.address), 1);
});

t.test('no gas money', async (t) => {
  const { signer, kept, open } = await account(false);
  const refused = (await open()).submit(submission('x'));
  await t.rejects(refused, { code: 'CHAIN_NO_GAS', details: { account: signer.address, have: '0' } });
  t.same(await kept.rows(), []);
});

t.test('a stuck transaction gets a higher fee, and either variant settles it', async (t) => {
  const { signer, kept, open } = await account();
  const outbox = await open();
  const start = await head();
  await outbox.pump(start);
  const sent = outbox.submit(submission('stuck'));
  while ((await chain.rpc.nonce(signer.address, 'pending')) === 0) await turn();
  // Three blocks pass for the outbox, none on the chain.
  await outbox.pump(start + 3);
  const [row] = await kept.rows();
  t.equal(row?.hashes.length, 2);
  const done = await through(outbox, sent);
  t.equal(done.transaction, row?.hashes[1]);
  t.equal(await sentBy(signer.address), 1);
});

t.test('another program took the nonce: the meaning goes out under a fresh one', async (t) => {
  const { signer, keep, kept, open } = await account();
  const written = Promise.withResolvers<void>();
  const dying: Keep = {
    ...keep,
    put: async (...row) =>
      keep
        .put(...row)
        .then(written.resolve)
        .then(() => new Promise(() => {})),
  };
  void (await open(dying)).submit(submission('mine'));
  await written.promise;
  const fees = { maxFee: 10n ** 10n, tip: 10n ** 9n };
  const foreign = await signTransaction(signer, {
    chainId: CHAIN_ID,
    nonce: 0,
    to: SINK,
    data: '0x',
    gas: 50_000n,
    fees,
  });
  await chain.rpc.sendRaw(foreign.raw);
  await chain.mine(1);
  const outbox = await open();
  const done = await through(outbox, outbox.submit(submission('mine')));
  const receipt = await chain.rpc.receipt(done.transaction as Hash);
  t.equal(receipt?.status, 1);
  t.equal(await sentBy(signer.address), 2);
  t.same(await kept.rows(), []);
});
