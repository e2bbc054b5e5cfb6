/** Does a graph fit what it is to run on? Its outputs sorted by where they go, and its inputs against the tensors there are. */
import type { Tensor } from '#engine/graph/tensor.ts';
import type { Tensors } from '#engine/state/safetensors.ts';
import { isSameShape } from '#engine/state/state.ts';
import { NEXT } from './aliasing.ts';
import { engineError } from './errors.ts';
import type { GraphInfo, ShardRun, ValueInfo } from './shard-run.ts';

/** Where each output of the graph goes. */
export interface Outputs {
  /** Name of the state's tensor by name of the output. */
  readonly next: ReadonlyMap<string, string>;
  readonly results: readonly string[];
  /** Results that have one row for each row of the batch. */
  readonly rows: ReadonlySet<string>;
}

export function sortOutputs(info: GraphInfo, run: ShardRun): Outputs {
  const next = info.outputs
    .filter(({ name }) => name.endsWith(NEXT))
    .map(({ name }) => [name, name.slice(0, -NEXT.length)] as const);
  const results = info.outputs.filter(({ name }) => !name.endsWith(NEXT));
  if (run.kind === 'infer' && next.length > 0)
    throw engineError('BAD_GRAPH', { why: 'inference does not change the state' });
  const rows = run.kind === 'infer' ? results.filter(({ shape }) => shape[0] === run.batch) : [];
  return { next: new Map(next), results: results.map(({ name }) => name), rows: new Set(rows.map(({ name }) => name)) };
}

/** What a tensor must be to fit an input. */
export type ShapedInput = Pick<Tensor, 'dtype' | 'shape'>;

function checkShape(expected: ValueInfo, given: ShapedInput | undefined): void {
  const { name, dtype, shape } = expected;
  const wants = `${dtype} [${shape.join(', ')}]`;
  if (given === undefined) throw engineError('BAD_INPUT', { name, why: `there is none, the graph takes ${wants}` });
  const isStatic = shape.every((size): size is number => typeof size === 'number');
  if (!isStatic) throw engineError('BAD_GRAPH', { why: `${name} has a dimension without a number: ${wants}` });
  if (given.dtype === dtype && isSameShape(given.shape, shape)) return;
  throw engineError('BAD_INPUT', {
    name,
    why: `it is ${given.dtype} [${given.shape.join(', ')}], the graph takes ${wants}`,
  });
}

/** The inputs of the graph are these tensors and no others, each of the right shape. */
export function checkInputs(info: GraphInfo, feeds: ReadonlyMap<string, ShapedInput>): void {
  for (const input of info.inputs) checkShape(input, feeds.get(input.name));
  const known = new Set(info.inputs.map(({ name }) => name));
  for (const name of feeds.keys()) {
    if (!known.has(name)) throw engineError('BAD_INPUT', { name, why: 'the graph does not take it' });
  }
}

/** Each tensor of the state has its next one, of the same type and shape. */
export function checkNext(info: GraphInfo, outputs: Outputs, state: Tensors): void {
  for (const output of info.outputs) {
    const name = outputs.next.get(output.name);
    if (name !== undefined) checkShape(output, state.get(name));
  }
  if (outputs.next.size !== state.size)
    throw engineError('BAD_GRAPH', { why: 'a tensor of the state has no next one' });
}
