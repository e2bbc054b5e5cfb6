/** Every bound of the system, and the inequalities between them, asserted when a profile is read. */

/** Shards in one word of the market's bitmaps. */
export const WORD = 256;
/** Words of one job. TaskMarket.sol MAX_WORDS. */
export const MAX_WORDS = 65_536;
/** Shard numbers are word x 256 + bit. */
export const MAX_SHARD = MAX_WORDS * WORD - 1;
/** Checkpoints in one trace; bounds the trace object below one blob chunk. */
export const MAX_CHECKPOINTS = 880;
/** Proofs in one epoch's commitment; the commitment object stays below one blob chunk. */
export const MAX_PROOFS = 900;
/** Bytes of one chunk, and of any DAG-CBOR object. */
export const MAX_CHUNK = 256 * 1024;
/** Bytes of a model, a state or a data slice. */
export const MAX_BLOB = 2 ** 31;
/** Parts that one merge averages. */
export const MAX_SLICES = 255;

/** The windows of an epoch, in seconds, and the audit's parameters; the chain's contracts carry the same numbers. */
export interface Law {
  readonly genesis: number;
  readonly epochSeconds: number;
  readonly commitSeconds: number;
  readonly auditSeconds: number;
  readonly revealSeconds: number;
  readonly finalizeSeconds: number;
  readonly vestSeconds: number;
  readonly unbondSeconds: number;
  readonly claimTimeoutSeconds: number;
  /** From the moment an epoch's emission can be claimed to the moment what is left of it returns to the pool. */
  readonly claimWindowSeconds: number;
  /** Time for one move of a dispute. */
  readonly disputeSeconds: number;
  /** Expected members of a committee. */
  readonly committee: number;
  /** Samples that each member draws. */
  readonly samples: number;
  /** Expected members of the jury of a dispute. */
  readonly jury: number;
  /** Of the workers that a validator found in order, the part whose other auditors it checks: one in so many. */
  readonly crossCheckOneIn: number;
  /** Segments below which a worker's epoch is too small for that: audits stay below 5 % of what was executed. */
  readonly crossCheckFrom: number;
}

/** Moves of a game between its beginning and its end. LapseLib.sol MOVES */
export const GAME_MOVES = 6;
/** Moves of a dispute for which stake stays: those of a game, and two for the time of a jury. StakeRegistry.sol MOVES */
const DISPUTE_MOVES = GAME_MOVES + 2;

/** The relations that the law's numbers must keep; each returns the sentence that is broken. */
const RELATIONS: ReadonlyArray<readonly [(law: Law) => boolean, string]> = [
  [(l) => l.commitSeconds < l.epochSeconds, 'a commit window ends before the next one begins'],
  [
    (l) => l.unbondSeconds >= l.epochSeconds + exposure(l) + DISPUTE_MOVES * l.disputeSeconds,
    'stake stays until every commitment made on it is final and every dispute about it has ended',
  ],
  [(l) => l.claimTimeoutSeconds >= l.epochSeconds + exposure(l), 'a claim outlives an honest delivery'],
  [(l) => l.committee >= 1 && l.samples >= 1, 'somebody looks at something'],
  [(l) => l.crossCheckOneIn >= 1 && l.crossCheckFrom >= 0, 'some auditors are checked'],
  [(l) => l.jury >= 1 && l.disputeSeconds >= 1, 'somebody decides what no computation does, and moves can be made'],
];

/** Seconds from the end of an epoch to the finality of its commitments. */
export function exposure(law: Law): number {
  return law.commitSeconds + law.auditSeconds + law.revealSeconds + law.finalizeSeconds;
}

/** @returns the broken relations, none for a sound law */
export function brokenRelations(law: Law): string[] {
  return RELATIONS.filter(([holds]) => !holds(law)).map(([, sentence]) => sentence);
}
