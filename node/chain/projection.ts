/** The chain's facts as a fold over its events: the same events in the same order give the same state. */
import type { Address, Epoch, Hash, Units, Wei } from '#protocol/ids.ts';
import type { CommitmentView, JobView, RevealedVerdict } from '#protocol/ports.ts';
import { applyDisputeEvent, type DisputeEvent, type Disputes } from './dispute-facts.ts';

type Outcome = Exclude<CommitmentView['outcome'], null>;

/** What an account was paid for. */
export type EarningKind = 'work' | 'audit' | 'fee' | 'audit-fee' | 'bounty';

/** What happened on the chain, in the node's own words. */
export type ChainEvent =
  | { readonly type: 'seed-drawn'; readonly epoch: Epoch; readonly seed: Hash; readonly drawnAt: number }
  | ({ readonly type: 'work-committed' } & Omit<CommitmentView, 'outcome' | 'score'>)
  | {
      readonly type: 'work-finalized';
      readonly worker: Address;
      readonly epoch: Epoch;
      readonly outcome: Outcome;
      readonly score: bigint;
    }
  | ({ readonly type: 'verdict-revealed'; readonly epoch: Epoch; readonly worker: Address } & RevealedVerdict)
  | { readonly type: 'epoch-settled'; readonly epoch: Epoch; readonly released: Wei }
  | ({ readonly type: 'job-posted' } & Omit<JobView, 'paidUnits' | 'state'>)
  | {
      readonly type: 'shards-claimed';
      readonly job: bigint;
      readonly word: number;
      readonly mask: bigint;
      readonly worker: Address;
    }
  | {
      readonly type: 'shards-released';
      readonly job: bigint;
      readonly word: number;
      readonly mask: bigint;
      readonly holder: Address;
    }
  | { readonly type: 'job-reset'; readonly job: bigint; readonly fromWord: number; readonly epoch: Epoch }
  | {
      readonly type: 'shards-redeemed';
      readonly job: bigint;
      readonly word: number;
      readonly mask: bigint;
      readonly units: Units;
    }
  | { readonly type: 'job-closed'; readonly job: bigint; readonly state: 'complete' | 'refunded' }
  | { readonly type: 'slashed'; readonly worker: Address; readonly amount: Wei }
  | { readonly type: 'convicted'; readonly worker: Address; readonly epoch: Epoch }
  | DisputeEvent
  | {
      readonly type: 'earned';
      readonly account: Address;
      readonly kind: EarningKind;
      readonly epoch: Epoch;
      readonly amount: Wei;
    };

export interface Slash {
  readonly address: Address;
  readonly amount: Wei;
  /** The epoch whose work was proven wrong; null when the events do not say. */
  readonly epoch: Epoch | null;
  readonly reason: string;
}

export interface Earning {
  readonly kind: EarningKind;
  readonly epoch: Epoch;
  readonly amount: Wei;
}

interface JobFacts {
  view: JobView;
  readonly claims: Map<number, Address>;
  /** Whoever was granted the shard at any time. */
  readonly held: Map<number, Set<Address>>;
  readonly paid: Set<number>;
  readonly resets: Array<{ readonly fromWord: number; readonly epoch: Epoch }>;
}

export interface ChainFacts {
  readonly seeds: Map<Epoch, { readonly seed: Hash; readonly drawnAt: number }>;
  readonly commitments: Map<Epoch, Map<Address, CommitmentView>>;
  /** Verdicts that each validator revealed. */
  readonly reveals: Map<Epoch, Map<Address, number>>;
  /** The same by the worker that they are about. */
  readonly verdicts: Map<Epoch, Map<Address, RevealedVerdict[]>>;
  /** What each settled epoch released. */
  readonly settled: Map<Epoch, Wei>;
  readonly jobs: Map<bigint, JobFacts>;
  readonly disputes: Disputes;
  readonly slashes: Slash[];
  readonly slashed: Set<Address>;
  readonly earnings: Map<Address, Earning[]>;
}

export function noFacts(): ChainFacts {
  return {
    seeds: new Map(),
    commitments: new Map(),
    reveals: new Map(),
    verdicts: new Map(),
    settled: new Map(),
    jobs: new Map(),
    disputes: new Map(),
    slashes: [],
    slashed: new Set(),
    earnings: new Map(),
  };
}

const WORD_BITS = 256;

/** Numbers of the shards that a mask names in a word, ascending. */
export function shardsOf(word: number, mask: bigint): number[] {
  const shards: number[] = [];
  for (let bit = 0, rest = mask; rest !== 0n; bit += 1, rest >>= 1n) {
    if ((rest & 1n) === 1n) shards.push(word * WORD_BITS + bit);
  }
  return shards;
}

function entry<K, V>(map: Map<K, V>, key: K, fresh: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = fresh();
  map.set(key, made);
  return made;
}

/** Folds one event into the facts, in place. It reads nothing else: no clock, no chain. */
export function applyEvent(facts: ChainFacts, event: ChainEvent): void {
  switch (event.type) {
    case 'seed-drawn':
      facts.seeds.set(event.epoch, { seed: event.seed, drawnAt: event.drawnAt });
      return;
    case 'work-committed': {
      const { type: _, ...commitment } = event;
      entry(facts.commitments, event.epoch, () => new Map()).set(event.worker, {
        ...commitment,
        outcome: null,
        score: 0n,
      });
      return;
    }
    case 'work-finalized':
      finalize(facts, event);
      return;
    case 'verdict-revealed': {
      const ofEpoch = entry(facts.reveals, event.epoch, () => new Map());
      ofEpoch.set(event.validator, (ofEpoch.get(event.validator) ?? 0) + 1);
      const { validator, verdict, auditDigest } = event;
      const ofWorker = entry(facts.verdicts, event.epoch, () => new Map());
      entry(ofWorker, event.worker, () => []).push({ validator, verdict, auditDigest });
      return;
    }
    case 'epoch-settled':
      facts.settled.set(event.epoch, event.released);
      return;
    case 'slashed':
      facts.slashed.add(event.worker);
      facts.slashes.push({ address: event.worker, amount: event.amount, epoch: null, reason: PROVEN });
      return;
    case 'convicted':
      blame(facts, event);
      return;
    case 'earned': {
      const { kind, epoch, amount } = event;
      entry(facts.earnings, event.account, () => []).push({ kind, epoch, amount });
      return;
    }
    default:
      if (isDisputeEvent(event)) applyDisputeEvent(facts.disputes, event);
      else applyJobEvent(facts, event);
  }
}

const isDisputeEvent = (event: ChainEvent): event is DisputeEvent => event.type.startsWith('dispute-');

function finalize(facts: ChainFacts, event: Extract<ChainEvent, { readonly type: 'work-finalized' }>): void {
  const { worker, epoch, outcome, score } = event;
  const ofEpoch = facts.commitments.get(epoch);
  const commitment = ofEpoch?.get(worker);
  if (ofEpoch !== undefined && commitment !== undefined) ofEpoch.set(worker, { ...commitment, outcome, score });
}

/** The slash comes before it in the same transaction. */
function blame(facts: ChainFacts, { worker, epoch }: { readonly worker: Address; readonly epoch: Epoch }): void {
  const at = facts.slashes.findLastIndex((s) => s.address === worker && s.epoch === null);
  const slash = facts.slashes[at];
  if (slash !== undefined) facts.slashes[at] = { ...slash, epoch, reason: reasonOf(facts, worker, epoch) };
}

const PROVEN = 'its work was proven wrong on chain';
const NOT_LOOKED = 'it said ok of work that it had not looked at';

/** A dispute ends before its slash. */
function reasonOf({ disputes }: ChainFacts, accused: Address, of: Epoch): string {
  const isLazy = [...disputes.values()].some(
    ({ worker, epoch, phase, reason }) =>
      worker === accused && epoch === of && phase === 'guilty' && reason === 'false-digest',
  );
  return isLazy ? NOT_LOOKED : PROVEN;
}

type JobEvent = Extract<ChainEvent, { readonly type: `job-${string}` | `shards-${string}` }>;

function applyJobEvent(facts: ChainFacts, event: JobEvent): void {
  if (event.type === 'job-posted') {
    const { type: _, ...posted } = event;
    const view: JobView = { ...posted, paidUnits: 0n as Units, state: 'open' };
    facts.jobs.set(event.id, { view, claims: new Map(), held: new Map(), paid: new Set(), resets: [] });
    return;
  }
  const job = facts.jobs.get(event.job);
  // Events of a job stand after its posting; without it they were read from too late a block.
  if (job === undefined) return;
  switch (event.type) {
    case 'shards-claimed':
      for (const shard of shardsOf(event.word, event.mask)) {
        job.claims.set(shard, event.worker);
        entry(job.held, shard, () => new Set()).add(event.worker);
      }
      return;
    case 'shards-released':
      for (const shard of shardsOf(event.word, event.mask)) job.claims.delete(shard);
      return;
    case 'job-reset':
      addReset(job.resets, event);
      return;
    case 'shards-redeemed':
      for (const shard of shardsOf(event.word, event.mask)) job.paid.add(shard);
      job.view = { ...job.view, paidUnits: (job.view.paidUnits + event.units) as Units };
      return;
    case 'job-closed':
      job.view = { ...job.view, state: event.state };
  }
}

/** TaskMarket.sol keeps so many resets and merges later ones into the last. */
const MAX_RESETS = 16;

function addReset(resets: JobFacts['resets'], { fromWord, epoch }: { fromWord: number; epoch: Epoch }): void {
  const last = resets[MAX_RESETS - 1];
  if (last === undefined) resets.push({ fromWord, epoch });
  else resets[MAX_RESETS - 1] = { fromWord: Math.min(last.fromWord, fromWord), epoch };
}
