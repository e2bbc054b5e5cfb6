/** Ports: what the verifier and the roles need of their world, as types without code. Each caller names the few that it takes. */
import type { ChallengerMove, DisputeView, Reason, Terms, WorkerMove } from './dispute/moves.ts';
import type { Address, Cid, Epoch, Hash, PeerName, Units, Wei } from './ids.ts';

/** Milliseconds since the Unix epoch on some clock, real or simulated. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  bytes(length: number): Uint8Array;
}

/** Signs a 32-byte digest with the operator's secp256k1 key; 65 bytes r ‖ s ‖ v as 0x-hex. */
export interface Signer {
  readonly address: Address;
  sign(digest: Hash): Promise<`0x${string}`>;
}

/** Structured log: message and fields. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Bytes by content. Everything that comes out was checked against its CID. */
export interface Blobs {
  /** Stores bytes; up to one chunk they get a raw CID, above it the CID of a manifest of chunks. */
  put(bytes: Uint8Array): Promise<Cid>;
  /** Stores a canonical DAG-CBOR object (at most one chunk). */
  putObject(value: unknown): Promise<Cid>;
  /** From disk, else from `from` (operators thought to have it), else from whoever has it. Rejects BLOB_UNAVAILABLE when nobody serves it. */
  get(cid: Cid, options?: { from?: readonly Address[]; maxBytes?: number; signal?: AbortSignal }): Promise<Uint8Array>;
  getObject(cid: Cid, options?: { from?: readonly Address[]; signal?: AbortSignal }): Promise<unknown>;
  has(cid: Cid): Promise<boolean>;
  /** Keeps a CID (and a manifest's chunks) until `release`; what nobody keeps may be deleted. */
  keep(cid: Cid, owner: string): Promise<void>;
  release(owner: string): Promise<void>;
}

export type TopicName = 'tasks' | 'proofs' | 'audits' | 'missing' | 'records';

/** Signed hints between nodes. A handler's answer scores the sender: only `reject` counts against it. */
export interface Gossip {
  publish(topic: TopicName, message: unknown): Promise<void>;
  subscribe(
    topic: TopicName,
    handler: (message: unknown, from: PeerName) => Promise<'accept' | 'ignore' | 'reject'>,
  ): () => void;
}

/** Small typed questions to one operator's node (`proof`: has it a proof for this shard?). Null when it does not answer. */
export interface Ask {
  ask(operator: Address, question: unknown): Promise<unknown>;
  /** Answers such questions; one handler a node. */
  answer(handler: (question: unknown, from: PeerName) => Promise<unknown>): void;
}

/** The durable memory of one role: a keyspace whose values survive a kill. Values are plain DAG-CBOR data. */
export interface Keep {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
  del(key: string): Promise<void>;
  /** Entries whose key starts with the prefix, in key order. */
  list(prefix: string): Promise<Array<readonly [string, unknown]>>;
}

// ---- the chain, read side: a projection of confirmed events, rolled back with them ----

export interface Head {
  readonly number: number;
  /** Seconds; the chain's clock is the network's clock. */
  readonly timestamp: number;
}

/** A commitment of one worker for one epoch. */
export interface CommitmentView {
  readonly worker: Address;
  readonly epoch: Epoch;
  readonly root: Hash;
  readonly units: Units;
  readonly marketUnits: Units;
  /** sha2-256 of the DAG-CBOR commitment object, from which its CID follows. */
  readonly manifest: Hash;
  /** Of its tasks: 0 Tide Pool to 3 Mariana Depth. */
  readonly tier: number;
  /** Null until concluded. `fault` was proven on chain; of `disputed` nothing is paid, and its work may be committed again. */
  readonly outcome: null | 'accepted' | 'fault' | 'unavailable' | 'unaudited' | 'disputed';
  /** What it counts in the sharing of the epoch's emission; 0 until concluded, and where it was not accepted in time. */
  readonly score: bigint;
}

/** What one member of a committee revealed. */
export type RevealedVerdict = Readonly<{ validator: Address; verdict: VerdictName; auditDigest: Hash }>;

export interface JobView {
  /** Number of the job in the market, from 1. */
  readonly id: bigint;
  readonly submitter: Address;
  /** sha2-256 of the DAG-CBOR job specification. */
  readonly spec: Hash;
  /** Hash of what the chain knows of the job's computation (docs/disputes.md). */
  readonly terms: Hash;
  readonly shards: number;
  /** Shards a round (the slices and their merge); 0 when the shards are independent. */
  readonly width: number;
  readonly units: Units;
  readonly fee: Wei;
  /** Seconds. */
  readonly deadline: number;
  readonly paidUnits: Units;
  readonly state: 'open' | 'complete' | 'refunded';
}

/** Chain facts as of the newest confirmed block. All synchronous: the projection lives in memory. */
export interface ChainView {
  head(): Head;
  /** Drawn seed of an epoch and when; null before. */
  seed(epoch: Epoch): { readonly seed: Hash; readonly drawnAt: number } | null;
  commitments(epoch: Epoch): readonly CommitmentView[];
  jobs(): readonly JobView[];
  job(id: bigint): JobView | null;
  /** Who holds the claim on each shard: number (word x 256 + bit) → worker. */
  claims(job: bigint): ReadonlyMap<number, Address>;
  /** Was the shard ever granted to this worker, even if it was released since? */
  everHeld(job: bigint, shard: number, worker: Address): boolean;
  /** Shards of the job that are already paid. */
  paid(job: bigint): ReadonlySet<number>;
  /** Resets of the job (shards of it were released, and others make them anew): words from `fromWord` on count only when committed after `epoch`. */
  resets(job: bigint): ReadonlyArray<{ readonly fromWord: number; readonly epoch: Epoch }>;
  slashed(worker: Address): boolean;
  /** Has the pool settled this epoch? */
  settled(epoch: Epoch): boolean;
  /** What the pool released for it; null before it is settled. */
  releasedIn(epoch: Epoch): Wei | null;
  /** How many verdicts of the epoch each validator revealed. */
  reveals(epoch: Epoch): ReadonlyMap<Address, number>;
  /** Verdicts on a worker's epoch in the order in which they were revealed. */
  verdicts(epoch: Epoch, worker: Address): readonly RevealedVerdict[];
  /** Disputes that are open, and the newest of those that ended; oldest first. */
  disputes(): readonly DisputeView[];
  /** Resolves at the next confirmed block (or at once when aborted). */
  nextBlock(signal?: AbortSignal): Promise<Head>;
}

// ---- the chain, write side: each call is persisted in the outbox before it is sent, and is idempotent by its meaning ----

/** Resolves when mined and confirmed; rejects CHAIN_REVERTED (with the contract's error name) when it can no longer succeed. */
export type Sent = Promise<{ readonly transaction: Hash; readonly block: number }>;

export type VerdictName = 'ok' | 'fault' | 'unavailable';

export interface WorkPort {
  commitWork(c: Omit<CommitmentView, 'worker' | 'outcome' | 'score'>): Sent;
  /** Folds an audited commitment into its epoch (or slashes): anyone may call, once the reveal window is over. */
  finalize(worker: Address, epoch: Epoch): Sent;
}

export interface BeaconPort {
  /** Fixes the seed of an epoch; anyone may call. @param signature of its round, a compressed point of G1 */
  draw(epoch: Epoch, signature: Uint8Array): Sent;
}

/** Rounds of the randomness beacon, each verified against its public key. */
export interface RoundsPort {
  /** The signature of a round that has appeared, compressed. Rejects BEACON_UNAVAILABLE when no endpoint serves it. */
  signature(round: number, signal?: AbortSignal): Promise<Uint8Array>;
}

export interface CourtPort {
  /** By sortition (DESIGN section 7), as the contract computes it now. */
  onCommittee(c: { epoch: Epoch; worker: Address; validator: Address }): Promise<boolean>;
  commitVerdict(c: { epoch: Epoch; worker: Address; digest: Hash }): Sent;
  revealVerdict(c: { epoch: Epoch; worker: Address; verdict: VerdictName; auditDigest: Hash; salt: Hash }): Sent;
  /** This account's part of what a slash brought, for a fault that it revealed. */
  claimBounty(epoch: Epoch, worker: Address): Sent;
}

/** The members of a workload proof as EIP-712 hashes them. */
export interface ProofMembers {
  readonly task: Hash;
  readonly shard: number;
  readonly inputs: Hash;
  readonly trace: Hash;
  readonly traceCid: Hash;
  readonly output: Hash;
  readonly outputRoot: Hash;
  readonly units: Units;
  readonly engine: Hash;
}

/** A proof, where it stands in its worker's committed tree, and what was posted of its computation. */
export interface CommittedProof {
  readonly epoch: Epoch;
  readonly worker: Address;
  readonly proof: ProofMembers;
  readonly placement: {
    readonly within: readonly SumStep[];
    readonly leaf: RedeemLeaf;
    readonly path: readonly SumStep[];
  };
  readonly terms: Terms;
}

/** Entries `index` and `index + 1` of a trace, with their ways up to its root. */
export interface SegmentOpening {
  readonly index: number;
  readonly startState: Hash;
  readonly startOutputs: Hash;
  readonly startPath: readonly Hash[];
  readonly endState: Hash;
  readonly endOutputs: Hash;
  readonly endPath: readonly Hash[];
}

/** Disputes (docs/disputes.md). The calls of the challenger, of the worker that it accuses, of jurors, and of anyone. */
export interface DisputePort {
  /** A segment of a training shard gives another state: the game. */
  accuseResult(a: CommittedProof & { readonly segment: SegmentOpening }): Sent;
  /** A proof's units are other than its job's terms say: slashes at once. */
  accuseUnits(a: CommittedProof): Sent;
  /** Everything else, for the jury. @param a.detail sha2-256 of the report that says what to look at */
  accuse(a: { epoch: Epoch; worker: Address; reason: Reason; detail: Hash }): Sent;
  /** An auditor of that worker showed a digest that no execution gives; for the jury. */
  accuseAuditor(a: { epoch: Epoch; worker: Address; auditor: Address; detail: Hash }): Sent;
  move(id: bigint, move: ChallengerMove | WorkerMove): Sent;
  vote(id: bigint, guilty: boolean): Sent;
  /** Counts the jury's votes; anyone may call when its time is over. */
  conclude(id: bigint): Sent;
  /** Whoever had to move and did not loses; anyone may call. */
  timeout(id: bigint): Sent;
  onJury(id: bigint, validator: Address): Promise<boolean>;
}

export interface MarketPort {
  postJob(j: {
    spec: Hash;
    terms: Hash;
    shards: number;
    width: number;
    units: Units;
    fee: Wei;
    deadline: number;
  }): Promise<bigint>;
  /** Asks for up to `limit` shards of the mask in one word; the contract grants free ones, lowest first. */
  claimShards(c: { job: bigint; word: number; mask: bigint; limit: number }): Sent;
  /** Frees shards whose holder was slashed or let the claim lapse. */
  releaseShards(c: { job: bigint; word: number; mask: bigint; holder: Address }): Sent;
  /** Seconds: until when the worker may claim nothing in the job, having let a claim of it lapse; 0: never. */
  waitsUntil(job: bigint, worker: Address): Promise<number>;
  /** Pays one audited leaf of a final commitment to its worker; anyone may call. */
  redeem(r: { worker: Address; epoch: Epoch; leaf: RedeemLeaf; path: readonly SumStep[] }): Sent;
  refund(job: bigint): Sent;
  /** This auditor's part of the fees of work that it audited. */
  claimAuditFee(worker: Address, epoch: Epoch): Sent;
  auditFee(worker: Address, epoch: Epoch, validator: Address): Promise<Wei>;
}

export interface RedeemLeaf {
  readonly task: Hash;
  readonly word: number;
  readonly mask: bigint;
  readonly units: Units;
  readonly proofs: Hash;
}

/** One step up a Merkle-sum path: the sibling and the side on which it stands. */
export interface SumStep {
  readonly hash: Hash;
  readonly sum: Units;
  readonly left: boolean;
}

export interface PoolPort {
  /** Settles the oldest unsettled epoch with work; rejects CHAIN_REVERTED (NothingToSettle) when none is due. */
  settle(): Sent;
  claimWork(epoch: Epoch): Sent;
  claimAudit(epoch: Epoch): Sent;
  /** Wei that this account could claim for the epoch now; 0 before it pays. */
  claimable(account: Address, epoch: Epoch): Promise<{ work: Wei; audit: Wei }>;
}

export interface StakePort {
  register(roles: { compute: boolean; validator: boolean }): Sent;
  stake(amount: Wei): Sent;
  requestUnstake(amount: Wei): Sent;
  withdraw(): Sent;
  stakeOf(account: Address): Promise<Wei>;
  minimum(): Promise<Wei>;
}

export interface TokenPort {
  balanceOf(account: Address): Promise<Wei>;
  transfer(to: Address, amount: Wei): Sent;
}
