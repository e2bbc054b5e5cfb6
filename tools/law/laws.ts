/** The numbers of the deployments on which histories happen: a devnet's, an hourly network's, and others that the contracts take. */
import { emissionRates } from '#protocol/economy/emission.ts';
import { MAX_BASE_UNITS } from '#protocol/work/base-task.ts';
import type { EconomyLaw } from '#protocol/economy/moment.ts';
import type { Dice } from './dice.ts';

/** When World.sol's time begins. */
export const BEGINS = 1_800_000_000;

const CLOCKS: readonly (readonly [epoch: number, commit: number, audit: number, reveal: number, finalize: number])[] = [
  [8, 3, 6, 3, 3],
  [3600, 600, 1200, 600, 600],
  [60, 60, 31, 7, 1],
  [100, 1, 400, 100, 200],
  [2, 1, 2, 1, 1],
];

export function lawOf(dice: Dice): EconomyLaw {
  const [epochSeconds, commitSeconds, auditSeconds, revealSeconds, finalizeSeconds] = dice.pick(CLOCKS);
  const disputeSeconds = dice.pick([1, 20, epochSeconds]);
  const exposure = epochSeconds + commitSeconds + auditSeconds + revealSeconds + finalizeSeconds;
  const hourly = emissionRates(3600);
  const rates = dice.chance(0.5)
    ? hourly
    : { releaseRate: dice.bits(59) % 10n ** 18n, decayRate: dice.chance(0.5) ? 9n * 10n ** 17n : dice.bits(59) };
  return {
    genesis: BEGINS + dice.pick([0, 1, 5, 5, epochSeconds * 3]),
    epochSeconds,
    commitSeconds,
    auditSeconds,
    revealSeconds,
    finalizeSeconds,
    vestSeconds: dice.pick([0, 1, epochSeconds, 24 * epochSeconds]),
    unbondSeconds: exposure + 8 * disputeSeconds + dice.pick([0, 1, epochSeconds * 10]),
    claimTimeoutSeconds: exposure * dice.pick([1, 3, 10, 30]),
    claimWindowSeconds: dice.pick([1, exposure * 10, exposure * 30]),
    disputeSeconds,
    committee: dice.pick([1, 2, 3, 5, 100]),
    jury: 12,
    maxBaseUnits: dice.pick([(1n << 128n) - 1n, (1n << 128n) - 1n, 1n << 104n, MAX_BASE_UNITS, dice.bits(60)]),
    samples: 1,
    crossCheckOneIn: 8,
    crossCheckFrom: 250,
    ...rates,
  };
}
