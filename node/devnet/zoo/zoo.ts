/** The adversaries of `corex devnet --cheat KIND`, a row each: what it does, and how it must end. docs/adversaries.md has the rules. */
import type { Disguise } from '../../disguise.ts';
import { copyVerdict, falseFault, lazyValidator, neverMoves, silentValidator } from './false-judges.ts';
import {
  claimSquat,
  copyProof,
  forgedOutput,
  garbageBlob,
  inflateUnits,
  replayProof,
  withholdCheckpoint,
} from './false-records.ts';
import { drift, lowPrecision, skipSteps, smallerBatch, staleState, wrongData, wrongModel } from './false-results.ts';

/**
 * slashed: its stake is gone, and all that it had not been paid. unpaid: it has no fee of any job. unrewarded: a validator whom
 * no epoch pays for its audits. fined: it lost the bond of a dispute.
 */
export type Ending = 'slashed' | 'unpaid' | 'unrewarded' | 'fined';

export interface Adversary {
  readonly role: 'compute' | 'validator';
  /** What it does, for people. */
  readonly does: string;
  readonly expected: Ending;
  readonly disguise: Disguise;
  /** Names of rows whose nodes join with it. */
  readonly accomplices?: readonly string[];
}

const worker = (does: string, prover: Disguise['prover'] & {}, expected: Ending = 'slashed'): Adversary => ({
  role: 'compute',
  does,
  expected,
  disguise: { prover },
});

const judge = (does: string, ports: Disguise['ports'] & {}, expected: Ending): Adversary => ({
  role: 'validator',
  does,
  expected,
  disguise: { ports },
});

export const zoo = {
  'skip-steps': worker('trains one segment and claims its state for all others', skipSteps),
  'stale-state': worker('goes on from an older state than the one that it signs', staleState),
  'wrong-model': worker('trains weights of its own', wrongModel),
  'low-precision': worker('keeps its weights as bfloat16', lowPrecision),
  'wrong-data': worker('reads its rows in another order', wrongData),
  'smaller-batch': worker('reads half of its rows, twice', smallerBatch),
  drift: worker('pulls the weights a little after each segment', drift),
  'inflate-units': worker('claims four times the units of its shards', inflateUnits),
  'forged-output': worker('hands on the state that it started from', forgedOutput),
  'copy-proof': worker('signs the work of another as its own', copyProof),
  'replay-proof': worker('signs the work of its first shard for every later one', replayProof),
  'garbage-blob': worker('serves bytes that are no checkpoint', garbageBlob),
  'withhold-checkpoint': worker('gives its checkpoints to nobody', withholdCheckpoint, 'unpaid'),
  'claim-squat': worker('claims shards and does none of them', claimSquat, 'unpaid'),
  'dispute-stall': {
    ...worker('skips steps and answers no dispute', skipSteps),
    disguise: { prover: skipSteps, ports: neverMoves },
  },
  'colluding-pair': {
    ...worker('skips steps, beside a validator that says ok of everybody', skipSteps),
    accomplices: ['lazy-validator'],
  },
  'lazy-validator': judge('says ok of everybody and never looks', lazyValidator, 'slashed'),
  'false-fault': judge('says fault of everybody', falseFault, 'fined'),
  'silent-validator': judge('never reveals its verdicts', silentValidator, 'unrewarded'),
  'copy-verdict': judge('commits to the verdict of another', copyVerdict, 'unrewarded'),
} as const satisfies Record<string, Adversary>;

export type AdversaryKind = keyof typeof zoo;

export const isAdversary = (name: string): name is AdversaryKind => Object.hasOwn(zoo, name);
