/** A submitter who pays himself for shards that cost nothing to compute, beside a twin who does not. */
import { parseCxt } from '#protocol/ids.ts';
import { MAX_PROOFS } from '#protocol/limits.ts';
import type { CohortPlan, Conduct } from '../cohort.ts';
import type { Scenario, WorldPlan } from '../world.ts';
import { miners, settledMiners, steadyDemand, validators } from './population.ts';

const MINERS = 50;
/** Worthless units for each real one; they count for nothing, only their fee does. */
const TIMES = 10n;
/** The same for who wants to harm: an hour's shard posted as often as a commitment has proofs. */
const MANY_TIMES = BigInt(MAX_PROOFS);

/** Both do base tasks only and sell nothing, so that one difference is left. */
const twin: Partial<CohortPlan> = { joins: 1, validates: false, stakes: 0n, sells: 0n };
const honest: Conduct = { kind: 'deals', times: 0n, fee: 'best' };
const everybodyElse = [...settledMiners(MINERS), validators({ name: 'validators', count: 20, joins: 0.25 })];

function beside(name: string, conduct: Conduct): WorldPlan {
  return {
    name,
    cohorts: [
      ...everybodyElse,
      miners({ ...twin, name: 'twin', conduct: honest }),
      miners({ ...twin, name: 'dealer', conduct }),
    ],
    demand: steadyDemand(MINERS),
  };
}

/** With a third of the weight and more, in ten accounts, that part of the auditors' fees is his again. */
function auditing(name: string, conduct: Conduct): WorldPlan {
  const accounts = [
    miners({ ...twin, name: 'dealer', conduct }),
    validators({ name: 'his validators', count: 10, joins: 0.25, buys: parseCxt('400'), stakes: 100n, sells: 0n }),
  ];
  return { name, cohorts: [...everybodyElse, ...accounts], demand: steadyDemand(MINERS) };
}

export const selfDealing: Scenario = {
  name: 'self-dealing',
  about:
    'From year 1 a miner pays himself for shards that cost nothing to compute; his twin does base tasks; ' +
    'in other worlds he also has ten validators, or pays a wei. He is always the first to claim.',
  worlds: [
    beside('nobody deals', honest),
    beside('pays the best fee', { kind: 'deals', times: TIMES, fee: 'best' }),
    auditing('has validators, does not deal', honest),
    auditing('has validators, deals', { kind: 'deals', times: TIMES, fee: 'best' }),
    beside('pays a wei', { kind: 'deals', times: MANY_TIMES, fee: 'least' }),
  ],
};
