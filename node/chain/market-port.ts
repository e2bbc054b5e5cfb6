/** Jobs, claims on shards and their payment: the port over TaskMarket. */
import { type Address, wei } from '#protocol/ids.ts';
import type { MarketPort, Sent } from '#protocol/ports.ts';
import { amount, type Calls } from './calls.ts';
import { chainError } from './errors.ts';
import { allow } from './money-ports.ts';

type Meaning = ReadonlyArray<string | number | bigint>;

/** @param account who posts jobs and pays for them */
export function marketPort(calls: Calls, account: Address): MarketPort {
  const write = (method: string, args: readonly unknown[], meaning: Meaning, once: boolean) =>
    calls.write({ contract: 'market', method, args, meaning, once });
  // One posting at a time: two that share an allowance would spend it twice.
  let posting: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(post: () => Promise<T>): Promise<T> => {
    const turn = posting.then(post, post);
    posting = turn.catch(() => {});
    return turn;
  };
  return {
    postJob: (job) =>
      inTurn(async () => {
        await allow(calls, account, 'market', job.fee);
        const { spec, terms, shards, width, units, fee, deadline } = job;
        const args = [spec, terms, shards, width, units, fee, deadline] as const;
        // The same job with the same deadline is the same job: a submitter that was cut off may ask again.
        return postedJob(calls, await write('postJob', args, args, true));
      }),
    claimShards: ({ job, word, mask, limit }) =>
      write('claimShards', [job, word, mask, limit], [job, word, mask, limit], false),
    releaseShards: ({ job, word, mask, holder }) =>
      write('releaseShards', [job, word, mask, holder], [job, word, mask, holder], false),
    waitsUntil: async (job, worker) => Number(await calls.read(amount, 'market', 'waitsUntil', [job, worker])),
    redeem: ({ worker, epoch, leaf, path }) =>
      write('redeem', [worker, epoch, leaf, path], [epoch, worker, leaf.task, leaf.word], true),
    refund: (job) => write('refund', [job], [job], true),
    auditFee: async (worker, epoch, validator) =>
      wei(await calls.read(amount, 'market', 'auditFeeOf', [worker, epoch, validator])),
    claimAuditFee: (worker, epoch) => write('claimAuditFee', [worker, epoch], [epoch, worker], false),
  };
}

/** The job's number, from the event in its transaction. */
async function postedJob(calls: Calls, done: Awaited<Sent>): Promise<bigint> {
  for (const log of await calls.logsOf(done)) {
    if (log.address !== calls.addresses.market) continue;
    const event = calls.interfaces.market.parseLog(log);
    if (event?.name === 'JobPosted') return BigInt(event.args.getValue('job'));
  }
  const reason = `transaction ${done.transaction} has no JobPosted event`;
  throw chainError('RPC', { method: 'eth_getTransactionReceipt', reason, kind: 'other', data: null });
}
