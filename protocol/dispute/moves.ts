/** Types only: what the chain shows of a dispute, and the moves of both sides, as IDisputeCourt.sol takes them. */
import type { Address, Epoch, Hash } from '../ids.ts';

/** The first 20 bytes of a root, as 0x-hex. */
export type Short = `0x${string}`;

export const PHASES = [
  'none',
  'openBlocks',
  'nameBlock',
  'openLeaves',
  'nameValue',
  'openOperands',
  'refute',
  'openLink',
  'jury',
  'guilty',
  'innocent',
  'undecided',
] as const;
export type Phase = (typeof PHASES)[number];

export const REASONS = [
  'none',
  'bad-commitment',
  'forged-proof',
  'no-such-shard',
  'not-claimed',
  'bad-trace',
  'wrong-start',
  'wrong-output',
  'wrong-checkpoint',
  'wrong-result',
  'wrong-feed',
  'no-form',
  'false-digest',
] as const;
export type Reason = (typeof REASONS)[number];

/** Flat number of an element. null, 2^64 - 1 on chain: none can be named, and the jury decides. */
export type NamedElement = number | null;

/** A dispute as the confirmed events of the chain tell it. */
export interface DisputeView {
  readonly id: bigint;
  readonly epoch: Epoch;
  /** Who is accused; of a false digest an auditor. */
  readonly worker: Address;
  readonly challenger: Address;
  readonly phase: Phase;
  /** Seconds: until when the next move must be made; in phase jury the epoch whose seed draws it. */
  readonly deadline: number;
  readonly reason: Reason;
  /** sha2-256 of the challenger's report, zero in a game. */
  readonly detail: Hash;
  /** Of a game: which segment of which shard. */
  readonly segment: { readonly task: Hash; readonly shard: number; readonly index: number } | null;
  readonly block: number | null;
  readonly value: { readonly position: number; readonly element: NamedElement } | null;
  readonly link: { readonly tensor: number; readonly chunkIndex: number; readonly atEnd: boolean } | null;
  /** What the worker opened so far. */
  readonly opened: { readonly blocks?: Uint8Array; readonly leaves?: Uint8Array; readonly operands?: Uint8Array };
}

export interface LogOpening {
  readonly short: Short;
  readonly inBlock: readonly Hash[];
  readonly inLog: readonly Hash[];
}

/** A chunk of a tensor and its way up, without entries where a node is the odd last one. */
export interface ChunkPath {
  readonly chunk: Uint8Array;
  readonly path: readonly Hash[];
}

/** The terms of a job, as TaskMarket has their hash. */
export interface Terms {
  readonly program: Hash;
  readonly values: number;
  readonly steps: number;
  readonly segment: number;
  readonly unitsPerStep: bigint;
  readonly unitsMerge: bigint;
}

export type ChallengerMove =
  | { readonly kind: 'nameBlock'; readonly block: number; readonly short: Short; readonly path: readonly Hash[] }
  | {
      readonly kind: 'nameLink';
      readonly tensor: number;
      readonly instruction: Uint8Array;
      readonly instructionPath: readonly Hash[];
      readonly next: LogOpening;
      readonly chunkIndex: number;
      readonly chunk: ChunkPath;
    }
  | {
      readonly kind: 'nameValue';
      readonly index: number;
      readonly short: Short;
      readonly path: readonly Hash[];
      readonly element: NamedElement;
      readonly instruction: Uint8Array;
      readonly instructionPath: readonly Hash[];
      readonly earlier: LogOpening;
      readonly chunk: ChunkPath;
    }
  | {
      readonly kind: 'refute';
      readonly operand: number;
      readonly term: number;
      readonly instruction: Uint8Array;
      readonly operands: ChunkPath;
      readonly source: LogOpening;
      readonly chunk: ChunkPath;
    };

export type WorkerMove =
  | { readonly kind: 'openBlocks'; readonly blocks: Uint8Array }
  | { readonly kind: 'openLeaves'; readonly leaves: Uint8Array }
  | {
      readonly kind: 'openOperands';
      readonly instruction: Uint8Array;
      readonly operands: Uint8Array;
      readonly result: ChunkPath;
    }
  | {
      readonly kind: 'openLink';
      readonly head: Uint8Array;
      readonly digest: Hash;
      readonly entryPath: readonly Hash[];
      readonly chunk: ChunkPath;
    };
