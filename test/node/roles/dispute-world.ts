/** A worker and a validator with a blob store each, one committed base task, and a court that keeps the contract's rules. */
import type { EnginePool } from '#engine/run/pool.ts';
import { digestOf } from '#protocol/codec/cid.ts';
import type { DisputeView } from '#protocol/dispute/moves.ts';
import { type Address, epoch, type Hash, type Units } from '#protocol/ids.ts';
import type {
  CommitmentView,
  CommittedProof,
  DisputePort,
  Log,
  RevealedVerdict,
  SegmentOpening,
  Sent,
} from '#protocol/ports.ts';
import { baseTask } from '#protocol/work/base-task.ts';
import { buildCommitment, commitmentToWire } from '#protocol/work/commitment.ts';
import { proofDigest, proofToWire, signProof } from '#protocol/work/proof.ts';
import { proveShard } from '#node/roles/compute/prove.ts';
import { Transcripts } from '#node/roles/transcripts.ts';
import { ann, bob, DOMAIN, hashFor, LAW, MemoryBlobs } from '#test/ports/memory.ts';
import { Referee } from '#test/verifier/dispute/referee.ts';
import type { Executor } from '#verifier/replay.ts';
import { findSource } from '#verifier/shard-run.ts';

export const EPOCH = epoch(1);
export const TASK = baseTask(EPOCH);
export const SHARD = 3;
/** Of the seed: verdicts until 5 seconds later, reveals until 8. */
export const DRAWN = 1_020;
export const REVEALING = DRAWN + LAW.auditSeconds;
export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };

const sent = (): Sent => Promise.resolve({ transaction: hashFor('sent'), block: 1 });

/** Trains one segment and claims its state for every later checkpoint. */
export const skipping = (engine: Executor): Executor => ({
  async run(run, signal) {
    const first = await engine.run({ ...run, steps: run.segment }, signal);
    const [checkpoint] = first.checkpoints;
    return checkpoint === undefined ? first : { ...first, checkpoints: Array(4).fill(checkpoint) };
  },
});

type Accusation = Parameters<DisputePort['accuse']>[0];

/** What the court was asked, and the game that follows from an accusation of a result. */
export class Court {
  readonly results: Array<CommittedProof & { readonly segment: SegmentOpening }> = [];
  readonly units: CommittedProof[] = [];
  readonly accusations: Accusation[] = [];
  readonly auditors: Array<Parameters<DisputePort['accuseAuditor']>[0]> = [];
  readonly calls: string[] = [];
  readonly votes: Array<{ readonly id: bigint; readonly guilty: boolean }> = [];
  #referee: Referee | null = null;
  /** Of an accusation that is not a game. */
  readonly others: DisputeView[] = [];
  jurors = true;
  /** On Ann's epoch. */
  readonly verdicts: RevealedVerdict[] = [];

  readonly port: DisputePort = {
    accuseResult: (a) => {
      this.results.push(a);
      const { program, values, segment } = a.terms;
      const { startState, endState } = a.segment;
      this.#referee = new Referee({ program, values, steps: segment, startState, endState });
      return sent();
    },
    accuseUnits: (a) => {
      this.units.push(a);
      return sent();
    },
    accuse: (a) => {
      this.accusations.push(a);
      return sent();
    },
    accuseAuditor: (a) => {
      this.auditors.push(a);
      return sent();
    },
    move: (_id, move) => {
      this.calls.push(move.kind);
      this.#referee?.play(move);
      return sent();
    },
    vote: (id, guilty) => {
      this.votes.push({ id, guilty });
      return sent();
    },
    conclude: () => {
      this.calls.push('conclude');
      return sent();
    },
    timeout: () => {
      this.calls.push('timeout');
      this.#referee?.timeout();
      return sent();
    },
    onJury: async () => this.jurors,
  };

  disputes(): readonly DisputeView[] {
    const [result] = this.results;
    if (this.#referee === null || result === undefined) return this.others;
    const segment = { task: TASK, shard: SHARD, index: result.segment.index };
    const parties = { epoch: EPOCH, worker: ann.address, challenger: bob.address };
    return [...this.others, { ...this.#referee.view(), ...parties, segment, deadline: DRAWN + 100 }];
  }
}

export interface DisputeWorld {
  readonly on: CommitmentView;
  readonly court: Court;
  readonly blobs: { readonly ann: MemoryBlobs; readonly bob: MemoryBlobs };
  readonly view: ReturnType<typeof viewOver>;
  /** Sides as a node that has just started finds them. */
  transcripts(of: 'ann' | 'bob'): Transcripts;
}

function viewOver(on: CommitmentView, court: Court) {
  return {
    job: () => null,
    everHeld: () => false,
    slashed: () => false,
    nextBlock: () => new Promise<never>(() => {}),
    head: () => ({ number: 1, timestamp: DRAWN }),
    seed: (of: number) => (of === EPOCH || of === 0 ? { seed: hashFor(`seed ${of}`), drawnAt: DRAWN } : null),
    commitments: (of: number) => (of === EPOCH ? [on] : []),
    disputes: () => court.disputes(),
    verdicts: (of: number, worker: Address) => (of === EPOCH && worker === on.worker ? court.verdicts : []),
  };
}

/**
 * @param honest runs whatever is checked
 * @param making runs what Ann proves
 */
export async function disputeWorld(
  honest: EnginePool,
  making: Executor = honest,
  inflation: bigint = 1n,
): Promise<DisputeWorld> {
  const blobs = { ann: new MemoryBlobs(), bob: new MemoryBlobs() };
  blobs.bob.peers.push(blobs.ann);
  const court = new Court();
  const ref = { task: TASK, shard: SHARD, epoch: EPOCH, worker: ann.address };
  const source = await findSource({ blobs: blobs.ann, view: { job: () => null, seed: () => null } }, ref);
  if (source === null) throw new RangeError('there is no such base shard');
  const ports = { blobs: blobs.ann, engine: making, signer: ann };
  const made = await proveShard(ports, { domain: DOMAIN, engine: 'test/1' }, { ref, source, inputs: [] });
  const proof = { ...made.proof, units: (made.proof.units * inflation) as Units };
  const signed = await signProof(DOMAIN, proof, ann);
  const cid = await blobs.ann.putObject(proofToWire(signed));
  const digest = proofDigest(DOMAIN, proof);
  const entries = [{ task: TASK, shard: SHARD, digest, units: proof.units, proof: cid }];
  const { root, units, marketUnits, tier } = buildCommitment(entries);
  const manifest: Hash = digestOf(
    await blobs.ann.putObject(commitmentToWire({ v: 1, epoch: EPOCH, worker: ann.address, entries })),
  );
  const facts = { worker: ann.address, epoch: EPOCH, root, units, marketUnits, manifest, tier };
  const on: CommitmentView = { ...facts, outcome: null, score: 0n };
  const view = viewOver(on, court);
  return {
    on,
    court,
    blobs,
    view,
    transcripts: (of) => new Transcripts({ view, blobs: blobs[of], engine: honest }, DOMAIN),
  };
}
