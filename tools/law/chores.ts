/** What can be had, given up or taken back besides the payments of an epoch: shards, stakes, escrows and what nobody claimed. */
import type { Book } from '#protocol/economy/book.ts';
import type { BookedJob } from '#protocol/economy/market-book.ts';
import { maskOf } from '#protocol/economy/shard-words.ts';
import type { Address } from '#protocol/ids.ts';
import type { Past } from './past.ts';
import * as steps from './steps.ts';
import type { Step } from './steps.ts';

function openJobs(book: Book): Array<readonly [job: bigint, open: BookedJob]> {
  return Array.from({ length: book.market.jobs() }, (_, i) => BigInt(i + 1)).flatMap((job) => {
    const open = book.market.jobOf(job);
    return open?.state === 'open' ? [[job, open] as const] : [];
  });
}

export function canClaim(book: Book, who: Address): boolean {
  const { compute, slashed, staked } = book.stakes.accountOf(who);
  return compute && !slashed && staked >= book.stakes.minimumStake();
}

/** Shards that are free, for whoever may claim. */
export function grabs({ dice, book, accounts }: Past): Step[] {
  const able = accounts.filter((who) => canClaim(book, who));
  if (able.length === 0) return [];
  return openJobs(book).flatMap(([job, open]) => {
    const word = open.paidWords;
    const all = maskOf(open, word);
    const free = open.words.get(word)?.freeOf(all) ?? all;
    if (free === 0n || book.moment.time >= open.deadline) return [];
    return [steps.claimShards(dice.pick(able), job, word, all, dice.chance(0.6) ? 256 : 1 + dice.below(3))];
  });
}

/** Claims that timed out, or whose holder was slashed. */
export function releases({ dice, book, accounts }: Past): Step[] {
  const { law, time } = book.moment;
  return openJobs(book).flatMap(([job, open]) =>
    [...open.words].flatMap(([word, here]) =>
      accounts.flatMap((holder) => {
        const due = here.heldBy(holder) & ~here.paid;
        const free = book.stakes.accountOf(holder).slashed || time >= here.claimedAt(holder) + law.claimTimeoutSeconds;
        if (due === 0n || !free) return [];
        return [steps.releaseShards(dice.pick(accounts), job, word, dice.chance(0.7) ? due : due & -due, holder)];
      }),
    ),
  );
}

export function returns({ dice, book, accounts, epochs }: Past): Step[] {
  const { law, time } = book.moment;
  const withdrawals = accounts.filter((who) => {
    const { unbonding, releasedAt, slashed } = book.stakes.accountOf(who);
    return unbonding > 0n && time >= releasedAt && !slashed;
  });
  const late = openJobs(book).filter(([, open]) => time >= open.deadline + law.claimTimeoutSeconds);
  const expired = epochs.filter((of) => {
    const old = book.pool.epochOf(of);
    return old !== undefined && !old.expired && time >= old.claimableAt + law.claimWindowSeconds;
  });
  return [
    ...withdrawals.map((who) => steps.withdraw(who)),
    ...late.map(([job]) => steps.refund(dice.pick(accounts), job)),
    ...expired.map((of) => steps.expire(dice.pick(accounts), of)),
  ];
}
