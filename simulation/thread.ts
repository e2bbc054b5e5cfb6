/** A thread that runs worlds, one after the other, as its parent names them. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Rules } from './rules.ts';
import { runWorld } from './sample.ts';
import { scenarios } from './scenarios/all.ts';

export interface ThreadData {
  readonly rules: Rules;
  readonly seed: number;
  readonly epochs: number;
}

const options: ThreadData = workerData;

parentPort?.on('message', ({ scenario, world }: { readonly scenario: number; readonly world: number }) => {
  const plan = scenarios[scenario]?.worlds[world];
  if (plan !== undefined) parentPort?.postMessage(runWorld(plan, options));
});
