/** What the chain knows of a job's computation, from its specification and the graph that it names. */
import type { Terms } from '#protocol/dispute/moves.ts';
import type { Hash } from '#protocol/ids.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import { compileProgram } from './compile.ts';

const NO_PROGRAM = `0x${'00'.repeat(32)}` as Hash;

/**
 * Inference has no steps of which a state comes out, so nothing of it is played and it needs no program.
 * @param graph bytes behind the specification's `graph`
 * @throws MODEL_… when the graph has no program
 */
export function jobTerms(spec: Pick<JobSpec, 'program' | 'steps' | 'segment' | 'units'>, graph: Uint8Array): Terms {
  const { segment, units } = spec;
  const unitsOf = { unitsPerStep: units.step, unitsMerge: units.merge };
  if (spec.program === 'infer') return { program: NO_PROGRAM, values: 0, steps: 0, segment, ...unitsOf };
  const { root, instructions } = compileProgram(graph);
  return { program: root, values: instructions.length, steps: spec.steps, segment, ...unitsOf };
}
