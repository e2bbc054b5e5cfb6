/** The numbers of a network profile as the simulation counts them: in epochs. */
import { type EmissionRates, emissionRates } from '#protocol/economy/emission.ts';
import { parseCxt } from '#protocol/ids.ts';
import { exposure, type Law } from '#protocol/limits.ts';

/** All CXT that will ever be. */
export const SUPPLY = parseCxt('100000000');

const YEAR_SECONDS = 31_557_600;
const DAY_SECONDS = 86_400;

export interface Rules {
  readonly rates: EmissionRates;
  readonly perYear: number;
  /** Operators and submitters decide once a day. */
  readonly perDay: number;
  /** From the settlement of an epoch to the claims on it, and to the return of what nobody claimed. */
  readonly vest: number;
  readonly expire: number;
  readonly unbond: number;
  readonly committee: number;
  readonly samples: number;
}

export function rulesOf(law: Omit<Law, 'genesis'> & { readonly claimWindowSeconds: number }): Rules {
  const epochs = (seconds: number): number => Math.max(1, Math.floor(seconds / law.epochSeconds));
  const vests = exposure({ ...law, genesis: 0 }) + law.vestSeconds;
  return {
    rates: emissionRates(law.epochSeconds),
    perYear: Math.round(YEAR_SECONDS / law.epochSeconds),
    perDay: epochs(DAY_SECONDS),
    vest: epochs(vests),
    expire: epochs(vests + law.claimWindowSeconds),
    unbond: Math.ceil(law.unbondSeconds / law.epochSeconds),
    committee: law.committee,
    samples: law.samples,
  };
}
