/** Stakes, roles and weights of all accounts. StakeRegistry.sol is the master. */
import { type Address, type Epoch, type Units, type Wei, wei } from '../ids.ts';
import { creditDown, MASS, totalWeight, WINDOW, workWeightDown } from './bootstrap.ts';
import { Checkpoints } from './checkpoints.ts';
import { type Moment, nextEpoch } from './moment.ts';
import { demand } from './refusal.ts';
import { minimumStakeDown, slashDown, stakeWeight } from './stake.ts';
import type { TokenBook } from './token-book.ts';

export interface StakeAccount {
  readonly staked: bigint;
  readonly unbonding: bigint;
  /** When what unbonds can be withdrawn, in seconds; 0 before anything was asked back. */
  readonly releasedAt: number;
  readonly compute: boolean;
  readonly validator: boolean;
  readonly slashed: boolean;
}

const NOBODY: StakeAccount = {
  staked: 0n,
  unbonding: 0n,
  releasedAt: 0,
  compute: false,
  validator: false,
  slashed: false,
};

/** An amount has this many bits in the contract's slot. */
const AMOUNT_BITS = 88n;

export class StakeBook {
  readonly #moment: Moment;
  readonly #token: TokenBook;
  readonly #accounts = new Map<Address, StakeAccount>();
  readonly #weights = new Map<Address, Checkpoints>();
  readonly #totalWeights = new Checkpoints();
  readonly #works = new Map<Address, Checkpoints>();
  readonly #totalWorks = new Checkpoints();

  constructor(moment: Moment, token: TokenBook) {
    this.#moment = moment;
    this.#token = token;
  }

  accountOf(who: Address): StakeAccount {
    return this.#accounts.get(who) ?? NOBODY;
  }

  register(who: Address, compute: boolean, validator: boolean): void {
    const account = this.#unslashed(who);
    this.#set(who, { ...account, compute, validator });
  }

  stake(who: Address, amount: bigint): void {
    const account = this.#unslashed(who);
    demand(amount !== 0n, 'NothingToDo');
    demand(amount >> AMOUNT_BITS === 0n, 'SafeCastOverflowedUintDowncast');
    demand((account.staked + amount) >> AMOUNT_BITS === 0n, 'Panic');
    this.#token.transfer(who, 'stakes', amount);
    this.#set(who, { ...account, staked: account.staked + amount });
  }

  requestUnstake(who: Address, amount: bigint): void {
    const account = this.#unslashed(who);
    demand(amount !== 0n, 'NothingToDo');
    demand(amount <= account.staked, 'NotEnoughStake');
    this.#set(who, {
      ...account,
      staked: account.staked - amount,
      unbonding: account.unbonding + amount,
      releasedAt: this.#moment.time + this.#moment.law.unbondSeconds,
    });
  }

  withdraw(who: Address): void {
    const account = this.#unslashed(who);
    demand(account.unbonding !== 0n, 'NothingToDo');
    demand(this.#moment.time >= account.releasedAt, 'StillUnbonding');
    this.#token.transfer('stakes', who, account.unbonding);
    this.#accounts.set(who, { ...account, unbonding: 0n });
  }

  /** Takes stake and what unbonds, once. @returns what went to the court; the rest is burned */
  slash(worker: Address): Wei {
    const account = this.accountOf(worker);
    if (account.slashed) return wei(0n);
    const { burned, bounty } = slashDown(wei(account.staked + account.unbonding));
    this.#set(worker, { ...account, staked: 0n, unbonding: 0n, slashed: true });
    this.#token.burn('stakes', burned);
    this.#token.transfer('stakes', 'court', bounty);
    return bounty;
  }

  /** Of the dispute court: the minimum stake, out of the challenger's. */
  takeBond(challenger: Address): Wei {
    const account = this.#unslashed(challenger);
    const bond = this.minimumStake();
    demand(bond <= account.staked, 'NotEnoughStake');
    this.#set(challenger, { ...account, staked: account.staked - bond });
    this.#token.transfer('stakes', 'disputes', bond);
    return bond;
  }

  /** Verified units of a validator are weight for as long as little is staked. */
  recordWork(worker: Address, work: Units): void {
    if (!this.accountOf(worker).validator) return;
    const from = nextEpoch(this.#moment);
    const credit = creditDown(work, inWindow(this.#totalWorks, from));
    const mine = traceOf(this.#works, worker);
    mine.push(from, mine.latest() + credit);
    this.#totalWorks.push(from, this.#totalWorks.latest() + credit);
  }

  minimumStake(): Wei {
    return minimumStakeDown(wei(this.#token.totalSupply() - this.#token.balanceOf('pool')));
  }

  weightAt(validator: Address, of: Epoch): bigint {
    const weight = this.#weights.get(validator)?.at(of) ?? 0n;
    // Who does not validate weighs nothing, whatever it worked before.
    if (weight === 0n) return 0n;
    const works = this.#works.get(validator);
    const mine = works === undefined ? 0n : inWindow(works, of);
    return weight + workWeightDown(this.#totalWeights.at(of), mine, inWindow(this.#totalWorks, of));
  }

  totalWeightAt(of: Epoch): bigint {
    const staked = this.#totalWeights.at(of);
    return staked >= MASS ? staked : totalWeight(staked, inWindow(this.#totalWorks, of));
  }

  /** A validator's weight for the audit of a worker, and all weight but the worker's own. */
  weightsFor(worker: Address, validator: Address, of: Epoch): { readonly weight: bigint; readonly others: bigint } {
    if (this.accountOf(validator).slashed || validator === worker) return { weight: 0n, others: 0n };
    return { weight: this.weightAt(validator, of), others: this.totalWeightAt(of) - this.weightAt(worker, of) };
  }

  #unslashed(who: Address): StakeAccount {
    const account = this.accountOf(who);
    demand(!account.slashed, 'AccountSlashed');
    return account;
  }

  #set(who: Address, account: StakeAccount): void {
    this.#accounts.set(who, account);
    const weight = account.validator && !account.slashed ? stakeWeight(wei(account.staked)) : 0n;
    const mine = traceOf(this.#weights, who);
    const before = mine.latest();
    if (weight === before) return;
    const from = nextEpoch(this.#moment);
    mine.push(from, weight);
    this.#totalWeights.push(from, this.#totalWeights.latest() + weight - before);
  }
}

function traceOf(traces: Map<Address, Checkpoints>, who: Address): Checkpoints {
  const found = traces.get(who) ?? new Checkpoints();
  traces.set(who, found);
  return found;
}

/** What the last WINDOW epochs that count in an epoch have added. */
function inWindow(trace: Checkpoints, of: number): bigint {
  return trace.at(of) - (of < WINDOW ? 0n : trace.at(of - WINDOW));
}
