/** Lazy validators: a part of the stake says ok without looking, and some workers forge a part of their units. */
import type { CohortPlan } from '../cohort.ts';
import type { Scenario, WorldPlan } from '../world.ts';
import { cohort, HOUR_OF_100_TERAFLOPS, miners, steadyDemand, validators } from './population.ts';

const MINERS = 50;
const VALIDATORS = 100;
const FORGED = [1, 0.3, 0.1, 0.02];

/** Only they validate, with equal stakes. */
function audit(lazy: number): CohortPlan[] {
  const start = { joins: 0, units: HOUR_OF_100_TERAFLOPS / 20n, tier: 0, buys: validators({ name: '' }).buys };
  return [
    validators({ ...start, name: 'looking', count: VALIDATORS - lazy }),
    ...(lazy === 0 ? [] : [validators({ ...start, name: 'lazy', count: lazy, conduct: { kind: 'lazy' } })]),
  ];
}

function world(lazy: number): WorldPlan {
  return {
    name: `${lazy} % lazy`,
    cohorts: [
      miners({ name: 'miners', count: MINERS, validates: false }),
      ...FORGED.map((part) =>
        cohort({
          name: `forges ${part * 100} %`,
          joins: 1,
          units: HOUR_OF_100_TERAFLOPS,
          tier: 1,
          stakes: 30n,
          sells: 2n,
          conduct: { kind: 'forges', part },
        }),
      ),
      ...audit(lazy),
    ],
    demand: steadyDemand(MINERS),
  };
}

export const lazy: Scenario = {
  name: 'lazy',
  about: `Beside ${MINERS} honest miners some forge a part of their units from year 1 on; of ${VALIDATORS} equal validators a part never looks.`,
  worlds: [world(0), world(30), world(50), world(70)],
};
