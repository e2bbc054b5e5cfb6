/** Many trials with one pool: what came of them, counted, and what must not happen, kept with the case that shows it. */
import type { Tensor } from '#engine/graph/tensor.ts';
import type { EnginePool } from '#engine/run/pool.ts';
import { compileTrain } from '#engine/train/step.ts';
import type { Clock } from '#protocol/ports.ts';
import { pick } from './graph-mutations.ts';
import { type Mutated, mutate, randomOf, type SeedModel } from './mutate.ts';
import { BATCH, type Outcome, outcomeOf, type TrialDeps, tryModel, tryProbe, tryStep } from './trial.ts';

export interface CampaignOptions {
  readonly seeds: readonly SeedModel[];
  readonly seed: number;
  /** Numbers of the cases. */
  readonly cases: Iterable<number>;
  readonly pool: EnginePool;
  readonly memoryBytes: number;
  /** Of the work of one case in this process. */
  readonly limitMs: number;
  readonly clock: Clock;
  /** Cases that are under way at once. */
  readonly places: number;
  onCase?(number: number): void;
  onDefect?(defect: Defect): void;
  onCrash?(crash: Defect): void;
  onOutcome?(number: number, how: string, outcome: Outcome): void;
}

export interface Defect {
  readonly number: number;
  readonly how: string;
  readonly what: string;
}

export interface Findings {
  cases: number;
  /** `use stage code` → how often. */
  readonly counts: Map<string, number>;
  /** Errors of this process that are none of ours, and cases over their time: there must be none. */
  readonly defects: Defect[];
  /** Processes that died by a signal or by a mistake of ours; each cost its own case. */
  readonly crashes: Defect[];
  slowestMs: number;
  slowestCase: number;
}

interface StepSeed extends SeedModel {
  readonly state: ReadonlyMap<string, Tensor>;
}

/** The training step of each seed model that has one. */
function stepsOf(seeds: readonly SeedModel[]): StepSeed[] {
  return seeds.flatMap(({ name, bytes }) => {
    try {
      const optimizer = { kind: 'sgd', lr: 0.01, momentum: 0 } as const;
      const { step, initialState } = compileTrain(bytes, {
        batch: BATCH,
        loss: { kind: 'softmax-cross-entropy' },
        optimizer,
      });
      return [{ name: `step of ${name}`, bytes: step, state: initialState }];
    } catch (error) {
      outcomeOf('train', 'refused', error);
      return [];
    }
  });
}

interface Case {
  readonly number: number;
  readonly mutated: Mutated;
  /** Of the step graph that was damaged; null for a model. */
  readonly state: ReadonlyMap<string, Tensor> | null;
}

/** One case in four is a step graph. */
function caseOf(number: number, { seed, seeds }: CampaignOptions, steps: readonly StepSeed[]): Case {
  const random = randomOf(seed, number);
  const step = number % 4 === 3 ? pick(random, steps) : undefined;
  return { number, mutated: mutate(step === undefined ? seeds : [step], random), state: step?.state ?? null };
}

/** One case in eight goes to the runtime as it is, too. */
async function tryCase({ number, mutated, state }: Case, deps: TrialDeps): Promise<Outcome[]> {
  const { bytes } = mutated;
  const outcomes = state === null ? await tryModel(bytes, deps) : [await tryStep(bytes, state, deps)];
  return number % 8 === 0 ? [...outcomes, await tryProbe(bytes, deps)] : outcomes;
}

interface Noted {
  readonly number: number;
  readonly how: string;
  readonly outcome: Outcome;
}

const textOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

function note(findings: Findings, { number, how, outcome }: Noted, options: CampaignOptions): void {
  const key = `${outcome.use} ${outcome.stage} ${outcome.code}`;
  findings.counts.set(key, (findings.counts.get(key) ?? 0) + 1);
  options.onOutcome?.(number, how, outcome);
  if (outcome.code !== 'ENGINE_CRASHED') return;
  const crash = { number, how, what: outcome.message };
  findings.crashes.push(crash);
  options.onCrash?.(crash);
}

export async function runCampaign(options: CampaignOptions): Promise<Findings> {
  const { clock, pool, memoryBytes, limitMs } = options;
  const findings: Findings = { cases: 0, counts: new Map(), defects: [], crashes: [], slowestMs: 0, slowestCase: 0 };
  const steps = stepsOf(options.seeds);
  const defect = (found: Defect): void => {
    findings.defects.push(found);
    options.onDefect?.(found);
  };
  const worker = async (numbers: Iterator<number>): Promise<void> => {
    for (let next = numbers.next(); next.done !== true; next = numbers.next()) {
      const number = next.value;
      options.onCase?.(number);
      let spent = 0;
      const timed = <T>(work: () => T): T => {
        const began = clock.now();
        try {
          return work();
        } finally {
          spent += clock.now() - began;
        }
      };
      const tried = caseOf(number, options, steps);
      const { how } = tried.mutated;
      try {
        for (const outcome of await tryCase(tried, { pool, memoryBytes, timed })) {
          note(findings, { number, how, outcome }, options);
        }
      } catch (error) {
        defect({ number, how, what: textOf(error) });
      }
      if (spent > limitMs) defect({ number, how, what: `${spent} ms in the parent, the limit is ${limitMs}` });
      if (spent > findings.slowestMs) Object.assign(findings, { slowestMs: spent, slowestCase: number });
      findings.cases++;
    }
  };
  const numbers = options.cases[Symbol.iterator]();
  await Promise.all(Array.from({ length: options.places }, () => worker(numbers)));
  return findings;
}
