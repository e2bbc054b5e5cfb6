/** One operator as one identity, as a hundred, as ten thousand, and as ten thousand fresh ones each day. */
import type { Conduct } from '../cohort.ts';
import type { Scenario, WorldPlan } from '../world.ts';
import { HOUR_OF_100_TERAFLOPS, miners, settledMiners, steadyDemand, validators } from './population.ts';

const MINERS = 50;
/** A fifth of what all others have. */
const COMPUTE = HOUR_OF_100_TERAFLOPS * 10n;

function world(name: string, identities: number, conduct: Conduct): WorldPlan {
  return {
    name,
    cohorts: [
      ...settledMiners(MINERS),
      miners({
        name: 'operator',
        joins: 1,
        count: identities,
        units: COMPUTE / BigInt(identities),
        buysMinimum: false,
        conduct,
      }),
      validators({ name: 'validators', count: 20, joins: 0.25 }),
    ],
    demand: steadyDemand(MINERS),
  };
}

export const newcomers: Scenario = {
  name: 'newcomers',
  about:
    'From year 1 an operator brings the compute of ten miners, under so many identities; he stakes a third of what they earn.',
  worlds: [
    world('1 identity', 1, { kind: 'honest' }),
    world('100 identities', 100, { kind: 'honest' }),
    world('10000 identities', 10_000, { kind: 'honest' }),
    world('10000 fresh daily', 10_000, { kind: 'renews', days: 1 }),
  ],
};
