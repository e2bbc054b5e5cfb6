/** One mutated file from its number: the same seed and case give the same bytes, so that a finding can be looked at again. */
import { SeededRandom } from '#engine/data/random.ts';
import type { Model } from '#engine/graph/graph.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { hashText } from '#protocol/codec/abi.ts';
import { withBomb } from './bombs.ts';
import { BYTE_MUTATIONS } from './byte-mutations.ts';
import { GRAPH_MUTATIONS, type GraphMutation, pick } from './graph-mutations.ts';

export interface SeedModel {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Mutated {
  readonly bytes: Uint8Array;
  /** The seed model and what was done to it, in order. */
  readonly how: string;
}

const MOST_MUTATIONS = 3;
/** One file in this many is damaged as bytes, the others as graphs: most damaged bytes go no further than the reader. */
const BYTES_ONE_IN = 4;
/** Mutations that the checks always find; the others may go further. */
const ALWAYS_FOUND: ReadonlySet<string> = new Set([
  ...[
    'domain',
    'duplicateNode',
    'dropNode',
    'dropOutputs',
    'reorder',
    'cycle',
    'noBorder',
    'moreBorder',
    'dropInitializer',
  ],
]);
const OFTEN_DEEP = Object.keys(GRAPH_MUTATIONS).filter((name) => !ALWAYS_FOUND.has(name));

export const randomOf = (seed: number, number: number): SeededRandom =>
  new SeededRandom(hashText(`corex.fuzz.v1/${seed}`), String(number));

function mutateBytes(bytes: Uint8Array, random: SeededRandom, other: Uint8Array): Mutated {
  const name = pick(random, Object.keys(BYTE_MUTATIONS)) as keyof typeof BYTE_MUTATIONS;
  return { bytes: BYTE_MUTATIONS[name](bytes, random, other), how: name };
}

function mutateGraph({ opset, graph }: Model, random: SeededRandom): { model: Model; how: string } {
  const kind = random.below(30);
  if (kind === 0) return { model: { opset: random.below(40), graph }, how: 'opset' };
  if (kind < 6) {
    const bomb = withBomb(graph, random);
    return { model: { opset, graph: bomb.graph }, how: `bomb ${bomb.name}` };
  }
  const among = random.below(4) === 0 ? Object.keys(GRAPH_MUTATIONS) : OFTEN_DEEP;
  const name = pick(random, among) as keyof typeof GRAPH_MUTATIONS;
  const mutation: GraphMutation = GRAPH_MUTATIONS[name];
  return { model: { opset, graph: mutation(graph, random) }, how: name };
}

export function mutate(seeds: readonly SeedModel[], random: SeededRandom): Mutated {
  const seed = pick(random, seeds);
  if (seed === undefined) throw new RangeError('there is no seed model');
  const times = random.below(2) === 0 ? 1 : 1 + random.below(MOST_MUTATIONS);
  const how: string[] = [];
  if (random.below(BYTES_ONE_IN) === 0) {
    let { bytes } = seed;
    for (let i = 0; i < times; i++) {
      const next = mutateBytes(bytes, random, pick(random, seeds)?.bytes ?? bytes);
      bytes = next.bytes;
      how.push(next.how);
    }
    return { bytes, how: `${seed.name}: ${how.join(', ')}` };
  }
  let model = decodeModel(seed.bytes);
  for (let i = 0; i < times; i++) {
    const next = mutateGraph(model, random);
    model = next.model;
    how.push(next.how);
  }
  return { bytes: encodeModel(model), how: `${seed.name}: ${how.join(', ')}` };
}
