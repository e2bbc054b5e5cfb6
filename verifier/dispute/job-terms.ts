/** What the chain knows of a job's computation, from its specification and the graph that it names. */
import type { Terms } from '#protocol/dispute/moves.ts';
import type { Hash } from '#protocol/ids.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import { compileProgram } from './compile.ts';

const NO_PROGRAM = `0x${'00'.repeat(32)}` as Hash;

/**
 * Inference has no steps of which a state comes out, so nothing of it is played and it needs no program. A job of class fast has
 * none either: the contract computes the exact class's kernels, and would find an honest accelerator guilty.
 * @param graph bytes behind the specification's `graph`
 * @throws MODEL_… when the graph has no program
 */
export function jobTerms(
  spec: Pick<JobSpec, 'program' | 'class' | 'steps' | 'segment' | 'units'>,
  graph: Uint8Array,
): Terms {
  const { segment, units } = spec;
  const unitsOf = { unitsPerStep: units.step, unitsMerge: units.merge };
  const none = { program: NO_PROGRAM, values: 0, segment, ...unitsOf };
  if (spec.program === 'infer') return { ...none, steps: 0 };
  if (spec.class === 'fast') return { ...none, steps: spec.steps };
  const { root, instructions } = compileProgram(graph);
  return { program: root, values: instructions.length, steps: spec.steps, segment, ...unitsOf };
}
