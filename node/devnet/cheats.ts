/** Dishonest nodes for `corex devnet --cheat`: each is an honest node that does one thing wrong. */
import { type Bend, copyVerdict, falseFault, lazyValidator, neverMoves, silentValidator } from './false-ports.ts';
import {
  claimSquat,
  copyProof,
  forgedOutput,
  garbageBlob,
  inflateUnits,
  lowPrecision,
  type Prover,
  replayProof,
  skipSteps,
  smallerBatch,
  staleState,
  withholdCheckpoint,
  wrongData,
  wrongModel,
} from './false-provers.ts';

export interface Cheat {
  readonly role: 'compute' | 'validator';
  readonly does: string;
  /** How its story ends. */
  readonly expected: string;
  readonly slashed: boolean;
  readonly prover?: Prover;
  readonly bend?: Bend;
}

const GAME = 'accuseResult: the contract compares its checkpoint with its own log, or computes one element; slashed';
const JURY = 'accuse: the jury looks and says guilty; slashed';

const worker = (does: string, expected: string, prover: Prover, bend?: Bend): Cheat => ({
  role: 'compute',
  does,
  expected,
  slashed: expected.endsWith('slashed'),
  prover,
  ...(bend === undefined ? {} : { bend }),
});

const validator = (does: string, expected: string, bend: Bend): Cheat => ({
  role: 'validator',
  does,
  expected,
  slashed: false,
  bend,
});

export const cheats = {
  'skip-steps': worker('trains one segment and claims its state for all later ones', GAME, skipSteps),
  'inflate-units': worker(
    'states four times the units of its shards',
    'accuseUnits: the contract multiplies; slashed',
    inflateUnits,
  ),
  'stale-state': worker('starts every segment from the state of the first', GAME, staleState),
  'wrong-data': worker('trains on the rows in another order', GAME, wrongData),
  'smaller-batch': worker('trains on half of the rows, twice', GAME, smallerBatch),
  'low-precision': worker('rounds the state to bfloat16 after every segment', GAME, lowPrecision),
  'wrong-model': worker('starts the job from other weights', GAME, wrongModel),
  'garbage-blob': worker('serves other bytes for its checkpoints than it commits to', JURY, garbageBlob),
  'forged-output': worker('signs another output than its last checkpoint', JURY, forgedOutput),
  'copy-proof': worker("signs another worker's training as its own", JURY, copyProof),
  'replay-proof': worker('signs its first training again for every later shard', JURY, replayProof),
  'withhold-checkpoint': worker(
    'serves none of its checkpoints',
    'unavailable: unpaid, its reputation falls, its claims lapse',
    withholdCheckpoint,
  ),
  'claim-squat': worker('claims shards and never delivers', 'its claims lapse and others deliver', claimSquat),
  'dispute-stall': worker(
    'skips steps and never answers its dispute',
    'timeout: whoever lets a move pass is guilty; slashed',
    skipSteps,
    neverMoves,
  ),
  'lazy-validator': validator(
    'says ok of everybody without looking',
    'outvoted where it matters, unnoticed elsewhere',
    lazyValidator,
  ),
  'false-fault': validator(
    'says fault of whatever it looks at',
    'outvoted; every dispute that it opens costs it its bond',
    falseFault,
  ),
  'silent-validator': validator('commits to verdicts and reveals none', 'earns nothing for them', silentValidator),
  'copy-verdict': validator(
    "commits to another's verdict",
    'it cannot reveal it, and earns nothing for it',
    copyVerdict,
  ),
} as const satisfies Record<string, Cheat>;

export type CheatKind = keyof typeof cheats;

export const isCheatKind = (name: string): name is CheatKind => Object.hasOwn(cheats, name);

/** By its name, with all that a row may have. */
export const cheatOf = (kind: CheatKind): Cheat => cheats[kind];
