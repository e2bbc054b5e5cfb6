/** The entry of the thread that fills the inputs of the next step while one runs: two sets of buffers in shared memory take turns. */
import { parentPort } from 'node:worker_threads';
import { Filler } from '#engine/data/feed.ts';
import { CorexError } from '#protocol/errors.ts';
import { failure } from './messages.ts';
import { AT, type FeedOrder, FAILED } from './prefetch.ts';

/** Until the buffers of the step before the last are free: the run has asked for the step in between. */
function waitForTurn(gate: Int32Array, step: number): boolean {
  for (;;) {
    if (Atomics.load(gate, AT.stopped) === 1) return false;
    const asked = Atomics.load(gate, AT.asked);
    if (step < 2 || asked >= step) return true;
    Atomics.wait(gate, AT.asked, asked);
  }
}

function tell(gate: Int32Array, filled: number): void {
  Atomics.store(gate, AT.filled, filled);
  Atomics.notify(gate, AT.filled);
}

parentPort?.on('message', ({ plan, sets, gate }: FeedOrder) => {
  try {
    const filler = new Filler(plan);
    for (let step = 0; step < plan.steps && waitForTurn(gate, step); step++) {
      const set = step % 2;
      Atomics.store(gate, AT.validRows + set, filler.fill(step, sets[set as 0 | 1]));
      tell(gate, step + 1);
    }
  } catch (error) {
    if (!(error instanceof CorexError)) throw error;
    parentPort?.postMessage(failure(error));
    tell(gate, FAILED);
  }
});
