/** The bootstrap under attack: what somebody with x % of all compute, under any number of names, holds of the audits. */
import { WINDOW } from '#protocol/economy/bootstrap.ts';
import { FLOOR } from '#protocol/economy/stake.ts';
import { bestChance, captureChance, captureDrawn } from './capture.ts';
import { step } from './epoch.ts';
import { seededRandom } from './random.ts';
import type { Rules } from './rules.ts';
import { HOUR_OF_100_TERAFLOPS, miners } from './scenarios/population.ts';
import { createWorld, type World } from './world.ts';

/** Operators that are not his, each an account. */
export const OTHERS = 100;
/** Of their income in percent; he stakes all of his. */
export const OTHERS_STAKE = 30n;
export const IDENTITIES = [1, 100, 10_000] as const;
const SHARES = Array.from({ length: 60 }, (_, i) => i + 1);
const DRAWS = 20_000;
const DAYS_ALONE = [0, 1, 2, 3, 7] as const;

export interface SybilRow {
  /** Of all compute. */
  readonly part: number;
  /** Of all weight, at the end of the first day, week, month and year, when he plays by the rules. */
  readonly day: number;
  readonly week: number;
  readonly month: number;
  readonly year: number;
  /** Of all emission of the first week. */
  readonly emission: number;
  /** Audits that he decides with that part of the weight when all have equal accounts, a thousand together, and the same by drawing. */
  readonly alike: number;
  readonly alikeDrawn: number;
  /** With all of it in one account. */
  readonly single: number;
  readonly singleDrawn: number;
  /** Audits that he decides after a year, with his weight of then in the best number of accounts. */
  readonly later: number;
  /** Of all weight after a week in which he refused whatever he could. */
  readonly hostile: number;
}

export interface HeadStart {
  readonly days: number;
  /** Of all weight, so many days after everybody else came. */
  readonly after: ReadonlyArray<{ readonly days: number; readonly weight: number }>;
}

export interface SybilStudy {
  readonly members: number;
  readonly rows: readonly SybilRow[];
  /** Part of the weight of the first two epochs, before any work counts, by number of identities. */
  readonly floors: ReadonlyArray<{ readonly identities: number; readonly weight: number }>;
  readonly headStarts: readonly HeadStart[];
}

export function sybilStudy(rules: Rules, seed: number): SybilStudy {
  return {
    members: rules.committee,
    rows: SHARES.map((percent) => rowOf(percent, rules, seed)),
    floors: IDENTITIES.map((identities) => ({
      identities,
      weight: Number(FLOOR) * (identities / (identities + OTHERS)),
    })),
    headStarts: DAYS_ALONE.map((days) => headStart(days, rules, seed)),
  };
}

function rowOf(percent: number, rules: Rules, seed: number): SybilRow {
  const part = percent / 100;
  const world = worldOf(percent, { identities: OTHERS, joins: 0 }, rules, seed);
  const { perDay, perYear, committee } = rules;
  const weights = [perDay, 7 * perDay, 30 * perDay, perYear].map((epochs) => {
    while (world.epoch < epochs) step(world);
    const emission = emissionPart(world);
    return { weight: weightPart(world), emission };
  });
  const [day, week, month, year] = weights.map(({ weight }) => weight);
  const theirs = { part: 1 - part, accounts: OTHERS };
  const alike = { part, accounts: 10 * percent };
  const alikeTheirs = { part: 1 - part, accounts: 10 * (100 - percent) };
  const single = { part, accounts: 1 };
  const draws = { random: seededRandom(seed, `sybil ${percent}`), times: DRAWS };
  const last = year ?? 0;
  return {
    part,
    day: day ?? 0,
    week: week ?? 0,
    month: month ?? 0,
    year: last,
    emission: weights[1]?.emission ?? 0,
    alike: captureChance(alike, alikeTheirs, committee),
    alikeDrawn: captureDrawn(alike, alikeTheirs, committee, draws),
    single: captureChance(single, theirs, committee),
    singleDrawn: captureDrawn(single, theirs, committee, draws),
    later: bestChance(last, { part: 1 - last, accounts: OTHERS }, committee),
    hostile: hostileWeight(part, 7 * perDay, committee),
  };
}

function worldOf(percent: number, his: { identities: number; joins: number }, rules: Rules, seed: number): World {
  const all = HOUR_OF_100_TERAFLOPS * BigInt(OTHERS);
  const mine = (all * BigInt(percent)) / 100n / BigInt(his.identities);
  const theirs = (all * BigInt(100 - percent)) / 100n / BigInt(OTHERS);
  const people = { sells: 0n, buysMinimum: false };
  const plan = {
    name: `sybil ${percent}`,
    cohorts: [
      miners({ ...people, name: 'attacker', count: his.identities, units: mine, stakes: 100n }),
      miners({ ...people, name: 'others', count: OTHERS, units: theirs, stakes: OTHERS_STAKE, joins: his.joins }),
    ],
    demand: { units: () => 0, budget: () => 0 },
  };
  return createWorld(plan, rules, seed);
}

/** Of the weight in force, in the hands of the first cohort. */
function weightPart(world: World): number {
  const [audits] = world.committees;
  const [attacker] = world.cohorts;
  if (audits === null || attacker === undefined || audits.total === 0n) return 0;
  return Number(((audits.weights[0] ?? 0n) * attacker.count * 1_000_000n) / audits.total) / 1e6;
}

function emissionPart(world: World): number {
  const earned = world.cohorts.map(({ count, sums }) => count * (sums.base + sums.market + sums.audits));
  const all = earned.reduce((sum, amount) => sum + amount, 0n);
  return all === 0n ? 0 : Number(((earned[0] ?? 0n) * 1_000_000n) / all) / 1e6;
}

/** He refuses the others' work wherever he decides, so that less of it counts, so that he decides more. No stakes yet. */
function hostileWeight(part: number, epochs: number, members: number): number {
  const [mine, theirs] = [new Array<number>(WINDOW).fill(0), new Array<number>(WINDOW).fill(0)];
  let weight = part;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const refused = bestChance(weight, { part: 1 - weight, accounts: OTHERS }, members);
    mine[epoch % WINDOW] = part;
    theirs[epoch % WINDOW] = (1 - part) * (1 - refused);
    const [ours, rest] = [mine, theirs].map((window) => window.reduce((sum, work) => sum + work, 0));
    weight = (ours ?? 0) / ((ours ?? 0) + (rest ?? 0));
    if (weight > 0.999_999) return 1;
  }
  return weight;
}

/** Somebody with a tenth of the later compute, under two names so that one can audit the other, is alone at first. */
function headStart(days: number, rules: Rules, seed: number): HeadStart {
  const joins = (days * rules.perDay) / rules.perYear;
  const world = worldOf(10, { identities: 2, joins }, rules, seed);
  const after = [1, 7, 30].map((later) => {
    while (world.epoch < (days + later) * rules.perDay) step(world);
    return { days: later, weight: weightPart(world) };
  });
  return { days, after };
}
