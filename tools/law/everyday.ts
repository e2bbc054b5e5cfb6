/** What people do at any time: roles, stakes, jobs, transfers, proofs of cheating; and calls that make no sense. */
import { maskOf, wordsOf } from '#protocol/economy/shard-words.ts';
import type { WorkClaim } from '#protocol/economy/work-book.ts';
import { type Address, epoch, units } from '#protocol/ids.ts';
import { epochAt } from '#protocol/time/epoch.ts';
import { canClaim } from './chores.ts';
import { type Delivery, deliveryOf } from './deliveries.ts';
import type { Dice } from './dice.ts';
import { JOBS } from './figures.ts';
import { ballotOf, commitOf, type Past } from './past.ts';
import { roundFor } from './rounds.ts';
import * as steps from './steps.ts';
import type { Step } from './steps.ts';

type Habit = (past: Past, who: Address) => Step;

/** Part of a balance, or nonsense. */
function spend({ dice, book }: Past, who: Address): bigint {
  const balance = book.token.balanceOf(who);
  if (dice.chance(0.06)) return dice.pick([0n, balance + 1n, 1n << 88n, (1n << 256n) - 1n]);
  return balance === 0n ? dice.amount(100n) : dice.amount(balance);
}

const roles: Habit = ({ dice }, who) => steps.register(who, dice.chance(0.7), dice.chance(0.7));
const stakes: Habit = (past, who) => steps.stake(who, spend(past, who));
const unstakes: Habit = ({ dice, book }, who) => {
  const { staked } = book.stakes.accountOf(who);
  return steps.requestUnstake(who, staked === 0n || dice.chance(0.05) ? staked + dice.bits(2) : dice.amount(staked));
};
const withdraws: Habit = (_, who) => steps.withdraw(who);
const pays: Habit = (past, who) => steps.transfer(who, past.dice.pick(past.accounts), spend(past, who));
const burns: Habit = (past, who) => steps.burn(who, past.dice.chance(0.2) ? spend(past, who) : 1n);

type Shapes = readonly (readonly [shards: number, width: number])[];

const SHAPES: Shapes = [
  [1, 0],
  [4, 0],
  [300, 0],
  [3, 1],
  [6, 3],
  [4, 2],
  [256, 256],
];
const NO_SHAPES: Shapes = [
  [0, 1],
  [5, 3],
  [257, 257],
];

/** A job of somebody who has CXT, if there is anybody. */
export const posts: Habit = (past, anybody) => {
  const { dice, book } = past;
  const able = past.accounts.filter((one) => book.token.balanceOf(one) > 0n);
  const who = able.length > 0 ? dice.pick(able) : anybody;
  if (able.length === 0 || book.market.jobs() === JOBS) return jobsOf(past, who);
  const [shards, width] = dice.pick(dice.chance(0.05) ? NO_SHAPES : SHAPES);
  const { time, law } = book.moment;
  const work = dice.chance(0.05) ? 0n : dice.amount(dice.chance(0.2) ? (1n << 128n) - 1n : 1n << 60n);
  const deadline = time + law.epochSeconds * dice.pick([1, 20, 60]);
  return steps.postJob(who, {
    shards,
    width,
    units: work,
    fee: dice.chance(0.5) ? spend(past, who) : 1n + book.token.balanceOf(who) / BigInt(2 + dice.below(99)),
    deadline,
  });
};

const jobsOf: Habit = ({ dice, book, accounts }, who) => {
  const job = BigInt(1 + dice.below(Math.max(1, book.market.jobs())));
  const open = book.market.jobOf(job);
  if (open === undefined || (dice.chance(0.1) && book.moment.time >= open.deadline)) return steps.refund(who, job);
  // In order mostly, as jobs in rounds are paid in order.
  const word = dice.chance(0.8) ? open.paidWords % wordsOf(open) : dice.below(wordsOf(open) + 1);
  const all = maskOf(open, word);
  const mask = dice.chance(0.6) ? all : dice.bits(256) & (dice.chance(0.9) ? all : (1n << 256n) - 1n);
  const held = [...open.words].flatMap(([at, here]) => {
    const holders = [...new Set([who, dice.pick([who, open.submitter])])];
    return holders.map((holder) => ({ at, holder, mask: here.heldBy(holder) & ~here.paid }));
  });
  if (held.length > 0 && dice.chance(0.25)) {
    const { at, holder, mask: due } = dice.pick(held);
    return steps.releaseShards(who, job, at, due & (dice.chance(0.7) ? due : dice.bits(256)), holder);
  }
  const able = accounts.filter((one) => canClaim(book, one));
  const worker = able.length > 0 && dice.chance(0.9) ? dice.pick(able) : who;
  return steps.claimShards(worker, job, word, mask, dice.chance(0.7) ? 256 : dice.below(4));
};

const expires: Habit = ({ dice, epochs }, who) => steps.expire(who, epochs.length === 0 ? epoch(0) : dice.pick(epochs));

const shows: Habit = (past, who) => {
  const { dice, deliveries } = past;
  const cheats = deliveries.filter(({ wrong }) => wrong !== null);
  const cheat = cheats.length === 0 ? undefined : dice.pick(cheats);
  if (cheat?.wrong == null) return roles(past, who);
  const { worker, wrong } = cheat;
  const right = { ...wrong, sum: units(wrong.left.sum + wrong.right.sum) };
  if (dice.chance(0.08)) return steps.proveWrongSum(who, worker, cheat.epoch, right);
  const shown = dice.chance(0.9)
    ? wrong
    : { ...wrong, path: [...wrong.path, { hash: wrong.left.hash, sum: wrong.left.sum, left: true }] };
  return steps.proveWrongSum(who, worker, cheat.epoch, shown);
};

/** Bonds of challengers come, and go back or are lost. */
const bonds: Habit = ({ dice, book }, who) => {
  const held = book.token.balanceOf('disputes');
  if (held === 0n || dice.chance(0.6)) return steps.takeBond(who);
  const part = dice.chance(0.5) ? held : held / 2n;
  return dice.chance(0.7) ? steps.returnBond(who, part) : steps.burnBond(part);
};

function claimRefused(dice: Dice, { claim }: Delivery): WorkClaim {
  return dice.pick([
    { ...claim, units: 0n },
    { ...claim, units: 1n << 104n },
    { ...claim, marketUnits: claim.units + 1n },
    { ...claim, tier: dice.pick([4, 255]) },
  ]);
}

/** Right calls at the wrong time, or of the wrong account. */
const nonsense: Habit = (past, who) => {
  const { dice, book, accounts, epochs, deliveries, ballots } = past;
  const now = epochAt(book.moment.law, book.moment.time) ?? epoch(0);
  const of = epochs.length > 0 && dice.chance(0.8) ? dice.pick(epochs) : now;
  const isFull = epochs.length === past.most;
  const other = dice.pick(accounts);
  const late = deliveries.length === 0 ? deliveryOf(dice, book, who, of) : dice.pick(deliveries);
  const leaf = late.leaves[0];
  const ballot = ballots.length === 0 ? null : dice.pick(ballots);
  return dice.pick<() => Step>([
    () => steps.draw(who, of, roundFor(book.moment.law, of)),
    () => (isFull && !epochs.includes(of) ? steps.settle(who) : commitOf(past, { ...late, worker: who, epoch: of })),
    () => steps.commitWork(who, of, claimRefused(dice, late)),
    () => ballotOf(past, late, who),
    () =>
      ballot === null
        ? steps.settle(who)
        : steps.revealVerdict({ ...ballot, validator: dice.pick([who, ballot.validator]) }),
    () => steps.finalize(who, other, of),
    () => steps.settle(who),
    () => steps.claimWork(who, of),
    () => steps.claimAudit(who, of),
    () => steps.claimBounty(who, of, other),
    () => steps.claimAuditFee(who, other, of),
    () => (leaf === undefined ? steps.settle(who) : steps.redeem(who, late.worker, dice.pick([of, late.epoch]), leaf)),
    () => steps.refund(who, BigInt(dice.below(6))),
  ])();
};

const HABITS: readonly (readonly [weight: number, habit: Habit])[] = [
  [2, roles],
  [3, stakes],
  [3, unstakes],
  [1, withdraws],
  [2, pays],
  [1, burns],
  [4, posts],
  [4, jobsOf],
  [3, shows],
  [2, bonds],
  [1, expires],
  [5, nonsense],
];
const BAG = HABITS.flatMap(([weight, habit]) => Array.from({ length: weight }, () => habit));

export function everyday(past: Past): Step {
  return past.dice.pick(BAG)(past, past.dice.pick(past.accounts));
}
