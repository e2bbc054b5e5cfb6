/** Commitments, outcomes, scores and reputations. WorkLedger.sol is the master. */
import type { Address, Epoch, Hash, Units } from '../ids.ts';
import type { SumStep } from '../ports.ts';
import { committing } from '../time/epoch.ts';
import { climb, parentOf, type SumNode } from '../trees/merkle-sum.ts';
import type { BeaconBook } from './beacon-book.ts';
import type { CourtBook, OutcomeName } from './court-book.ts';
import type { CredentialBook } from './credential-book.ts';
import type { WorkShare } from './rewards.ts';
import { keyOf, type Moment } from './moment.ts';
import { demand } from './refusal.ts';
import type { Fraction } from './fixed-point.ts';
import { lowered, meritDown, NEWCOMER, RATES, raised, scoreOf } from './score.ts';
import type { StakeBook } from './stake-book.ts';

/** Units of a commitment have this many bits. */
const UNIT_BITS = 104n;

export interface WorkClaim {
  readonly root: Hash;
  readonly units: bigint;
  /** Of `units`, what was done for jobs of the market. */
  readonly marketUnits: bigint;
  readonly tier: number;
}

export interface CommittedEpoch extends WorkClaim {
  /** Null until concluded. */
  readonly outcome: OutcomeName | null;
  /** What a unit counts, in millionths; 0 until the work is accepted in time. */
  readonly merit: bigint;
}

interface Totals {
  readonly units: bigint;
  readonly score: bigint;
}

/** A node of a committed tree that is stated with a sum which is not that of the two below it. */
export interface WrongSum {
  readonly left: SumNode;
  readonly right: SumNode;
  readonly sum: Units;
  readonly path: readonly SumStep[];
}

export class WorkBook {
  readonly #moment: Moment;
  readonly #beacon: BeaconBook;
  readonly #stakes: StakeBook;
  readonly #court: CourtBook;
  readonly #credential: CredentialBook;
  readonly #qualityOf: (worker: Address) => Fraction;
  readonly #commitments = new Map<string, CommittedEpoch>();
  readonly #totals = new Map<Epoch, Totals>();
  readonly #reputations = new Map<Address, Fraction>();
  /** Ascending: commit windows do not overlap. */
  readonly #epochs: Epoch[] = [];

  constructor(
    moment: Moment,
    beacon: BeaconBook,
    stakes: StakeBook,
    court: CourtBook,
    credential: CredentialBook,
    qualityOf: (worker: Address) => Fraction,
  ) {
    [this.#moment, this.#beacon, this.#stakes, this.#court] = [moment, beacon, stakes, court];
    [this.#credential, this.#qualityOf] = [credential, qualityOf];
  }

  commitWork(worker: Address, of: Epoch, claim: WorkClaim): void {
    demand(committing(this.#moment.law, this.#moment.time) === of, 'NotInCommitWindow');
    const { compute, slashed } = this.#stakes.accountOf(worker);
    demand(compute, 'NotRegistered');
    demand(!slashed, 'AccountSlashed');
    demand(claim.units !== 0n && claim.units >> UNIT_BITS === 0n && claim.marketUnits <= claim.units, 'BadUnits');
    demand(claim.units - claim.marketUnits <= this.#moment.law.maxBaseUnits, 'TooMuchBaseWork');
    demand(claim.tier < RATES.length, 'BadTier');
    demand(this.commitmentOf(worker, of) === undefined, 'AlreadyCommitted');
    this.#commitments.set(keyOf(worker, of), { ...claim, outcome: null, merit: 0n });
    if (this.#epochs.at(-1) !== of) this.#epochs.push(of);
  }

  /** Concludes the audit and folds the work into its epoch. */
  finalize(worker: Address, of: Epoch): void {
    const work = this.#committed(worker, of);
    demand(work.outcome === null, 'AlreadyFinalized');
    const outcome = this.#court.conclude(worker, of);
    this.#commitments.set(keyOf(worker, of), { ...work, outcome });
    if (outcome === 'accepted') this.#accept(worker, of, work);
    if (outcome === 'unavailable') this.#reputations.set(worker, lowered(this.reputationOf(worker)));
  }

  #accept(worker: Address, of: Epoch, work: CommittedEpoch): void {
    const reputation = this.reputationOf(worker);
    this.#reputations.set(worker, raised(reputation));
    if (this.#stakes.accountOf(worker).slashed) return;
    const [all, market] = [work.units as Units, work.marketUnits as Units];
    this.#credential.record(worker, of, work.tier, { base: all - market, market });
    if (!this.#isOpen(of)) return;
    const merit = meritDown(work.tier, this.#qualityOf(worker), reputation);
    this.#commitments.set(keyOf(worker, of), { ...work, outcome: 'accepted', merit });
    const { units, score } = this.totalsOf(of);
    const base = baseOf(work);
    if (base === 0n) return;
    this.#totals.set(of, { units: units + base, score: score + scoreOf(base, merit) });
    this.#stakes.recordWork(worker, base);
  }

  /** Slashes a worker for a wrong sum, whatever was decided before. */
  proveWrongSum(challenger: Address, worker: Address, of: Epoch, { left, right, sum, path }: WrongSum): void {
    demand(left.sum + right.sum !== sum, 'SumIsRight');
    const work = this.#committed(worker, of);
    demand(work.outcome !== 'fault', 'AlreadyFinalized');
    const root = climb({ hash: parentOf(left, right).hash, sum }, path);
    demand(root.hash === work.root && root.sum === work.units, 'WrongProof');
    if (work.merit !== 0n && this.#isOpen(of)) {
      const { units, score } = this.totalsOf(of);
      this.#totals.set(of, { units: units - baseOf(work), score: score - scoreOfCommitted(work) });
    }
    this.#commitments.set(keyOf(worker, of), { ...work, outcome: 'fault', merit: 0n });
    this.#court.convict(worker, of, challenger);
  }

  commitmentOf(worker: Address, of: Epoch): CommittedEpoch | undefined {
    return this.#commitments.get(keyOf(worker, of));
  }

  isPending(worker: Address, of: Epoch): boolean {
    return this.commitmentOf(worker, of)?.outcome === null;
  }

  shareOf(worker: Address, of: Epoch): WorkShare {
    const work = this.commitmentOf(worker, of);
    const { score: totalScore } = this.totalsOf(of);
    return { score: work === undefined ? 0n : scoreOfCommitted(work), totalScore };
  }

  totalsOf(of: Epoch): Totals {
    return this.#totals.get(of) ?? { units: 0n, score: 0n };
  }

  reputationOf(worker: Address): Fraction {
    return this.#reputations.get(worker) ?? NEWCOMER;
  }

  /** The next epoch with work; null when there is none. @param after null: the first */
  nextWithWork(after: Epoch | null): Epoch | null {
    if (after === null) return this.#epochs[0] ?? null;
    const at = this.#epochs.indexOf(after);
    return at < 0 ? null : (this.#epochs[at + 1] ?? null);
  }

  #committed(worker: Address, of: Epoch): CommittedEpoch {
    const work = this.commitmentOf(worker, of);
    demand(work !== undefined, 'NotCommitted');
    return work;
  }

  /** Do the sums of the epoch still change? Not once it pays. */
  #isOpen(of: Epoch): boolean {
    const times = this.#beacon.timesOf(of);
    return times === null || this.#moment.time < times.pays;
  }
}

/** Units of the protocol's own tasks: what a job has is what its submitter says, and counts nowhere. */
function baseOf({ units, marketUnits }: WorkClaim): Units {
  return (units - marketUnits) as Units;
}

function scoreOfCommitted(work: CommittedEpoch): bigint {
  return scoreOf(baseOf(work), work.merit);
}
