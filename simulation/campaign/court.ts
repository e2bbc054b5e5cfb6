/** The audit of one worker's epoch by the court's own books: drawing, looking, committing, revealing, and what comes of it. */
import { sampleOffsets } from '#protocol/audit/sampling.ts';
import { seatOf } from '#protocol/audit/sortition.ts';
import { combineDigests, keyedDigest, type Reveal, verdictDigest } from '#protocol/audit/verdict.ts';
import type { CourtBook } from '#protocol/economy/court-book.ts';
import type { StakeBook } from '#protocol/economy/stake-book.ts';
import type { Address, Epoch, Hash, Units } from '#protocol/ids.ts';
import type { VerdictName } from '#protocol/ports.ts';
import type { Validator, Worker } from './accounts.ts';
import type { CampaignWork } from './work.ts';

export interface Session {
  readonly court: CourtBook;
  readonly stakes: StakeBook;
  readonly epoch: Epoch;
  readonly seed: Hash;
  readonly committee: number;
  readonly samples: number;
  readonly work: CampaignWork;
}

/** A member, what it will reveal, and whether that is what it saw. */
export interface Ballot {
  readonly validator: Validator;
  readonly reveal: Reveal;
  readonly seat: bigint;
  /** Units that it executed again. */
  readonly executed: bigint;
  /** It met units that are forged, and can prove it. */
  readonly met: boolean;
}

/** Half of what the seats say, and who opens a dispute. */
export interface Hearing {
  readonly ballots: Ballot[];
  readonly forged: ReadonlySet<number>;
  /** Colluders say fault of this honest worker, together. */
  readonly slandered: boolean;
  /** A member said that it is not served: whoever looks and has not answered yet asks for the same, and is not served either. */
  isMissing: boolean;
}

const NOTHING_SEEN = combineDigests([]);
/** What an executor of a segment has and nobody else: here the same bytes for all, as nothing is executed. */
const TAPPED = new Uint8Array(32);
const digests = new Map<Address, Hash>();

function digestOf(validator: Address): Hash {
  const known = digests.get(validator) ?? combineDigests([keyedDigest(validator, TAPPED)]);
  digests.set(validator, known);
  return known;
}

/** Everybody who is drawn and has not answered looks, and commits to a verdict. */
export function answer(session: Session, worker: Worker, validators: readonly Validator[], hearing: Hearing): void {
  const { court, epoch } = session;
  const there = new Set(hearing.ballots.map((ballot) => ballot.validator));
  const looked: Ballot[] = [];
  for (const validator of validators) {
    // Before half time the number of answers changes nothing; after it, enough of them end the draw.
    if (there.has(validator) || !court.onCommittee(epoch, worker.name, validator.plan.name)) continue;
    const ballot = look(session, worker, validator, hearing);
    hearing.isMissing ||= ballot.reveal.verdict === 'unavailable';
    looked.push(ballot);
  }
  for (const ballot of looked) {
    const { plan } = ballot.validator;
    if (!court.onCommittee(epoch, worker.name, plan.name)) continue;
    const heard = hearing.isMissing && plan.kind === 'looks' ? notServed(ballot) : ballot;
    court.commitVerdict(plan.name, epoch, worker.name, verdictDigest(heard.reveal));
    hearing.ballots.push(heard);
  }
}

const notServed = (ballot: Ballot): Ballot => ({ ...ballot, reveal: { ...ballot.reveal, verdict: 'unavailable' } });

function look(session: Session, worker: Worker, validator: Validator, hearing: Hearing): Ballot {
  const { seed, stakes, epoch, work, samples, committee } = session;
  const pair = { worker: worker.name, validator: validator.plan.name };
  const { weight, others } = stakes.weightsFor(pair.worker, pair.validator, epoch);
  const seat = seatOf(committee, weight, others);
  const finish = (verdict: VerdictName, auditDigest: Hash, executed: bigint, met: boolean): Ballot => ({
    validator,
    seat,
    executed,
    met,
    reveal: { ...pair, epoch, verdict, auditDigest, salt: seed },
  });
  const { kind } = validator.plan;
  if (kind === 'lazy') return finish('ok', NOTHING_SEEN, 0n, false);
  if (kind === 'colludes') return finish(hearing.slandered ? 'fault' : 'ok', NOTHING_SEEN, 0n, false);
  const total: Units = work.committed.units;
  const seen = sampleOffsets({ seed, ...pair }, total, samples).map(work.segmentUnder);
  const met = seen.some((segment) => hearing.forged.has(segment));
  if (met && worker.plan.silent) return finish('unavailable', NOTHING_SEEN, 0n, false);
  const executed = BigInt(seen.length) * work.segmentUnits;
  return finish(met ? 'fault' : 'ok', digestOf(pair.validator), executed, met);
}

/** Is most of what the seats say ok? Most seats decide what is paid, and slash nobody: docs/disputes.md. */
export function isAccepted(ballots: readonly Ballot[]): boolean {
  let [ok, all] = [0n, 0n];
  for (const { seat, reveal } of ballots) {
    all += seat;
    if (reveal.verdict === 'ok') ok += seat;
  }
  return ok * 2n > all;
}
