/** What everybody in the campaign has gained so far. Who is paid sells at once, who needs CXT buys: only stakes are held. */
import { raised, meritDown, NEWCOMER, qualityOf } from '#protocol/economy/score.ts';
import type { Fraction } from '#protocol/economy/fixed-point.ts';
import type { StakeBook } from '#protocol/economy/stake-book.ts';
import type { Holder, TokenBook } from '#protocol/economy/token-book.ts';
import type { Address, Wei } from '#protocol/ids.ts';
import { nameOf, type ValidatorPlan, type WorkerPlan } from './people.ts';

/** Everybody's CXT but stakes. */
export const BANK: Address = nameOf(1);
/** Nobody of these lets a claim lapse. */
const QUALITY = qualityOf({ claimed: 0n, lapsed: 0n });

/** A worker under its present name, and what all its names did together. */
export interface Worker {
  readonly plan: WorkerPlan;
  readonly number: number;
  readonly forgeries: ReadonlyArray<ReadonlySet<number>>;
  name: Address;
  names: number;
  reputation: Fraction;
  /** Emission of the last epochs that cannot be claimed yet, the oldest first. */
  vesting: bigint[];
  /** Since it has this name. */
  age: number;
  readonly sums: WorkerSums;
}

export interface WorkerSums {
  epochs: number;
  found: number;
  /** Epochs that were not paid though nobody was slashed. */
  unpaid: number;
  paid: bigint;
  forfeited: bigint;
  slashed: bigint;
  costs: bigint;
  /** Epochs until it was found, of all names that were. */
  livesTotal: number;
  /** Slashed for an epoch in which it forged nothing. */
  slashedHonest: number;
  /** In three epochs, one after the other: was it found in any? */
  readonly threes: { of: number; found: number; now: boolean };
}

export interface Validator {
  readonly plan: ValidatorPlan;
  readonly sums: { verdicts: number; looks: number; paid: bigint; bounties: bigint; bonds: bigint; costs: bigint };
}

export const createValidator = (plan: ValidatorPlan): Validator => ({
  plan,
  sums: { verdicts: 0, looks: 0, paid: 0n, bounties: 0n, bonds: 0n, costs: 0n },
});

export function createWorker(plan: WorkerPlan, number: number, forgeries: Worker['forgeries']): Worker {
  return {
    plan,
    number,
    forgeries,
    name: nameOf(2, number, 0),
    names: 1,
    reputation: NEWCOMER,
    vesting: [],
    age: 0,
    sums: {
      epochs: 0,
      found: 0,
      unpaid: 0,
      paid: 0n,
      forfeited: 0n,
      slashed: 0n,
      costs: 0n,
      livesTotal: 0,
      slashedHonest: 0,
      threes: { of: 0, found: 0, now: false },
    },
  };
}

export function buyStake(token: TokenBook, stakes: StakeBook, who: Address, amount: Wei): void {
  if (amount === 0n) return;
  token.transfer(BANK, who, amount);
  stakes.stake(who, amount);
}

/** All that somebody was paid goes to the bank. @returns how much that was */
export function sellAll(token: TokenBook, who: Holder): bigint {
  const amount = token.balanceOf(who);
  token.transfer(who, BANK, amount);
  return amount;
}

/** Enters, at the start or after it was slashed, as a name that nobody knows, with the stake that market work needs. */
export function enter(token: TokenBook, stakes: StakeBook, worker: Worker): void {
  stakes.register(worker.name, true, false);
  buyStake(token, stakes, worker.name, stakes.minimumStake());
}

export function enterAgain(token: TokenBook, stakes: StakeBook, worker: Worker): void {
  worker.name = nameOf(2, worker.number, worker.names);
  worker.names += 1;
  [worker.reputation, worker.vesting, worker.age] = [NEWCOMER, [], 0];
  enter(token, stakes, worker);
}

export const meritOf = (worker: Worker): bigint => meritDown(0, QUALITY, worker.reputation);
export const newcomerMerit = (): bigint => meritDown(0, QUALITY, NEWCOMER);

export function accepted(worker: Worker): void {
  worker.reputation = raised(worker.reputation);
}

/** Counts an epoch into the threes. */
export function countThrees({ sums }: Worker, found: boolean): void {
  const { threes } = sums;
  threes.now ||= found;
  if (sums.epochs % 3 !== 0) return;
  threes.of += 1;
  if (threes.now) threes.found += 1;
  threes.now = false;
}

/** What was ever gained: emission that is still vesting counts, and the stake that can be asked back is no loss. */
export const profitOf = ({ sums }: Worker): bigint => sums.paid - sums.forfeited - sums.slashed - sums.costs;
export const gainOf = ({ sums }: Validator): bigint => sums.paid + sums.bounties - sums.bonds - sums.costs;
