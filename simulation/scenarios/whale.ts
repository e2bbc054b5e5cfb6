/** A whale: one operator has 60 % of all compute from year 3 to year 6. */
import type { Scenario } from '../world.ts';
import { HOUR_OF_100_TERAFLOPS, miners, settledMiners, steadyDemand, validators } from './population.ts';

const MINERS = 100;
const [COMES, LEAVES] = [3, 6];

const others = [...settledMiners(MINERS), validators({ name: 'validators', count: 20, joins: 0.25 })];

export const whale: Scenario = {
  name: 'whale',
  about: `${MINERS} equal miners; one operator brings 60 % of all compute in year ${COMES} and leaves in year ${LEAVES}.`,
  worlds: [
    {
      name: 'whale',
      cohorts: [
        ...others,
        // 60 % of all is one and a half times the rest.
        miners({
          name: 'whale',
          joins: COMES,
          leaves: LEAVES,
          units: (HOUR_OF_100_TERAFLOPS * BigInt(MINERS) * 3n) / 2n,
        }),
      ],
      demand: steadyDemand(MINERS),
    },
    { name: 'no whale', cohorts: others, demand: steadyDemand(MINERS) },
  ],
};
