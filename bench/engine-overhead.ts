/** What checkpoints, digests and the process of its own cost, over the same steps in a bare loop. */
import { fromValues, toValues, type Values } from '#engine/run/values.ts';
import { Filler } from '#engine/data/feed.ts';
import { EnginePool } from '#engine/run/pool.ts';
import { openSession } from '#engine/run/session.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import { readSafetensors } from '#engine/state/safetensors.ts';
import { systemClock } from '#node/clock.ts';
import { training } from './engine-training.ts';

/** About 50 ms a step on one core of 2020 and later. */
const SIZE = { features: 512, layers: [1024, 1024], classes: 256, batch: 128 } as const;
const COUNTS = { steps: 60, segment: 20 } as const;
const ROUNDS = 5;

export interface EngineOverhead {
  readonly steps: number;
  readonly checkpoints: number;
  readonly stateBytes: number;
  /** Milliseconds of a step in a loop of session.run, results fed back; the best of the rounds, as are the others: what else the machine does only adds. */
  readonly bareMs: number;
  /** The same with results written in place, in this process, and nothing else. */
  readonly inPlaceMs: number;
  /** Milliseconds of a step of a whole run in a process of its own, with its start, checkpoints and digests. */
  readonly engineMs: number;
  /** Share of `bareMs`. */
  readonly overhead: number;
  /** Share of `inPlaceMs`. */
  readonly overheadInPlace: number;
}

/** Opens the graph and answers a loop over its steps. */
async function bareLoop(run: ShardRun, inPlace: boolean): Promise<() => Promise<void>> {
  const session = await openSession(run.graph, { provider: 'cpu', memoryBytes: 8 * 2 ** 30, inPlace });
  const wanted = session.info.outputs.map(({ name }) => name);
  const { batch, seed, firstStep, steps } = run;
  const slice = run.data as Uint8Array;
  const filler = new Filler({
    slice,
    batch,
    seed,
    isSequential: false,
    columns: ['x', 'y'],
    noise: [],
    firstStep,
    steps,
  });
  const buffers = filler.buffers();
  filler.fill(0, buffers);
  const fixed = toValues(buffers);
  const copy = (values: Values): Values =>
    toValues(
      new Map([...fromValues(values)].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }])),
    );
  const start = toValues(readSafetensors(run.state));
  return async () => {
    let state: Values = copy(start);
    const first = await session.run(new Map([...state, ...fixed]), wanted);
    // Two sets of places that take turns.
    let [into, other] = inPlace ? [copy(first), copy(first)] : [undefined, undefined];
    for (let step = 1; step < run.steps; step++) {
      const results = await session.run(new Map([...state, ...fixed]), wanted, into);
      state = new Map(
        [...state.keys()].map((name) => [name, results.get(`${name}.next`) ?? (state.get(name) as never)]),
      );
      [into, other] = [other, into];
    }
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export async function measureOverhead(): Promise<EngineOverhead> {
  const { run, bytes } = training(SIZE, COUNTS);
  const pool = new EnginePool({ size: 1, memoryBytes: 8 * 2 ** 30, stepTimeoutMs: 600_000, clock: systemClock });
  try {
    const ways = [await bareLoop(run, false), await bareLoop(run, true), () => pool.run(run)];
    const rounds: number[][] = ways.map(() => []);
    // In turns, so that what else the machine does falls on all of them; the first of each warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [i, way] of ways.entries()) {
        const time = await timed(way);
        if (round > 0) rounds[i]?.push(time / run.steps);
      }
    }
    const [bareMs = 0, inPlaceMs = 0, engineMs = 0] = rounds.map((times) => Math.min(...times));
    return {
      steps: run.steps,
      checkpoints: Math.ceil(run.steps / run.segment),
      stateBytes: bytes.state,
      bareMs,
      inPlaceMs,
      engineMs,
      overhead: engineMs / bareMs - 1,
      overheadInPlace: engineMs / inPlaceMs - 1,
    };
  } finally {
    await pool.close();
  }
}

if (import.meta.main) console.table(await measureOverhead());
