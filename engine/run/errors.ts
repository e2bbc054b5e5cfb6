/** What can happen to an execution, whether the model, its inputs or its process is the cause. */
import { errorTable } from '#protocol/errors.ts';

export const engineError = errorTable('ENGINE', {
  MODEL_REFUSED: {
    what: (d: { why: string }) => `the runtime does not load this model: ${d.why}`,
    todo: 'export the model again in standard operators; a job with such a graph cannot be worked on',
  },
  BAD_GRAPH: {
    what: (d: { why: string }) => `the graph is no step graph: ${d.why}`,
    todo: 'a step graph takes its state by name, x and y, and gives NAME.next for each tensor of the state when it trains',
  },
  BAD_INPUT: {
    what: (d: { name: string; why: string }) => `input ${d.name} does not fit the graph: ${d.why}`,
    todo: 'the state or the data of this shard was made for another graph',
  },
  STEP_FAILED: {
    what: (d: { why: string }) => `the runtime failed in a step: ${d.why}`,
    todo: 'the shard is given up; the graph fails on this data wherever it runs',
  },
  OUT_OF_MEMORY: {
    what: (d: { limitBytes: number; why: string }) =>
      `the execution needs more than its ${d.limitBytes} bytes of memory: ${d.why}`,
    todo: 'raise the engine memory, or leave this shard to a larger machine',
  },
  TIMEOUT: {
    what: (d: { limitMs: number }) => `no sign of life from the execution for ${d.limitMs} ms`,
    todo: 'raise the step timeout if the model is honest and large; the process was killed',
  },
  CRASHED: {
    what: (d: { exit: string; stderr: string }) =>
      `the engine process died (${d.exit})${d.stderr === '' ? '' : `: ${d.stderr}`}`,
    todo: 'the shard is given up; the next one gets a fresh process',
  },
  ABORTED: {
    what: (_: Record<string, never>) => 'the execution was called off',
    todo: 'nothing: whoever called it off knows why',
  },
  CLOSED: {
    what: (_: Record<string, never>) => 'the engine is closed',
    todo: 'nothing: the node is stopping',
  },
});
