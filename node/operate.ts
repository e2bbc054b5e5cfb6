/** NodeApi over the parts of a running node: what the operator's requests become. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Domain } from '#protocol/codec/typed-data.ts';
import { errorTable } from '#protocol/errors.ts';
import { type Address, formatCxt } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { ChainView, JobView } from '#protocol/ports.ts';
import { epochAt } from '#protocol/time/epoch.ts';
import { type JobSpec, shardsOf } from '#protocol/work/job.ts';
import type { Account } from './account.ts';
import type { EventRing } from './api/events.ts';
import type { Fetched, Health, JobRequest, JobStatus, NodeApi, ProofWritten, Quote, Status } from './api/ports.ts';
import { exportProof } from './bundle/export.ts';
import { type LoadedJob, loadJob } from './jobfile/load.ts';
import type { Metrics } from './metrics.ts';
import { countDisputes } from './dispute-metrics.ts';
import type { Shelf } from './roles/compute/shelf.ts';
import type { JobBook } from './roles/job-book.ts';
import type { ProofIndex } from './roles/proof-index.ts';
import { collectResult, type JobResult } from './roles/submitter/collect.ts';
import { type JobQuote, quoteJob, type SubmitPorts, submitJob } from './roles/submitter/submit.ts';
import { jobProgress } from './roles/submitter/watch.ts';
import type { VerdictRecords } from './roles/validator/records.ts';

export const operateError = errorTable('OPERATE', {
  NO_JOB: {
    what: (d: { job: string }) => `there is no job ${d.job} on this network`,
    todo: '`corex status` lists the jobs',
  },
  NO_SPEC: {
    what: (d: { job: string }) => `the specification of job ${d.job} is not served by anyone now`,
    todo: 'try again while its submitter is online',
  },
});

export interface OperateParts {
  readonly account: Account;
  readonly submit: SubmitPorts & { readonly self: Address };
  readonly view: ChainView;
  readonly blobs: Parameters<typeof collectResult>[0]['blobs'];
  readonly book: JobBook;
  readonly index: ProofIndex;
  readonly shelf: Shelf;
  readonly records: VerdictRecords;
  readonly ring: EventRing;
  readonly metrics: Metrics;
  readonly peers: () => number;
  readonly listen: () => readonly string[];
}

export interface OperateFacts {
  readonly version: string;
  readonly address: Address;
  readonly peerId: string;
  readonly profile: string;
  readonly roles: readonly string[];
  readonly engine: string;
  readonly law: Law;
  readonly domain: Domain;
}

function quoted(quote: JobQuote): Quote {
  const { split, units, fee, balance, shards, width, rounds, deadline } = quote;
  return {
    shards,
    width,
    rounds,
    deadline,
    units: units.toString(),
    fee: formatCxt(fee),
    balance: formatCxt(balance),
    burned: formatCxt(split.burned),
    auditors: formatCxt(split.auditors),
    workers: formatCxt(split.worker),
  };
}

const load = ({ job, file, baseDir }: JobRequest): Promise<LoadedJob> => loadJob({ job, file, baseDir });

export class Operate implements NodeApi {
  readonly #parts: OperateParts;
  readonly #facts: OperateFacts;

  constructor(parts: OperateParts, facts: OperateFacts) {
    this.#parts = parts;
    this.#facts = facts;
  }

  async status(): Promise<Status> {
    const { view, account, shelf, records } = this.#parts;
    const { law, domain: _, ...facts } = this.#facts;
    const head = view.head();
    const { cxt, staked, claimable, vesting } = await account.balances();
    const self = facts.address;
    const made = shelf.all();
    const accepted = made.filter(({ committed }) =>
      committed.some((of) => view.commitments(of).some((on) => on.worker === self && on.outcome === 'accepted')),
    );
    return {
      ...facts,
      roles: [...facts.roles],
      listen: [...this.#parts.listen()],
      peers: this.#parts.peers(),
      epoch: epochAt(law, head.timestamp) ?? -1,
      head,
      balances: {
        cxt: formatCxt(cxt),
        staked: formatCxt(staked),
        claimable: formatCxt(claimable),
        vesting: formatCxt(vesting),
      },
      slashed: view.slashed(self),
      proofs: {
        signed: made.length,
        committed: made.filter(({ committed }) => committed.length > 0).length,
        accepted: accepted.length,
      },
      audits: await records.counts(),
      jobs: view.jobs().map((job) => ({
        id: job.id.toString(),
        name: this.#parts.book.known(job.id)?.name ?? '',
        state: job.state,
        progress: job.units === 0n ? 0 : Number((job.paidUnits * 1000n) / job.units) / 1000,
      })),
    };
  }

  async quote(request: JobRequest): Promise<Quote> {
    return quoted(await quoteJob(this.#parts.submit, this.#parts.submit.self, await load(request)));
  }

  async submit(request: JobRequest) {
    const { job, spec, quote } = await submitJob(this.#parts.submit, this.#parts.submit.self, await load(request));
    return { job: job.toString(), spec, quote: quoted(quote) };
  }

  async job(id: string): Promise<JobStatus> {
    const { job, spec } = await this.#find(id);
    const { view, index } = this.#parts;
    const progress = await jobProgress(view, index, job, spec);
    const { total, free, claimed, proven, paid, roundsDone } = progress;
    const provisional = job.state === 'open' && proven + paid === total;
    const paidFee = job.units === 0n ? 0n : (job.fee * job.paidUnits) / job.units;
    return {
      id,
      name: spec.name,
      program: spec.program,
      state: provisional ? 'provisional' : job.state,
      progress: (proven + paid) / shardsOf(spec),
      rounds: { done: roundsDone, total: spec.rounds },
      shards: { total, free, claimed, proven, paid },
      fee: { total: formatCxt(job.fee), paid: formatCxt(paidFee) },
      deadline: job.deadline,
      result: job.state === 'complete' ? { ...(await this.#result(job, spec)).facts } : null,
    };
  }

  async fetch(id: string, outDir: string): Promise<Fetched> {
    const { job, spec } = await this.#find(id);
    const { files, facts } = await this.#result(job, spec);
    await mkdir(outDir, { recursive: true });
    const written: string[] = [];
    const described = new Map([
      ...files,
      ['result.json', Buffer.from(`${JSON.stringify({ job: id, state: job.state, ...facts }, null, 2)}\n`)],
    ]);
    for (const [name, bytes] of described) {
      await writeFile(join(outDir, name), bytes);
      written.push(resolve(outDir, name));
    }
    return { files: written, result: { ...facts } };
  }

  #result(job: JobView, spec: JobSpec): Promise<JobResult> {
    return collectResult({ blobs: this.#parts.blobs, index: this.#parts.index }, job, spec);
  }

  proof(of: string, file: string): Promise<ProofWritten> {
    return exportProof({ ...this.#parts, find: (id) => this.#find(id) }, this.#facts, of, file);
  }

  async #find(id: string): Promise<{ job: JobView; spec: JobSpec }> {
    const job = this.#parts.view.job(BigInt(id));
    if (job === null) throw operateError('NO_JOB', { job: id });
    const spec = await this.#parts.book.spec(job);
    if (spec === null) throw operateError('NO_SPEC', { job: id });
    return { job, spec };
  }

  stake(amount: string) {
    return this.#parts.account.stake(amount);
  }

  unstake(amount: string) {
    return this.#parts.account.unstake(amount);
  }

  withdraw() {
    return this.#parts.account.withdraw();
  }

  claim() {
    return this.#parts.account.claim();
  }

  send(to: string, amount: string) {
    return this.#parts.account.send(to, amount);
  }

  async events(since: number) {
    return this.#parts.ring.since(since);
  }

  async health(): Promise<Health> {
    const peers = this.#parts.peers();
    const checks = {
      peers: `${peers} connected`,
      chain: `block ${this.#parts.view.head().number}`,
      engine: this.#facts.engine,
    };
    return { ok: peers > 0, checks };
  }

  async metrics(): Promise<string> {
    const { metrics, view } = this.#parts;
    metrics.set('corex_peers', this.#parts.peers());
    metrics.set('corex_head_block', view.head().number);
    countDisputes(metrics, view.disputes(), this.#facts.address);
    metrics.set('corex_epoch', epochAt(this.#facts.law, view.head().timestamp) ?? -1);
    return metrics.render();
  }
}
