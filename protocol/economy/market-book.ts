/** Jobs, their fees in escrow, claims on shards and what was paid. TaskMarket.sol is the master. */
import { type Address, type Epoch, type Units, type Wei, wei } from '../ids.ts';
import type { RedeemLeaf, SumStep } from '../ports.ts';
import { epochAt } from '../time/epoch.ts';
import { climb } from '../trees/merkle-sum.ts';
import { leafNode } from '../work/commitment.ts';
import type { CourtBook } from './court-book.ts';
import { feeOfUnits, splitFee } from './fees.ts';
import type { Fraction } from './fixed-point.ts';
import { Lapses } from './lapses.ts';
import { keyOf, type Moment } from './moment.ts';
import { demand } from './refusal.ts';
import { type Deliveries, qualityOf } from './score.ts';
import { countOf, isShape, maskOf, take, wordsOf } from './shard-words.ts';
import type { StakeBook } from './stake-book.ts';
import type { TokenBook } from './token-book.ts';
import type { WorkBook } from './work-book.ts';
import { WordClaims } from './word-claims.ts';

const FEE_BITS = 88n;
const DEADLINE_END = 2 ** 40;
/** Resets kept apart; a later one is merged into the last. TaskMarket.sol MAX_RESETS */
const MAX_RESETS = 16;

export interface Offer {
  readonly shards: number;
  readonly width: number;
  readonly units: bigint;
  readonly fee: bigint;
  /** Seconds. */
  readonly deadline: number;
}

export interface BookedJob extends Offer {
  readonly submitter: Address;
  readonly words: ReadonlyMap<number, WordClaims>;
  readonly resets: ReadonlyArray<{ readonly fromWord: number; readonly epoch: Epoch }>;
  readonly state: 'open' | 'complete' | 'refunded';
  readonly paidUnits: bigint;
  readonly paidFee: bigint;
  readonly paidWords: number;
}

interface OpenJob extends BookedJob {
  readonly lapses: Lapses;
  readonly words: Map<number, WordClaims>;
  readonly resets: Array<{ fromWord: number; epoch: Epoch }>;
  state: 'open' | 'complete' | 'refunded';
  paidUnits: bigint;
  paidFee: bigint;
  paidWords: number;
}

interface Fees {
  burned: bigint;
  auditors: bigint;
  readonly paidTo: Map<Address, bigint>;
}

/** A leaf that was committed, and where it stands in the tree. */
export interface Delivered {
  readonly leaf: RedeemLeaf;
  readonly path: readonly SumStep[];
}

export class MarketBook {
  readonly #moment: Moment;
  readonly #token: TokenBook;
  readonly #stakes: StakeBook;
  readonly #work: WorkBook;
  readonly #court: CourtBook;
  readonly #jobs = new Map<bigint, OpenJob>();
  readonly #deliveries = new Map<Address, Deliveries>();
  readonly #fees = new Map<string, Fees>();

  constructor(moment: Moment, token: TokenBook, stakes: StakeBook, work: WorkBook, court: CourtBook) {
    [this.#moment, this.#token, this.#stakes, this.#work, this.#court] = [moment, token, stakes, work, court];
  }

  /** @returns the job's number, from 1 */
  postJob(submitter: Address, offer: Offer): bigint {
    demand(isShape(offer) && offer.units !== 0n && offer.fee !== 0n, 'BadShape');
    demand(offer.deadline > this.#moment.time && offer.deadline < DEADLINE_END, 'BadDeadline');
    demand(offer.fee >> FEE_BITS === 0n, 'SafeCastOverflowedUintDowncast');
    this.#token.transfer(submitter, 'market', offer.fee);
    const job = BigInt(this.#jobs.size + 1);
    const nothing = { words: new Map(), lapses: new Lapses(), resets: [], paidUnits: 0n, paidFee: 0n, paidWords: 0 };
    this.#jobs.set(job, { ...offer, ...nothing, submitter, state: 'open' });
    return job;
  }

  claimShards(worker: Address, job: bigint, word: number, mask: bigint, limit: number): void {
    const open = this.#open(job);
    demand(this.#moment.time < open.deadline, 'NotOpen');
    const { compute, slashed, staked } = this.#stakes.accountOf(worker);
    demand(compute && !slashed, 'NotAWorker');
    demand(staked >= this.#stakes.minimumStake(), 'StakeBelowMinimum');
    demand(this.#moment.time >= open.lapses.waitsUntil(worker), 'LapsedBefore');
    const all = maskOf(open, word);
    demand((mask & ~all) === 0n, 'NoSuchShards');
    const here = open.words.get(word) ?? new WordClaims(all);
    const granted = take(here.freeOf(mask), limit);
    demand(granted !== 0n, 'NothingFree');
    open.words.set(word, here);
    here.grant(worker, granted, this.#moment.time);
    this.#count(worker, { claimed: BigInt(countOf(granted)), lapsed: 0n });
  }

  releaseShards(job: bigint, word: number, mask: bigint, holder: Address): void {
    const open = this.#open(job);
    const here = open.words.get(word) ?? new WordClaims(maskOf(open, word));
    demand(mask !== 0n && (mask & ~(here.heldBy(holder) & ~here.paid)) === 0n, 'NotReleasable');
    const { slashed } = this.#stakes.accountOf(holder);
    const { law, time } = this.#moment;
    const claimedAt = here.claimedAt(holder);
    demand(slashed || time >= claimedAt + law.claimTimeoutSeconds, 'NotReleasable');
    if (!slashed) open.lapses.add(holder, claimedAt, time, law.claimTimeoutSeconds);
    here.release(holder, mask);
    this.#count(holder, { claimed: 0n, lapsed: BigInt(countOf(mask)) });
    // What was built on a shard that another makes anew is void: it counts only if it is committed again after this epoch.
    if (open.width > 0) this.#reset(open, word + 1);
  }

  #reset(open: OpenJob, fromWord: number): void {
    const epoch = epochAt(this.#moment.law, this.#moment.time) ?? (0 as Epoch);
    const last = open.resets.at(-1);
    if (last === undefined || (open.resets.length < MAX_RESETS && last.epoch !== epoch)) {
      open.resets.push({ fromWord, epoch });
      return;
    }
    last.fromWord = Math.min(last.fromWord, fromWord);
    last.epoch = epoch;
  }

  /** Pays what an accepted leaf earned. */
  redeem(worker: Address, of: Epoch, { leaf, path }: Delivered): void {
    const work = this.#work.commitmentOf(worker, of);
    demand(work?.outcome === 'accepted' && !this.#stakes.accountOf(worker).slashed, 'NotAccepted');
    const root = climb(leafNode(leaf), path);
    demand(root.hash === work.root && root.sum === work.units, 'WrongProof');
    const open = this.#open(BigInt(leaf.task));
    const isReset = open.resets.some((reset) => leaf.word >= reset.fromWord && of <= reset.epoch);
    demand(!isReset, 'MadeBeforeReset');
    const { earned, burned } = this.#share(worker, of, this.#markPaid(open, worker, leaf));
    if (open.paidWords === wordsOf(open)) this.#complete(open);
    this.#token.burn('market', burned);
    this.#token.transfer('market', worker, earned);
  }

  #markPaid(open: OpenJob, worker: Address, leaf: RedeemLeaf): Wei {
    const here = open.words.get(leaf.word) ?? new WordClaims(maskOf(open, leaf.word));
    demand(leaf.mask !== 0n && (leaf.mask & ~here.heldBy(worker)) === 0n, 'NotPayable');
    demand((leaf.mask & here.paid) === 0n, 'AlreadyPaid');
    demand(open.width === 0 || leaf.word <= open.paidWords, 'OutOfOrder');
    demand(open.paidUnits + leaf.units <= open.units, 'UnitsExceedJob');
    const fee = feeOfUnits(wei(open.fee), leaf.units, open.units as Units);
    open.paidUnits += leaf.units;
    open.paidFee += fee;
    if (here.pay(leaf.mask)) open.paidWords += 1;
    return fee;
  }

  #share(worker: Address, of: Epoch, paid: Wei): { readonly earned: bigint; readonly burned: bigint } {
    const split = splitFee(paid);
    // What does not divide among the auditors is burned, so that nothing is held that nobody can pull.
    const odd = split.auditors % BigInt(this.#court.revealsOf(of, worker));
    const left = this.#fees.get(keyOf(worker, of)) ?? { burned: 0n, auditors: 0n, paidTo: new Map() };
    this.#fees.set(keyOf(worker, of), left);
    left.burned += split.burned + odd;
    left.auditors += split.auditors - odd;
    return { earned: split.worker, burned: split.burned + odd };
  }

  /** What rounding left returns to the submitter. */
  #complete(open: OpenJob): void {
    open.state = 'complete';
    this.#token.transfer('market', open.submitter, open.fee - open.paidFee);
  }

  refund(job: bigint): void {
    const open = this.#jobs.get(job);
    const { law, time } = this.#moment;
    demand(open?.state === 'open' && time >= open.deadline + law.claimTimeoutSeconds, 'NotRefundable');
    open.state = 'refunded';
    this.#token.transfer('market', open.submitter, open.fee - open.paidFee);
  }

  claimAuditFee(validator: Address, worker: Address, of: Epoch): void {
    const amount = this.auditFeeOf(worker, of, validator);
    const fees = this.#fees.get(keyOf(worker, of));
    demand(amount !== 0n && fees !== undefined, 'NothingToClaim');
    fees.paidTo.set(validator, (fees.paidTo.get(validator) ?? 0n) + amount);
    this.#token.transfer('market', validator, amount);
  }

  auditFeeOf(worker: Address, of: Epoch, validator: Address): Wei {
    const fees = this.#fees.get(keyOf(worker, of));
    if (fees === undefined || this.#court.verdictOf(of, worker, validator) === 0) return wei(0n);
    return wei(fees.auditors / BigInt(this.#court.revealsOf(of, worker)) - (fees.paidTo.get(validator) ?? 0n));
  }

  /** Burned parts of what was redeemed for a worker's epoch so far. */
  burnedFor(worker: Address, of: Epoch): Wei {
    return wei(this.#fees.get(keyOf(worker, of))?.burned ?? 0n);
  }

  escrowOf(job: bigint): Wei {
    const open = this.#jobs.get(job);
    return wei(open?.state === 'open' ? open.fee - open.paidFee : 0n);
  }

  jobOf(job: bigint): BookedJob | undefined {
    return this.#jobs.get(job);
  }

  jobs(): number {
    return this.#jobs.size;
  }

  qualityOf(worker: Address): Fraction {
    return qualityOf(this.#deliveries.get(worker) ?? { claimed: 0n, lapsed: 0n });
  }

  #open(job: bigint): OpenJob {
    const open = this.#jobs.get(job);
    demand(open?.state === 'open', 'NotOpen');
    return open;
  }

  #count(worker: Address, more: Deliveries): void {
    const { claimed, lapsed } = this.#deliveries.get(worker) ?? { claimed: 0n, lapsed: 0n };
    this.#deliveries.set(worker, { claimed: claimed + more.claimed, lapsed: lapsed + more.lapsed });
  }
}
