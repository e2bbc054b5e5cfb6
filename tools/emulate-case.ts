/** A graph of one operator on seeded numbers, for the lab. */
import { SeededRandom } from '#engine/data/random.ts';
import { uniform } from '#engine/data/synthetic.ts';
import { type Attribute, type DeclaredValue, OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { DataType, Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import type { LabCase } from './emulate-job.ts';

const SEED = sha256Hash(new TextEncoder().encode('corex.lab.v1'));

/** Uniform in [-2^exponent, 2^exponent). */
export const random = (shape: readonly number[], exponent = 0): Tensor =>
  uniform(new SeededRandom(SEED, shape.join()), shape, exponent);

const mapped = (tensor: Tensor, change: (value: number) => number): Tensor => {
  const numbers = new Float32Array(tensor.data.slice().buffer);
  return { ...tensor, data: new Uint8Array(numbers.map(change).buffer) };
};
export const positive = (shape: readonly number[], exponent = 0): Tensor =>
  mapped(random(shape, exponent), (value) => Math.abs(value) + 2 ** -20);

export const wide = (tensor: Tensor): Tensor =>
  tensorOf('float64', tensor.shape, [...new Float32Array(tensor.data.slice().buffer)]);

export const integers = (numbers: readonly number[], shape: readonly number[] = [numbers.length]): Tensor =>
  tensorOf('int64', shape, numbers);

export const scalar = (value: number): Tensor => tensorOf('float32', [], [value]);

/** Indices in [0, bound), with repetitions. */
export const indices = (shape: readonly number[], bound: number): Tensor => {
  const stream = new SeededRandom(SEED, `indices ${shape.join()}`);
  return integers(
    Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => stream.below(bound)),
    shape,
  );
};

type AttributeGiven = number | string | readonly number[] | Attribute;

function attributeOf(value: AttributeGiven): Attribute {
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'number') return { kind: 'int', value };
  return 'kind' in value ? value : { kind: 'ints', value };
}

export const float = (value: number): Attribute => ({ kind: 'float', value });

export interface Single {
  readonly op: string;
  readonly variant: string;
  readonly inputs: readonly Tensor[];
  /** Read from here on as constants, axes and shapes; inputs before are fed. */
  readonly constantsFrom?: number;
  readonly attributes?: Readonly<Record<string, AttributeGiven>>;
  /** Rank and type of each output; one like the first input if it is left out. */
  readonly outputs?: ReadonlyArray<readonly [rank: number, dtype?: DataType]>;
}

/** Integers and what stands behind the inputs are constants of the graph. */
export function single({
  op,
  variant,
  inputs,
  constantsFrom = inputs.length,
  attributes = {},
  outputs,
}: Single): LabCase {
  const named = inputs.map((tensor, i) => [`in${i}`, tensor] as const);
  const isFed = ([, { dtype }]: readonly [string, Tensor], i: number): boolean =>
    i < constantsFrom && dtype !== 'int64';
  const fed = named.filter(isFed);
  const [first = scalar(0)] = inputs;
  const made = (outputs ?? [[first.shape.length, first.dtype]]).map(
    ([rank, dtype = first.dtype], i): DeclaredValue => ({ name: `out${i}`, dtype, shape: Array(rank).fill('') }),
  );
  const model = encodeModel({
    opset: OPSET,
    graph: {
      name: 'lab',
      inputs: fed.map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
      outputs: made,
      nodes: [
        {
          op,
          domain: '',
          name: op,
          inputs: named.map(([name]) => name),
          outputs: made.map(({ name }) => name),
          attributes: new Map(Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)])),
        },
      ],
      initializers: new Map(named.filter((each, i) => !isFed(each, i))),
      opaque: new Map(),
      values: [],
    },
  });
  return { name: `${op}/${variant}`, model, feeds: new Map(fed) };
}
