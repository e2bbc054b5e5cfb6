/** What the chain knows of base tasks: the same for every worker and epoch, fixed when the contracts are deployed. */
import { baseStep } from '#engine/train/base-task.ts';
import type { Terms } from '#protocol/dispute/moves.ts';
import { BASE_SHARD } from '#protocol/work/base-task.ts';
import { compileProgram } from './compile.ts';

let found: Terms | undefined;

export function baseTerms(): Terms {
  found ??= compiled();
  return found;
}

function compiled(): Terms {
  const { graph, unitsPerStep } = baseStep();
  const { root, instructions } = compileProgram(graph);
  const { steps, segment } = BASE_SHARD;
  return { program: root, values: instructions.length, steps, segment, unitsPerStep, unitsMerge: 0n };
}
