/** One network of the campaign on a virtual clock: epochs of work, audits, disputes and pay, by the books of the protocol. Nothing is executed: a dispute ends as the truth is, and at once. */
import { hashText, hashWords } from '#protocol/codec/abi.ts';
import { BeaconBook } from '#protocol/economy/beacon-book.ts';
import { CourtBook } from '#protocol/economy/court-book.ts';
import { capDown, emissionRates, highWaterUp, releasedDown } from '#protocol/economy/emission.ts';
import { splitFee } from '#protocol/economy/fees.ts';
import type { EconomyLaw, Moment } from '#protocol/economy/moment.ts';
import { auditReward, baseReward } from '#protocol/economy/rewards.ts';
import { scoreOf } from '#protocol/economy/score.ts';
import { StakeBook } from '#protocol/economy/stake-book.ts';
import { TokenBook } from '#protocol/economy/token-book.ts';
import { type Epoch, epoch, type Hash, parseCxt, units, wei } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { BeaconChain } from '#protocol/time/beacon.ts';
import { epochTimes } from '#protocol/time/epoch.ts';
import { MAX_BASE_UNITS } from '#protocol/work/base-task.ts';
import { type Random, seededRandom } from '../random.ts';
import * as accounts from './accounts.ts';
import { answer, type Ballot, type Hearing, isAccepted, type Session } from './court.ts';
import type { NetworkPlan } from './people.ts';
import { campaignWork, type CampaignWork, forgeries } from './work.ts';

const SEED = hashText('corex.campaign.seed.v1');
/** What is outside the pool when the campaign begins, stakes of validators and all. */
const OUTSIDE = parseCxt('1000000');
/** What submitters pay for the market work of one worker's epoch. */
const FEE = parseCxt('20');
/** Of the committees of an honest worker, so many see colluders say fault together. */
const SLANDER = 0.02;
/** What a newcomer is paid for an epoch is so much of what it costs, in percent. */
const MARGIN = 101n;

/** What an epoch's audit of one worker came to. */
interface Judged {
  readonly worker: accounts.Worker;
  readonly ballots: readonly Ballot[];
  readonly accepted: boolean;
}

export class Network {
  readonly plan: NetworkPlan;
  readonly workers: readonly accounts.Worker[];
  readonly validators: readonly accounts.Validator[];
  readonly work: CampaignWork = campaignWork();
  /** Units that were executed again and all that were committed, where data was served; and how many members there were. */
  readonly audits = { executed: 0n, committed: 0n, members: 0 };
  readonly law: EconomyLaw;
  readonly #moment: Moment;
  readonly #token = new TokenBook();
  readonly #beacon: BeaconBook;
  readonly #stakes: StakeBook;
  readonly #random: Random;
  readonly #seed: number;
  #epoch = 0;
  #mark = 0n;
  /** Vesting emission: in the pool, and not the pool's. */
  #owed = 0n;

  constructor(plan: NetworkPlan, { law, seed }: { readonly law: Omit<Law, 'genesis'>; readonly seed: number }) {
    // Who stakes before genesis weighs in epoch 0.
    this.law = { ...law, ...emissionRates(law.epochSeconds), maxBaseUnits: MAX_BASE_UNITS, genesis: law.epochSeconds };
    const chain: BeaconChain = { publicKey: '', genesis: 0, period: 3, margin: 24 };
    this.#moment = { law: this.law, time: 0 };
    this.#beacon = new BeaconBook(this.#moment, chain);
    this.#stakes = new StakeBook(this.#moment, this.#token);
    this.#random = seededRandom(seed, plan.name);
    [this.plan, this.#seed] = [plan, seed];
    this.validators = plan.validators.map(accounts.createValidator);
    this.workers = plan.workers.map((worker, i) =>
      accounts.createWorker(worker, i, forgeries(this.work, worker.forges, seededRandom(seed, worker.label))),
    );
    this.#token.transfer('pool', accounts.BANK, OUTSIDE);
    for (const { plan: validator } of this.validators) {
      this.#stakes.register(validator.name, false, true);
      accounts.buyStake(this.#token, this.#stakes, validator.name, validator.stake);
    }
    for (const worker of this.workers) accounts.enter(this.#token, this.#stakes, worker);
  }

  /** The weight of each validator in the court of these workers, who have none: part of all weight. */
  parts(): number[] {
    const of = epoch(this.#epoch);
    const total = Number(this.#stakes.totalWeightAt(of));
    return this.validators.map(({ plan }) => Number(this.#stakes.weightAt(plan.name, of)) / total);
  }

  /** One epoch from its work to its pay. */
  step(): void {
    const of = epoch(this.#epoch);
    const seed = this.#draw(of);
    const court = new CourtBook(this.#moment, this.#token, this.#beacon, this.#stakes, () => true);
    const { committee, samples } = this.law;
    const session: Session = { court, stakes: this.#stakes, epoch: of, seed, committee, samples, work: this.work };
    const judged = this.#hear(session);
    for (const one of judged) this.#count(court, of, one);
    this.#pay(court, of, judged);
    for (const { worker } of judged)
      if (this.#stakes.accountOf(worker.name).slashed) accounts.enterAgain(this.#token, this.#stakes, worker);
    this.#epoch += 1;
  }

  #draw(of: Epoch): Hash {
    this.#moment.time = Math.max(epochTimes(this.law, of).commitEnds, this.#beacon.drawableFrom(of));
    const seed = hashWords([SEED, this.#seed, hashText(this.plan.name), of]);
    this.#beacon.draw(of, seed);
    return seed;
  }

  /** Verdicts at once, at half time where too few have answered, and then the reveals. */
  #hear(session: Session): Judged[] {
    const { court, epoch: of } = session;
    const times = this.#beacon.timesOf(of);
    if (times === null) throw new RangeError(`epoch ${of} has no seed`);
    const hearings = this.workers.map((worker): Hearing & { worker: accounts.Worker } => ({
      worker,
      ballots: [],
      forged: worker.forgeries[of % worker.forgeries.length] ?? new Set(),
      isMissing: false,
      slandered: worker.plan.forges === 0 && this.#random.next() < SLANDER,
    }));
    for (const hearing of hearings) answer(session, hearing.worker, this.validators, hearing);
    this.#moment.time += Math.floor(this.law.auditSeconds / 2);
    for (const hearing of hearings)
      if (hearing.ballots.length * 2 < this.law.committee) answer(session, hearing.worker, this.validators, hearing);
    this.#moment.time = times.verdictsEnd;
    for (const { ballots } of hearings) for (const { reveal } of ballots) court.revealVerdict(reveal);
    this.#moment.time = times.revealsEnd;
    return hearings.map(({ worker, ballots }) => ({ worker, ballots, accepted: isAccepted(ballots) }));
  }

  /** Disputes of one worker's epoch, and what they cost whom. */
  #count(court: CourtBook, of: Epoch, { worker, ballots, accepted }: Judged): void {
    const { sums, plan } = worker;
    sums.epochs += 1;
    worker.age += 1;
    if (!plan.silent) this.audits.committed += this.work.committed.units;
    this.audits.members += ballots.length;
    for (const { executed, validator } of ballots) {
      if (!plan.silent) this.audits.executed += executed;
      validator.sums.verdicts += 1;
      if (executed > 0n) validator.sums.looks += 1;
    }
    const challenger = ballots.find(({ met }) => met);
    const liar = ballots.find(({ met, reveal }) => reveal.verdict === 'fault' && !met);
    if (challenger !== undefined) this.#convict(court, of, worker, challenger);
    else if (liar !== undefined) this.#loseBond(liar.validator, worker);
    if (challenger !== undefined && plan.forges === 0) sums.slashedHonest += 1;
    if (challenger === undefined && !accepted) sums.unpaid += 1;
    accounts.countThrees(worker, challenger !== undefined);
  }

  #convict(court: CourtBook, of: Epoch, worker: accounts.Worker, challenger: Ballot): void {
    const { sums } = worker;
    const staked = this.#stakes.accountOf(worker.name).staked;
    court.convict(worker.name, of, challenger.validator.plan.name);
    for (const { plan, sums: theirs } of this.validators) {
      const saidFault = court.verdictOf(of, worker.name, plan.name) === 2;
      if (saidFault && court.bountyOf(of, worker.name) > 0n) court.claimBounty(plan.name, of, worker.name);
      theirs.bounties += accounts.sellAll(this.#token, plan.name);
    }
    const vesting = worker.vesting.reduce((sum, amount) => sum + amount, 0n);
    this.#owed -= vesting;
    sums.forfeited += vesting;
    sums.slashed += staked;
    sums.found += 1;
    sums.livesTotal += worker.age;
  }

  /** Half of the bond is the worker's, half is burned. It is bought back, so that weights stay what they are. */
  #loseBond(challenger: accounts.Validator, worker: accounts.Worker): void {
    const bond = this.#stakes.minimumStake();
    challenger.sums.bonds += bond;
    worker.sums.paid += bond / 2n;
    this.#token.burn(accounts.BANK, bond - bond / 2n);
  }

  #pay(court: CourtBook, of: Epoch, judged: readonly Judged[]): void {
    const paid = judged.filter(({ worker, accepted }) => accepted && !this.#stakes.accountOf(worker.name).slashed);
    const baseUnits = units(this.work.committed.units - this.work.committed.marketUnits);
    const score = (merit: bigint) => scoreOf(baseUnits, merit);
    const totalScore = paid.reduce((sum, { worker }) => sum + score(accounts.meritOf(worker)), 0n);
    const work = units(baseUnits * BigInt(paid.length));
    this.#mark = highWaterUp(units(this.#mark), this.law.decayRate, 1, work);
    const remaining = wei(this.#token.balanceOf('pool') - this.#owed);
    const released = releasedDown(capDown(remaining, this.law.releaseRate), work, units(this.#mark));
    const fee = splitFee(FEE);
    const newcomer = accounts.newcomerMerit();
    // By what a newcomer beside all these would have earned.
    const newcomers = baseReward(released, { score: score(newcomer), totalScore: totalScore + score(newcomer) });
    const cost = ((newcomers + fee.worker) * 100n) / MARGIN;
    for (const { worker } of judged) worker.sums.costs += cost - this.#saved(worker, cost);
    for (const { worker, ballots } of paid) {
      this.#payWorker(worker, baseReward(released, { score: score(accounts.meritOf(worker)), totalScore }));
      worker.sums.paid += fee.worker;
      this.#token.burn(accounts.BANK, fee.burned);
      for (const { validator } of ballots) validator.sums.paid += fee.auditors / BigInt(ballots.length);
    }
    for (const { plan, sums } of this.validators) {
      const reward = auditReward(released, court.auditsBy(plan.name, of), court.auditsTotal(of));
      this.#token.transfer('pool', accounts.BANK, reward);
      sums.paid += reward;
    }
    for (const { ballots } of judged)
      for (const { executed, validator } of ballots)
        validator.sums.costs += (cost * executed) / this.work.committed.units;
  }

  #saved({ plan }: accounts.Worker, cost: bigint): bigint {
    return (cost * BigInt(Math.round(plan.forges * this.work.segments))) / BigInt(this.work.segments);
  }

  /** What was earned a vesting time ago leaves the pool, and this is put behind it. */
  #payWorker(worker: accounts.Worker, reward: bigint): void {
    worker.sums.paid += reward;
    worker.vesting.push(reward);
    this.#owed += reward;
    accounts.accepted(worker);
    if (worker.vesting.length <= Math.ceil(this.law.vestSeconds / this.law.epochSeconds)) return;
    const due = wei(worker.vesting.shift() ?? 0n);
    this.#owed -= due;
    this.#token.transfer('pool', accounts.BANK, due);
  }
}
