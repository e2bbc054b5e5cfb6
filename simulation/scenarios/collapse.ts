/** Collapse: the network grows, then nine tenths of the demand leave, and within two years three fifths of the compute. */
import { dropping } from '../curve.ts';
import type { Scenario } from '../world.ts';
import { growingDemand, validators, wavesOfMiners } from './population.ts';

const COLLAPSES = 6;
const PART_LEFT = 0.1;

export const collapse: Scenario = {
  name: 'collapse',
  about: `In year ${COLLAPSES} nine tenths of the demand leave, and within two years all but the first four waves of miners.`,
  worlds: [
    {
      name: 'collapse',
      cohorts: [
        ...wavesOfMiners().map((wave, i) =>
          i < 4 ? wave : { ...wave, leaves: Math.max(wave.joins, COLLAPSES) + (6 - i) * 0.5 + 0.5 },
        ),
        validators({ name: 'validators', count: 20, joins: 0.25 }),
      ].filter(({ joins, leaves }) => leaves === undefined || joins < COLLAPSES),
      demand: {
        units: dropping(growingDemand.units, COLLAPSES, PART_LEFT),
        budget: dropping(growingDemand.budget, COLLAPSES, PART_LEFT),
      },
    },
  ],
};
