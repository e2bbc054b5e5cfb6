/** The epoch clock: phases and deadlines of an epoch as functions of chain time. EpochLib.sol computes the same. */
import { type Epoch, epoch } from '../ids.ts';
import type { Law } from '../limits.ts';

/** All in seconds of chain time; `audit`, `reveal` and what follows count from the draw of the seed. */
export interface EpochTimes {
  readonly begins: number;
  readonly ends: number;
  readonly commitEnds: number;
}

export interface AuditTimes {
  readonly verdictsEnd: number;
  readonly revealsEnd: number;
  readonly pays: number;
  readonly claimable: number;
}

/** The epoch that works at `time`; null before genesis. */
export function epochAt(law: Law, time: number): Epoch | null {
  return time < law.genesis ? null : epoch(Math.floor((time - law.genesis) / law.epochSeconds));
}

export function epochTimes(law: Law, of: Epoch): EpochTimes {
  const begins = law.genesis + of * law.epochSeconds;
  const ends = begins + law.epochSeconds;
  return { begins, ends, commitEnds: ends + law.commitSeconds };
}

export function auditTimes(law: Law, drawnAt: number): AuditTimes {
  const verdictsEnd = drawnAt + law.auditSeconds;
  const revealsEnd = verdictsEnd + law.revealSeconds;
  const pays = revealsEnd + law.finalizeSeconds;
  return { verdictsEnd, revealsEnd, pays, claimable: pays + law.vestSeconds };
}

/** The epoch whose commit window is open at `time`, if one is. */
export function committing(law: Law, time: number): Epoch | null {
  const now = epochAt(law, time);
  if (now === null || now === 0) return null;
  const before = epoch(now - 1);
  return time < epochTimes(law, before).commitEnds ? before : null;
}

/** Epochs from the one that works to the one in which its emission can be claimed, while seeds are drawn on time. */
export function epochsToClaim(law: Law): number {
  const { claimable } = auditTimes(law, epochTimes(law, epoch(0)).commitEnds);
  return Math.ceil((claimable - law.genesis) / law.epochSeconds);
}

/** Epochs after which unclaimed emission has returned to the pool. */
export function epochsToExpiry(law: Law): number {
  return epochsToClaim(law) + Math.ceil(law.claimWindowSeconds / law.epochSeconds);
}
