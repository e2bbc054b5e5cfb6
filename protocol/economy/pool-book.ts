/** What the pool has released, to whom it is due, and what is left. MiningPool.sol is the master. */
import { type Address, type Epoch, type Units, type Wei, wei } from '../ids.ts';
import type { BeaconBook } from './beacon-book.ts';
import type { CourtBook } from './court-book.ts';
import { capDown, highWaterUp, releasedDown } from './emission.ts';
import type { MarketBook } from './market-book.ts';
import { keyOf, type Moment } from './moment.ts';
import { demand } from './refusal.ts';
import { auditReward, baseReward, marketReward } from './rewards.ts';
import type { StakeBook } from './stake-book.ts';
import type { TokenBook } from './token-book.ts';
import type { WorkBook } from './work-book.ts';

export interface SettledEpoch {
  readonly released: Wei;
  /** Of it, what is neither claimed nor returned. */
  readonly left: Wei;
  readonly claimableAt: number;
  readonly expired: boolean;
}

interface Claimable {
  readonly base: bigint;
  readonly market: bigint;
  readonly audit: bigint;
}

const NOTHING: Claimable = { base: 0n, market: 0n, audit: 0n };

export class PoolBook {
  readonly #moment: Moment;
  readonly #token: TokenBook;
  readonly #beacon: BeaconBook;
  readonly #stakes: StakeBook;
  readonly #work: WorkBook;
  readonly #court: CourtBook;
  readonly #market: MarketBook;
  readonly #epochs = new Map<Epoch, SettledEpoch>();
  /** What each account has claimed of an epoch. */
  readonly #claimed = new Map<string, Claimable>();
  /** By everybody together, for market work. */
  readonly #marketPaid = new Map<Epoch, bigint>();
  #highWater = 0n;
  #owed = 0n;
  #newest: Epoch | null = null;

  constructor(
    moment: Moment,
    token: TokenBook,
    beacon: BeaconBook,
    stakes: StakeBook,
    work: WorkBook,
    court: CourtBook,
    market: MarketBook,
  ) {
    [this.#moment, this.#token, this.#beacon, this.#stakes] = [moment, token, beacon, stakes];
    [this.#work, this.#court, this.#market] = [work, court, market];
  }

  /** Settles the next epoch with work. Those without release nothing, and the mark decays over them all the same. */
  settle(): void {
    const next = this.#work.nextWithWork(this.#newest);
    const times = next === null ? null : this.#beacon.timesOf(next);
    demand(next !== null && times !== null && this.#moment.time >= times.pays, 'NothingToSettle');
    const { releaseRate, decayRate } = this.#moment.law;
    const work = this.#work.totalsOf(next).units as Units;
    const elapsed = this.#newest === null ? 0 : next - this.#newest;
    const mark = highWaterUp(this.#highWater as Units, decayRate, elapsed, work);
    const released = releasedDown(capDown(this.remaining(), releaseRate), work, mark);
    [this.#highWater, this.#newest] = [mark, next];
    this.#owed += released;
    this.#epochs.set(next, { released, left: released, claimableAt: times.claimable, expired: false });
  }

  claimWork(who: Address, of: Epoch): void {
    const settled = this.#claimableEpoch(who, of);
    const { base, market } = this.#dueTo(who, of, settled.released);
    this.#pay(who, of, settled, { ...NOTHING, base, market });
  }

  claimAudit(who: Address, of: Epoch): void {
    const settled = this.#claimableEpoch(who, of);
    const { audit } = this.#dueTo(who, of, settled.released);
    this.#pay(who, of, settled, { ...NOTHING, audit });
  }

  /** Returns to the pool what nobody claimed in time. */
  expire(of: Epoch): void {
    const old = this.#epochs.get(of);
    const { law, time } = this.#moment;
    demand(old !== undefined && !old.expired && time >= old.claimableAt + law.claimWindowSeconds, 'NotExpired');
    this.#epochs.set(of, { ...old, left: wei(0n), expired: true });
    this.#owed -= old.left;
  }

  /** What an account could claim now. */
  claimable(who: Address, of: Epoch): { readonly work: Wei; readonly audit: Wei } {
    const settled = this.#epochs.get(of);
    if (settled === undefined || !this.#isClaimable(settled) || this.#stakes.accountOf(who).slashed)
      return { work: wei(0n), audit: wei(0n) };
    const { base, market, audit } = this.#dueTo(who, of, settled.released);
    return { work: wei(base + market), audit: wei(audit) };
  }

  remaining(): Wei {
    return wei(this.#token.balanceOf('pool') - this.#owed);
  }

  unclaimed(): Wei {
    return wei(this.#owed);
  }

  highWater(): Units {
    return this.#highWater as Units;
  }

  epochOf(of: Epoch): SettledEpoch | undefined {
    return this.#epochs.get(of);
  }

  newestSettled(): Epoch | null {
    return this.#newest;
  }

  #isClaimable({ expired, claimableAt }: SettledEpoch): boolean {
    return !expired && this.#moment.time >= claimableAt;
  }

  #claimableEpoch(who: Address, of: Epoch): SettledEpoch {
    demand(!this.#stakes.accountOf(who).slashed, 'AccountSlashed');
    const settled = this.#epochs.get(of);
    demand(settled !== undefined && this.#isClaimable(settled), 'NotClaimable');
    return settled;
  }

  #dueTo(who: Address, of: Epoch, released: Wei): Claimable {
    const before = this.#claimed.get(keyOf(who, of)) ?? NOTHING;
    const base = baseReward(released, this.#work.shareOf(who, of));
    const audit = auditReward(released, this.#court.auditsBy(who, of), this.#court.auditsTotal(of));
    // What market work earns is paid as far as it was redeemed, so it is claimed by amount; the rest is claimed once.
    const hasJobs = (this.#work.commitmentOf(who, of)?.marketUnits ?? 0n) !== 0n;
    const burned = hasJobs ? this.#market.burnedFor(who, of) : wei(0n);
    const toAll = wei(this.#marketPaid.get(of) ?? 0n);
    const market = marketReward(released, { burned, toWorker: wei(before.market), toAll });
    return { base: base - before.base, market, audit: audit - before.audit };
  }

  #pay(who: Address, of: Epoch, settled: SettledEpoch, due: Claimable): void {
    const amount = due.base + due.market + due.audit;
    demand(amount !== 0n, 'NothingToClaim');
    demand(amount <= settled.left, 'Panic');
    this.#token.transfer('pool', who, amount);
    const before = this.#claimed.get(keyOf(who, of)) ?? NOTHING;
    this.#claimed.set(keyOf(who, of), {
      base: before.base + due.base,
      market: before.market + due.market,
      audit: before.audit + due.audit,
    });
    this.#marketPaid.set(of, (this.#marketPaid.get(of) ?? 0n) + due.market);
    this.#epochs.set(of, { ...settled, left: wei(settled.left - amount) });
    this.#owed -= amount;
  }
}
