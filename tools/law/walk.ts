/** A random walk through the economy: what could be done next, by the books, and sometimes what could not. */
import { committing } from '#protocol/time/epoch.ts';
import { grabs, releases, returns } from './chores.ts';
import { deliveryOf } from './deliveries.ts';
import { everyday } from './everyday.ts';
import { ballotOf, commitOf, type Past } from './past.ts';
import { roundFor } from './rounds.ts';
import * as steps from './steps.ts';
import type { Step } from './steps.ts';

/** Whatever moves an epoch towards its payment, the least first. */
const WAYS: readonly (readonly [weight: number, way: (past: Past) => Step[]])[] = [
  [1, releases],
  [1, returns],
  [3, grabs],
  [2, commits],
  [9, draws],
  [8, verdicts],
  [9, reveals],
  [8, conclusions],
  [6, convictions],
  [7, payments],
  [7, redemptions],
];

function draws({ dice, book, accounts, epochs }: Past): Step[] {
  const due = epochs.filter(
    (e) => book.beacon.drawOf(e) === undefined && book.moment.time >= book.beacon.drawableFrom(e),
  );
  return due.map((e) => steps.draw(dice.pick(accounts), e, roundFor(book.moment.law, e)));
}

function commits(past: Past): Step[] {
  const { dice, book, accounts, epochs } = past;
  const now = committing(book.moment.law, book.moment.time);
  if (now === null || (!epochs.includes(now) && epochs.length === past.most)) return [];
  return accounts.flatMap((worker) => {
    const { compute, slashed } = book.stakes.accountOf(worker);
    if (!compute || slashed || book.work.commitmentOf(worker, now) !== undefined) return [];
    const delivery = deliveryOf(dice, book, worker, now);
    return [commitOf(past, delivery)];
  });
}

function verdicts(past: Past): Step[] {
  const { book, accounts } = past;
  return past.deliveries.flatMap((delivery) => {
    const { worker, epoch } = delivery;
    const times = book.beacon.timesOf(epoch);
    if (times === null || book.moment.time >= times.verdictsEnd || !book.work.isPending(worker, epoch)) return [];
    const drawn = accounts.filter(
      (validator) =>
        book.court.onCommittee(epoch, worker, validator) &&
        !past.ballots.some((b) => b.worker === worker && b.epoch === epoch && b.validator === validator),
    );
    return drawn.map((validator) => ballotOf(past, delivery, validator));
  });
}

function reveals({ book, ballots }: Past): Step[] {
  const { time } = book.moment;
  const due = ballots.filter((ballot) => {
    const times = book.beacon.timesOf(ballot.epoch);
    return !ballot.revealed && times !== null && time >= times.verdictsEnd && time < times.revealsEnd;
  });
  return due.map((ballot) => {
    const step = steps.revealVerdict(ballot);
    return {
      ...step,
      play: (b) => {
        step.play(b);
        ballot.revealed = true;
      },
    };
  });
}

function conclusions({ dice, book, accounts, deliveries }: Past): Step[] {
  const due = deliveries.filter(({ worker, epoch }) => {
    const times = book.beacon.timesOf(epoch);
    return times !== null && book.moment.time >= times.revealsEnd && book.work.isPending(worker, epoch);
  });
  return due.map(({ worker, epoch }) => steps.finalize(dice.pick(accounts), worker, epoch));
}

/** Disputes that a challenger won, mostly where a committee saw the fault. */
function convictions({ dice, book, accounts, deliveries, ballots }: Past): Step[] {
  const due = deliveries.filter(({ worker, epoch }) => {
    const outcome = book.work.commitmentOf(worker, epoch)?.outcome ?? null;
    return (
      !book.stakes.accountOf(worker).slashed && (outcome === 'disputed' || (outcome !== null && dice.chance(0.02)))
    );
  });
  return due.map(({ worker, epoch }) => {
    const saw = ballots.filter((b) => b.worker === worker && b.epoch === epoch && b.verdict === 'fault' && b.revealed);
    return steps.convict(worker, epoch, saw.length === 0 ? dice.pick(accounts) : dice.pick(saw).validator);
  });
}

function payments(past: Past): Step[] {
  const { dice, book, accounts, epochs } = past;
  const next = book.work.nextWithWork(book.pool.newestSettled());
  const times = next === null ? null : book.beacon.timesOf(next);
  const settle = times !== null && book.moment.time >= times.pays ? [steps.settle(dice.pick(accounts))] : [];
  const claims = epochs.flatMap((epoch) =>
    accounts.flatMap((who) => {
      const due = book.pool.claimable(who, epoch);
      return [
        ...(due.work === 0n ? [] : [steps.claimWork(who, epoch)]),
        ...(due.audit === 0n ? [] : [steps.claimAudit(who, epoch)]),
      ];
    }),
  );
  return [...settle, ...claims];
}

function redemptions({ dice, book, accounts, deliveries, ballots }: Past): Step[] {
  const redeems = deliveries.flatMap(({ worker, epoch, leaves }) => {
    if (book.work.commitmentOf(worker, epoch)?.outcome !== 'accepted') return [];
    const due = leaves.filter(({ leaf }) => {
      const job = book.market.jobOf(BigInt(leaf.task));
      return job?.state === 'open' && ((job.words.get(leaf.word)?.paid ?? 0n) & leaf.mask) === 0n;
    });
    return due.map((leaf) => steps.redeem(dice.pick(accounts), worker, epoch, leaf));
  });
  const audits = ballots.flatMap(({ validator, worker, epoch, verdict }) => {
    const fee = book.market.auditFeeOf(worker, epoch, validator);
    const bounty = verdict === 'fault' ? book.court.bountyOf(epoch, worker) : 0n;
    return [
      ...(fee === 0n ? [] : [steps.claimAuditFee(validator, worker, epoch)]),
      ...(bounty === 0n ? [] : [steps.claimBounty(validator, epoch, worker)]),
    ];
  });
  return [...redeems, ...audits];
}

/** One more step, or null where nothing is due. */
export function nextStep(past: Past): Step | null {
  const { dice } = past;
  if (dice.chance(0.16)) return everyday(past);
  const due = WAYS.map(([weight, way]) => ({ weight, found: way(past) })).filter(({ found }) => found.length > 0);
  const bag = due.flatMap(({ weight, found }) => Array.from({ length: weight }, () => found));
  return bag.length === 0 ? null : dice.pick(dice.pick(bag));
}
