/** The numbers of a deployment and the time at which a step happens: what every book reads. Parameters.sol has the same numbers. */
import { type Epoch, epoch } from '../ids.ts';
import type { Law } from '../limits.ts';
import { epochAt } from '../time/epoch.ts';
import type { EmissionRates } from './emission.ts';

export interface EconomyLaw extends Law, EmissionRates {
  /** Units of base tasks that one commitment may state. */
  readonly maxBaseUnits: bigint;
}

export interface Moment {
  readonly law: EconomyLaw;
  /** Seconds of chain time; whoever keeps the books moves it forward. */
  time: number;
}

/** From which epoch on a change of now counts: the next one; before genesis, epoch 0. EpochClock.sol */
export function nextEpoch({ law, time }: Moment): Epoch {
  const now = epochAt(law, time);
  return epoch(now === null ? 0 : now + 1);
}

/** What is kept of a worker's epoch is kept under this. */
export function keyOf(worker: string, of: Epoch): string {
  return `${worker}/${of}`;
}
