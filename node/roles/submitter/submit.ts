/** Prices a job, puts its fee in escrow and tells the network where its parts are. */
import { digestOf } from '#protocol/codec/cid.ts';
import { termsHash } from '#protocol/dispute/terms.ts';
import { splitFee } from '#protocol/economy/fees.ts';
import { errorTable } from '#protocol/errors.ts';
import { type Address, formatCxt, parseCxt, type Units, type Wei } from '#protocol/ids.ts';
import type { Blobs, ChainView, Gossip, Log, MarketPort, Random, TokenPort } from '#protocol/ports.ts';
import { type JobSpec, shardsOf, widthOf } from '#protocol/work/job.ts';
import { unitsOfJob } from '#protocol/work/shard.ts';
import type { LoadedJob } from '../../jobfile/load.ts';
import { compileJob, type GraphProbe } from './compile.ts';

export const submitError = errorTable('SUBMIT', {
  BALANCE: {
    what: (d: { file: string; fee: string; balance: string }) =>
      `${d.file}: fee: ${d.fee} CXT is more than the ${d.balance} CXT of this account`,
    todo: 'lower `fee`, earn CXT by computing, or have a miner send some to this account',
  },
});

export interface SubmitPorts {
  readonly blobs: Pick<Blobs, 'put' | 'putObject' | 'keep'>;
  readonly view: Pick<ChainView, 'head'>;
  readonly market: Pick<MarketPort, 'postJob'>;
  readonly token: Pick<TokenPort, 'balanceOf'>;
  readonly gossip: Pick<Gossip, 'publish'>;
  readonly engine: GraphProbe;
  readonly random: Random;
  readonly log: Log;
}

/** What a job would cost and what would become of its fee. */
export interface JobQuote {
  readonly shards: number;
  readonly width: number;
  readonly rounds: number;
  readonly units: Units;
  readonly fee: Wei;
  readonly balance: Wei;
  readonly split: ReturnType<typeof splitFee>;
  /** Chain time, seconds. */
  readonly deadline: number;
}

export interface PostedJob {
  readonly job: bigint;
  readonly spec: string;
  readonly quote: JobQuote;
}

async function quoteSpec(ports: SubmitPorts, self: Address, loaded: LoadedJob, spec: JobSpec): Promise<JobQuote> {
  const fee = parseCxt(loaded.job.fee);
  return {
    shards: shardsOf(spec),
    width: widthOf(spec),
    rounds: spec.rounds,
    units: unitsOfJob(spec),
    fee,
    balance: await ports.token.balanceOf(self),
    split: splitFee(fee),
    deadline: ports.view.head().timestamp + loaded.job.deadline,
  };
}

/** Spends nothing. @throws whatever makes the job impossible */
export async function quoteJob(ports: SubmitPorts, self: Address, loaded: LoadedJob): Promise<JobQuote> {
  const { spec } = await compileJob(ports, loaded);
  return quoteSpec(ports, self, loaded, spec);
}

/** @throws SUBMIT_BALANCE before anything is spent */
export async function submitJob(ports: SubmitPorts, self: Address, loaded: LoadedJob): Promise<PostedJob> {
  const { spec, wire, terms, stored } = await compileJob(ports, loaded);
  const quote = await quoteSpec(ports, self, loaded, spec);
  if (quote.balance < quote.fee) {
    throw submitError('BALANCE', { file: loaded.file, fee: formatCxt(quote.fee), balance: formatCxt(quote.balance) });
  }
  const cid = await ports.blobs.putObject(wire);
  for (const part of [cid, ...stored]) await ports.blobs.keep(part, `job/${cid}`);
  const { shards, width, units, fee, deadline } = quote;
  const job = await ports.market.postJob({
    spec: digestOf(cid),
    terms: termsHash(terms),
    shards,
    width,
    units,
    fee,
    deadline,
  });
  ports.log.info({ job: job.toString(), shards, fee: formatCxt(fee) }, 'job posted');
  await ports.gossip.publish('tasks', { job: job.toString(), spec: cid });
  return { job, spec: cid, quote };
}
