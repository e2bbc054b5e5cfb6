/** What a node offers to its operator: the requests, the answers and NodeApi, which the node and its HTTP client both implement. */
import { z } from 'zod';
import { cxt, positiveCxt } from '../amount.ts';
import { inferJob, trainJob } from '../jobfile/schema.ts';

const account = z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'a 20-byte address as 0x-hex is expected');
const count = z.int().min(0);
/** Number of a job in the market, as text. */
export const jobId = z.string().regex(/^[1-9]\d{0,18}$/, 'the number of a job is expected, such as 1');

export const status = z.object({
  version: z.string(),
  address: account,
  peerId: z.string(),
  listen: z.array(z.string()),
  profile: z.string(),
  roles: z.array(z.string()),
  peers: count,
  epoch: z.int(),
  head: z.object({ number: count, timestamp: count }),
  engine: z.string().describe('engine profile, e.g. onnxruntime-1.30.0/cpu/x64-avx2'),
  balances: z.object({
    cxt,
    staked: cxt,
    claimable: cxt,
    vesting: cxt.describe('of settled epochs, at least; it can be claimed when it has vested'),
  }),
  slashed: z.boolean(),
  proofs: z.object({ signed: count, committed: count, accepted: count }),
  audits: z.object({ ok: count, fault: count, unavailable: count }),
  jobs: z.array(z.object({ id: jobId, name: z.string(), state: z.string(), progress: z.number() })),
});

/** A job that was read from its file; the paths in it count from `baseDir` on the node's machine. */
export const jobRequest = z.object({
  file: z.string(),
  baseDir: z.string(),
  job: z.discriminatedUnion('program', [trainJob, inferJob]).describe('as the parser of job files returns it'),
});

export const quote = z.object({
  shards: count,
  width: count.describe('shards a round, the merge included; 0 when they are independent'),
  rounds: count,
  units: z.string().describe('floating-point operations of the whole job'),
  fee: cxt,
  balance: cxt,
  burned: cxt.describe('part of the fee that is burned'),
  auditors: cxt.describe('part of the fee that goes to the validators'),
  workers: cxt.describe('part of the fee that goes to the workers'),
  deadline: count.describe('chain time, in seconds'),
});

export const submitted = z.object({ job: jobId, spec: z.string(), quote });

export const jobStatus = z.object({
  id: jobId,
  name: z.string(),
  program: z.enum(['train', 'infer']),
  state: z.enum(['open', 'provisional', 'complete', 'refunded']),
  progress: z.number().min(0).max(1),
  rounds: z.object({ done: count, total: count }),
  shards: z.object({ total: count, free: count, claimed: count, proven: count, paid: count }),
  fee: z.object({ total: cxt, paid: cxt }),
  deadline: count,
  result: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .nullable()
    .describe('null until there is one'),
});

export const fetched = z.object({
  files: z.array(z.string()),
  result: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

export const receipt = z.object({ transaction: z.string(), block: count, amount: cxt });
export const claimed = z.object({
  total: cxt,
  epochs: z.array(z.object({ epoch: count, work: cxt, audit: cxt })),
  transactions: z.array(z.string()),
});

export const nodeEvent = z.object({
  seq: count,
  at: z.number(),
  kind: z.string(),
  fields: z.record(z.string(), z.unknown()),
});
export const eventPage = z.object({
  next: count.describe('pass it as `since` to go on'),
  missed: count,
  events: z.array(nodeEvent),
});
export const health = z.object({ ok: z.boolean(), checks: z.record(z.string(), z.string()) });

export const sendRequest = z.strictObject({ to: account, amount: positiveCxt });
export const amountRequest = z.strictObject({ amount: positiveCxt });
export const fetchRequest = z.strictObject({ outDir: z.string().min(1) });

/** Of a job's shard, or by name. */
export const proofRequest = z.strictObject({
  proof: z
    .string()
    .regex(
      /^([1-9]\d{0,18}\/\d{1,8}|b[a-z2-7]{58})$/,
      'JOB/SHARD, such as 1/0, or the CID of a signed proof is expected',
    )
    .describe('JOB/SHARD or the CID of a signed proof'),
  file: z.string().min(1).describe("path on the node's machine"),
});
export const proofWritten = z.object({
  file: z.string(),
  proof: z.string().describe('CID of the signed proof'),
  task: z.string(),
  shard: count,
  worker: account,
  units: z.string(),
  blocks: count,
  bytes: count,
});

export type Status = z.infer<typeof status>;
export type JobRequest = z.infer<typeof jobRequest>;
export type Quote = z.infer<typeof quote>;
export type Submitted = z.infer<typeof submitted>;
export type JobStatus = z.infer<typeof jobStatus>;
export type Fetched = z.infer<typeof fetched>;
export type ProofWritten = z.infer<typeof proofWritten>;
export type Receipt = z.infer<typeof receipt>;
export type Claimed = z.infer<typeof claimed>;
export type NodeEvent = z.infer<typeof nodeEvent>;
export type EventPage = z.infer<typeof eventPage>;
export type Health = z.infer<typeof health>;

/** Everything is plain JSON data, so that a node in this process and one behind HTTP are the same to the caller. */
export interface NodeApi {
  status(): Promise<Status>;
  /** What the job would cost and how it would be cut; spends nothing. */
  quote(request: JobRequest): Promise<Quote>;
  /** Puts the fee in escrow and offers the shards. */
  submit(request: JobRequest): Promise<Submitted>;
  job(id: string): Promise<JobStatus>;
  /** Writes the results of a job into a folder of the node's machine. */
  fetch(id: string, outDir: string): Promise<Fetched>;
  /** Writes a proof with all it needs to be checked offline into a file of the node's machine. */
  proof(of: string, file: string): Promise<ProofWritten>;
  stake(amount: string): Promise<Receipt>;
  unstake(amount: string): Promise<Receipt>;
  withdraw(): Promise<Receipt>;
  claim(): Promise<Claimed>;
  send(to: string, amount: string): Promise<Receipt>;
  /** Events from number `since` on. */
  events(since: number): Promise<EventPage>;
  health(): Promise<Health>;
  /** Prometheus text. */
  metrics(): Promise<string>;
}
