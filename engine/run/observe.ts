/** Looks into one step: digests of what its operators put out, by graphs that show them and compute nothing else. */
import type { DeclaredValue, Graph } from '#engine/graph/graph.ts';
import { prune } from '#engine/graph/prune.ts';
import { byteLength, type DataType } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import type { Hash } from '#protocol/ids.ts';
import { tensorDigest } from '#protocol/trees/tensor.ts';
import { engineError } from './errors.ts';
import type { Session } from './runtime.ts';
import { fromValue, type Value, type Values } from './values.ts';

/** What to look at. */
export interface Observe {
  /** Step of the run, from 0. */
  readonly step: number;
  /** Names, or everything that an operator puts out and whose type and shape the graph tells, in the order of the nodes. */
  readonly values: readonly string[] | 'all';
  /** Also the raw bytes of this value. */
  readonly bytes?: string;
}

export interface Observed {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly digest: Hash;
}

export interface Observation {
  readonly observed: readonly Observed[];
  readonly observedBytes?: Uint8Array;
}

/** Bytes of the values that one graph shows: all of a graph's outputs are in memory together. */
const GROUP_BYTES = 64 * 2 ** 20;

const isStatic = (shape: DeclaredValue['shape']): shape is number[] => shape.every((size) => typeof size === 'number');

/** Everything that a node makes and that the graph declares, in the order of the nodes. */
export function operatorValues(graph: Graph): DeclaredValue[] {
  const known = new Map([...graph.values, ...graph.outputs].map((value) => [value.name, value]));
  return graph.nodes.flatMap(({ outputs }) => outputs.flatMap((name) => known.get(name) ?? []));
}

/** The same graph with these values as its outputs and what they need. */
function showing(graph: Graph, values: readonly DeclaredValue[]): Graph {
  const shown = new Set(values.map(({ name }) => name));
  const hidden = graph.outputs.filter(({ name }) => !shown.has(name));
  const others = graph.values.filter(({ name }) => !shown.has(name));
  return prune({ ...graph, outputs: values, values: [...others, ...hidden] });
}

function chosen(graph: Graph, { values, bytes }: Observe): DeclaredValue[] {
  const known = operatorValues(graph);
  if (values === 'all' && bytes === undefined) return known;
  const byName = new Map(known.map((value) => [value.name, value]));
  const names = [...(values === 'all' ? byName.keys() : values), ...(bytes === undefined ? [] : [bytes])];
  return [...new Set(names)].map((name) => {
    const value = byName.get(name);
    if (value === undefined) throw engineError('BAD_INPUT', { name, why: 'no operator of the graph puts it out' });
    return value;
  });
}

/** In groups whose values fit the bound together; one that is larger is alone. */
function grouped(values: readonly DeclaredValue[]): DeclaredValue[][] {
  const groups: DeclaredValue[][] = [];
  let room = 0;
  for (const value of values) {
    const bytes = isStatic(value.shape) ? byteLength(value.dtype, value.shape) : GROUP_BYTES;
    const group = bytes <= room ? groups.at(-1) : undefined;
    if (group === undefined) {
      groups.push([value]);
      room = GROUP_BYTES - bytes;
    } else {
      group.push(value);
      room -= bytes;
    }
  }
  return groups;
}

/**
 * @param open a session that `observe` closes
 * @param feeds inputs of the step, before it runs
 */
export async function observe(
  of: { readonly graph: Uint8Array; readonly observe: Observe; readonly feeds: Values },
  open: (graph: Uint8Array) => Promise<Session>,
): Promise<Observation> {
  const { opset, graph } = decodeModel(of.graph);
  const { bytes, values } = of.observe;
  const observed: Observed[] = [];
  let observedBytes: Uint8Array | undefined;
  for (const group of grouped(chosen(graph, of.observe))) {
    const session = await open(encodeModel({ opset, graph: showing(graph, group) }));
    const results = await session.run(
      of.feeds,
      group.map(({ name }) => name),
    );
    for (const [name, value] of await session.read(results)) {
      const { dtype, shape, data } = fromValue(value as Value);
      if (name === bytes) observedBytes = data.slice();
      const isAsked = values === 'all' || values.includes(name);
      if (isAsked) observed.push({ name, dtype, shape, digest: tensorDigest(data) });
    }
    await session.close();
  }
  return { observed, ...(observedBytes === undefined ? {} : { observedBytes }) };
}
