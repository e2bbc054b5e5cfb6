/** What a campaign shows, beside what it must show: plain numbers, for the table, the JSON and the CSV. */
import { gainOf, profitOf, type Validator } from './accounts.ts';
import { Network } from './network.ts';
import { networks, type ValidatorKind } from './people.ts';
import { interval, type Prediction, predict } from './prediction.ts';
import type { Law } from '#protocol/limits.ts';

export interface CampaignOptions {
  readonly law: Omit<Law, 'genesis'>;
  readonly epochs: number;
  readonly seed: number;
}

export interface WorkerFigures {
  readonly label: string;
  readonly forges: number;
  readonly silent: boolean;
  readonly epochs: number;
  readonly found: number;
  /** Chance an epoch, exactly; and how many of the epochs that makes. */
  readonly chance: number;
  readonly predicted: number;
  /** What 99 of 100 campaigns would show. */
  readonly least: number;
  readonly most: number;
  /** Distance of found from predicted, in standard deviations; null where there is no chance in it. */
  readonly z: number | null;
  /** Epochs of a name until it is found; null where none was. */
  readonly until: number | null;
  readonly untilPredicted: number | null;
  readonly unpaid: number;
  /** CXT an epoch, costs taken off; and what that is more than the honest worker's. */
  readonly profit: number;
  readonly beside: number;
  /** The same for who stakes nothing and so loses none. */
  readonly besideWithoutStake: number;
}

export interface ValidatorFigures {
  readonly kind: ValidatorKind;
  readonly count: number;
  readonly weight: number;
  readonly verdicts: number;
  /** CXT, of all of this kind: for verdicts, from slashes, lost bonds, cost of executing, and what is left. */
  readonly paid: number;
  readonly bounties: number;
  readonly bonds: number;
  readonly costs: number;
  readonly gain: number;
}

export interface NetworkFigures {
  readonly name: string;
  readonly epochs: number;
  readonly workers: readonly WorkerFigures[];
  readonly validators: readonly ValidatorFigures[];
  /** Honest work that was slashed. */
  readonly falsePositives: number;
  readonly members: number;
  readonly membersPredicted: number;
  /** What was executed again, as a part of what was executed. */
  readonly auditCost: number;
  readonly auditCostPredicted: number;
  /** Of the cheat that forges a tenth: found in three epochs in a row; and the least that any weights would give. */
  readonly threes: { readonly of: number; readonly found: number; readonly predicted: number; readonly bound: number };
}

const cxt = (amount: bigint): number => Number(amount / 10n ** 9n) / 1e9;

/** @param progress of a network, 0 to 1 */
export function runCampaign(
  options: CampaignOptions,
  progress: (name: string, part: number) => void,
): NetworkFigures[] {
  return networks.map((plan) => {
    const network = new Network(plan, options);
    for (let e = 0; e < options.epochs; e++) {
      network.step();
      if ((e + 1) % 100 === 0) progress(plan.name, (e + 1) / options.epochs);
    }
    return figuresOf(network, options);
  });
}

function figuresOf(network: Network, { epochs }: CampaignOptions): NetworkFigures {
  const { law, plan, work, audits } = network;
  const parts = network.parts();
  const drawn = plan.validators.map(({ kind }, i) => ({ part: parts[i] ?? 0, looks: kind === 'looks' }));
  const looking = drawn.reduce((sum, { part, looks }) => sum + (looks ? part : 0), 0);
  const predictionOf = (forges: number): Prediction => predict(drawn, forges, law);
  const none = predictionOf(0);
  const tenth = network.workers.find((worker) => worker.plan.forges === 0.1 && !worker.plan.silent);
  const { of, found } = tenth?.sums.threes ?? { of: 0, found: 0 };
  return {
    name: plan.name,
    epochs,
    workers: workersOf(network, predictionOf),
    validators: (['looks', 'lazy', 'colludes'] as const).flatMap((kind) => validatorsOf(network, parts, kind)),
    falsePositives: network.workers.reduce((sum, { sums }) => sum + sums.slashedHonest, 0),
    members: audits.members / (epochs * network.workers.length),
    membersPredicted: none.members,
    auditCost: audits.committed === 0n ? 0 : Number((audits.executed * 10n ** 9n) / audits.committed) / 1e9,
    auditCostPredicted: (none.looking * law.samples) / work.segments,
    threes: {
      of,
      found,
      predicted: 1 - (1 - predictionOf(0.1).found) ** 3,
      bound: 1 - Math.exp(-3 * law.committee * looking * (1 - 0.9 ** law.samples)),
    },
  };
}

function workersOf({ workers }: Network, predictionOf: (forges: number) => Prediction): WorkerFigures[] {
  const honest = workers.find(({ plan }) => plan.forges === 0);
  const perEpoch = (amount: bigint, epochs: number): number => cxt(amount) / Math.max(1, epochs);
  const usual = honest === undefined ? 0 : perEpoch(profitOf(honest), honest.sums.epochs);
  return workers.map((worker) => {
    const { plan, sums } = worker;
    const { epochs, found } = sums;
    // Who is silent shows nothing to anybody: no fault can be met.
    const chance = plan.silent ? 0 : predictionOf(plan.forges).found;
    const spread = Math.sqrt(epochs * chance * (1 - chance));
    const [least, most] = interval(epochs, chance);
    const profit = perEpoch(profitOf(worker), epochs);
    return {
      ...plan,
      epochs,
      found,
      chance,
      predicted: epochs * chance,
      least,
      most,
      z: spread < 0.5 ? null : (found - epochs * chance) / spread,
      until: found === 0 ? null : sums.livesTotal / found,
      untilPredicted: chance === 0 ? null : 1 / chance,
      unpaid: sums.unpaid,
      profit,
      beside: profit - usual,
      besideWithoutStake: profit + perEpoch(sums.slashed, epochs) - usual,
    };
  });
}

function validatorsOf({ validators }: Network, parts: readonly number[], kind: ValidatorKind): ValidatorFigures[] {
  const ours = validators.filter(({ plan }) => plan.kind === kind);
  if (ours.length === 0) return [];
  const sum = (of: (validator: Validator) => bigint): number => cxt(ours.reduce((all, one) => all + of(one), 0n));
  return [
    {
      kind,
      count: ours.length,
      weight: validators.reduce((all, one, i) => all + (one.plan.kind === kind ? (parts[i] ?? 0) : 0), 0),
      verdicts: ours.reduce((all, { sums }) => all + sums.verdicts, 0),
      paid: sum(({ sums }) => sums.paid),
      bounties: sum(({ sums }) => sums.bounties),
      bonds: sum(({ sums }) => sums.bonds),
      costs: sum(({ sums }) => sums.costs),
      gain: sum(gainOf),
    },
  ];
}
