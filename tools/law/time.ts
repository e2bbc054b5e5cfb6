/** When something changes by itself: the moments to which a walk jumps, and misses by a second now and then. */
import { epochAt, epochTimes } from '#protocol/time/epoch.ts';
import { type Epoch, epoch } from '#protocol/ids.ts';
import type { Past } from './past.ts';

function ofEpoch({ book }: Past, of: Epoch): number[] {
  const { law } = book.moment;
  const times = book.beacon.timesOf(of);
  const draw = book.beacon.drawOf(of);
  if (times === null || draw === undefined) return [epochTimes(law, of).commitEnds, book.beacon.drawableFrom(of)];
  const halfTime = draw.at + Math.floor(law.auditSeconds / 2);
  return [halfTime, times.verdictsEnd, times.revealsEnd, times.pays, times.claimable];
}

function ofAccounts({ book, accounts, epochs, dice }: Past): number[] {
  const { law, time } = book.moment;
  const released = accounts.map((who) => book.stakes.accountOf(who).releasedAt);
  const expired = epochs.map((e) => (book.pool.epochOf(e)?.claimableAt ?? 0) + law.claimWindowSeconds);
  // Far ones: whoever jumps there has missed much.
  return dice.chance(0.12) ? [...released, ...expired, time + law.claimTimeoutSeconds] : [];
}

/** The time of the next steps. */
export function later(past: Past): number {
  const { dice, book, epochs } = past;
  const { law, time } = book.moment;
  const now = epochAt(law, time) ?? epoch(0);
  const ends = epochs.length === past.most ? [] : [epochTimes(law, now).ends, epochTimes(law, epoch(now + 1)).ends];
  if (dice.chance(0.02) && epochs.length > 0)
    return time + law.epochSeconds * dice.pick([1, 3, 23, 24, 25, 300, 20_000]);
  const ahead = [...epochs.flatMap((e) => ofEpoch(past, e)), ...ends, ...ofAccounts(past)]
    .filter((moment) => moment > time)
    .sort((a, b) => a - b);
  const next = ahead[dice.chance(0.9) ? 0 : dice.below(Math.min(ahead.length, 4))] ?? time + law.epochSeconds;
  return dice.chance(0.04) ? Math.max(time, next - 1) : next + (dice.chance(0.04) ? 1 : 0);
}
