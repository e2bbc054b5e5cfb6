/** The task that the protocol itself issues: seeded by the beacon and the worker's address, so that nobody can shape it. */
import { hashText, hashWords } from '../codec/abi.ts';
import { type Address, type Epoch, epoch, type Hash } from '../ids.ts';

const TASK = hashText('corex.base.v1');
const SEED = hashText('corex.base.seed.v1');
const GENESIS = hashText('corex.genesis.v1');

/** A base task is a fixed training run: these many steps of the base model, a checkpoint every segment. */
export const BASE_SHARD = { kind: 'train', batch: 64, steps: 16, segment: 4, firstStep: 0, rows: 256 } as const;
/** Base shards that one worker may commit in one epoch. */
export const MAX_BASE_SHARDS = 512;
/** Of one base shard, as the engine counts them from its graph; a test holds the two together. */
export const BASE_UNITS = 493_204_112n;
/** Units of base tasks in one commitment. Parameters.sol maxBaseUnits */
export const MAX_BASE_UNITS = BigInt(MAX_BASE_SHARDS) * BASE_UNITS;

/** The task id that all base shards of an epoch share. */
export function baseTask(of: Epoch): Hash {
  return hashWords([TASK, of]);
}

/** The epoch whose base shards carry this task id, the newest first; null when it is none up to `now`. */
export function epochOfBase(task: Hash, now: Epoch): Epoch | null {
  for (let of: number = now; of >= 0; of -= 1) if (baseTask(epoch(of)) === task) return epoch(of);
  return null;
}

/** The epoch whose beacon seeds this epoch's base tasks: the newest one that is always drawn before the epoch begins. */
export function beaconOfBase(of: Epoch): Epoch | null {
  return of < 2 ? null : epoch(of - 2);
}

/** @param beacon seed of `beaconOfBase(epoch)`, null in the first two epochs */
export function baseSeed(beacon: Hash | null, worker: Address, of: Epoch, index: number): Hash {
  return hashWords([SEED, beacon ?? GENESIS, worker, of, index]);
}
