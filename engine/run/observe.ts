/** Looks into one step: digests of what it reads and of what its operators put out, by graphs that show them and compute nothing else. */
import type { DeclaredValue, Graph } from '#engine/graph/graph.ts';
import { prune } from '#engine/graph/prune.ts';
import { byteLength, type DataType } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import type { Hash } from '#protocol/ids.ts';
import { FINE_CHUNK, tensorDigest } from '#protocol/trees/tensor.ts';
import { engineError } from './errors.ts';
import type { Session } from './runtime.ts';
import { fromValue, type Values } from './values.ts';

/** What to look at. */
export interface Observe {
  /** Step of the run, from 0. */
  readonly step: number;
  /**
   * Names of inputs or of what operators put out, or everything that an operator puts out and whose type and shape the graph
   * tells, in the order of the nodes.
   */
  readonly values: readonly string[] | 'all';
  /** `fine`: digests over the chunks of a dispute, docs/disputes.md, instead of a checkpoint's. */
  readonly tree?: 'fine';
  /** Also the raw bytes of these values. */
  readonly bytes?: readonly string[];
}

export interface Observed {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly digest: Hash;
}

export interface Observation {
  readonly observed: readonly Observed[];
  /** By name. */
  readonly observedBytes?: ReadonlyMap<string, Uint8Array>;
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

const namesOf = (graph: Graph, { values, bytes = [] }: Observe): Set<string> =>
  new Set([...(values === 'all' ? operatorValues(graph).map(({ name }) => name) : values), ...bytes]);

/** What operators put out of these. */
function chosen(graph: Graph, names: ReadonlySet<string>): DeclaredValue[] {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const byName = new Map(operatorValues(graph).map((value) => [value.name, value]));
  return [...names].flatMap((name) => {
    const value = byName.get(name);
    if (value === undefined && !inputs.has(name))
      throw engineError('BAD_INPUT', { name, why: 'no input of the graph, and no operator puts it out' });
    return value ?? [];
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

/** Takes down what was asked of each value that is shown. */
class Notes {
  readonly #of: Observe;
  readonly #observed: Observed[] = [];
  readonly #bytes = new Map<string, Uint8Array>();

  constructor(of: Observe) {
    this.#of = of;
  }

  take(shown: Values): void {
    const { values, bytes, tree } = this.#of;
    for (const [name, value] of shown) {
      const { dtype, shape, data } = fromValue(value);
      if (bytes?.includes(name) === true) this.#bytes.set(name, data.slice());
      if (values !== 'all' && !values.includes(name)) continue;
      const digest = tree === 'fine' ? tensorDigest(data, FINE_CHUNK) : tensorDigest(data);
      this.#observed.push({ name, dtype, shape, digest });
    }
  }

  result(): Observation {
    const observedBytes = this.#bytes;
    return { observed: this.#observed, ...(this.#of.bytes === undefined ? {} : { observedBytes }) };
  }
}

/**
 * Inputs come first, then what operators put out.
 * @param open a session that `observe` closes
 * @param of.feeds inputs of the step, before it runs, and how their bytes are read
 */
export async function observe(
  of: {
    readonly graph: Uint8Array;
    readonly observe: Observe;
    readonly feeds: Values;
    readonly read: Session['read'];
  },
  open: (graph: Uint8Array) => Promise<Session>,
): Promise<Observation> {
  const { opset, graph } = decodeModel(of.graph);
  const names = namesOf(graph, of.observe);
  const made = chosen(graph, names);
  const notes = new Notes(of.observe);
  const isInput = new Set(graph.inputs.map(({ name }) => name));
  notes.take(await of.read(new Map([...of.feeds].filter(([name]) => names.has(name) && isInput.has(name)))));
  for (const group of grouped(made)) {
    const session = await open(encodeModel({ opset, graph: showing(graph, group) }));
    const results = await session.run(
      of.feeds,
      group.map(({ name }) => name),
    );
    notes.take(await session.read(results));
    await session.close();
  }
  return notes.result();
}
