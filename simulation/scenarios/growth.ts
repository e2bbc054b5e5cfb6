/** Growth: compute and demand grow S-shaped over the first eight years. */
import type { Scenario } from '../world.ts';
import { growingDemand, validators, wavesOfMiners } from './population.ts';

export const growth: Scenario = {
  name: 'growth',
  about: 'Operators and demand grow S-shaped for eight years; beside it a world in which nobody ever buys compute.',
  worlds: [
    {
      name: 'growth',
      cohorts: [...wavesOfMiners(), validators({ name: 'validators', count: 20, joins: 0.25 })],
      demand: growingDemand,
    },
    {
      name: 'no demand',
      cohorts: [...wavesOfMiners(), validators({ name: 'validators', count: 20, joins: 0.25 })],
      demand: { units: () => 0, budget: () => 0 },
    },
  ],
};
