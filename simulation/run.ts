/** Runs scenarios, as many worlds at once as there are processors. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Run } from './sample.ts';
import { scenarios } from './scenarios/all.ts';
import type { ThreadData } from './thread.ts';
import type { Scenario } from './world.ts';

export interface Result {
  readonly scenario: Scenario;
  readonly runs: readonly Run[];
}

interface Task {
  readonly scenario: number;
  readonly world: number;
}

/** @param names of scenarios; the results come in the order of the scenarios */
export async function runScenarios(names: readonly string[], data: ThreadData): Promise<Result[]> {
  const chosen = [...scenarios.entries()].filter(([, { name }]) => names.includes(name));
  const tasks = chosen.flatMap(([scenario, { worlds }]) => worlds.map((_, world): Task => ({ scenario, world })));
  const runs = new Map<Task, Run>();
  const waiting = [...tasks];
  const threads = Math.min(availableParallelism(), tasks.length);
  await Promise.all(Array.from({ length: threads }, () => work(waiting, data, (task, run) => runs.set(task, run))));
  return chosen.map(([at, scenario]) => ({
    scenario,
    runs: tasks.filter((task) => task.scenario === at).flatMap((task) => runs.get(task) ?? []),
  }));
}

/** One thread: takes the next task until none waits. */
async function work(waiting: Task[], data: ThreadData, done: (task: Task, run: Run) => void): Promise<void> {
  const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData: data });
  try {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      thread.postMessage(task);
      const [run]: Run[] = await once(thread, 'message');
      if (run !== undefined) done(task, run);
    }
  } finally {
    await thread.terminate();
  }
}
