/** Data and first weights of a base task, from its seed: integers scaled by powers of two, hence exact in float32 everywhere. */
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { type TensorInfo, zeros } from '#engine/state/state.ts';
import type { Hash } from '#protocol/ids.ts';
import { Keystream } from './keystream.ts';
import type { RandomWords } from './random.ts';

/** Float32 has 24 bits of significand: every integer of at most 24 bits, scaled by a power of two, is exact. */
const BITS = 24;

const bytesOf = (array: Float32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Uniform in [-2^exponent, 2^exponent). */
export function uniform(random: RandomWords, shape: readonly number[], exponent: number): Tensor {
  const scale = 2 ** (exponent - (BITS - 1));
  const values = new Float32Array(elementCount(shape));
  for (let i = 0; i < values.length; i++) values[i] = random.signed(BITS) * scale;
  return { dtype: 'float32', shape, data: bytesOf(values) };
}

/** The power of two nearest below He's bound sqrt(6 / fanIn) (arXiv 1502.01852), within a factor of two: 2^(1 - ceil(log2(fanIn) / 2)). */
export function weightExponent(fanIn: number): number {
  const log2 = 32 - Math.clz32(Math.max(1, fanIn) - 1);
  return 1 - Math.ceil(log2 / 2);
}

/**
 * The first state: float32 tensors of rank 2 and more are uniform weights, everything else (biases, moments, counters) is zero.
 * @param isMoment names that stay zero whatever their rank
 */
export function initialState(
  seed: Hash,
  tensors: readonly TensorInfo[],
  isMoment = (_name: string) => false,
): Map<string, Tensor> {
  return new Map(
    tensors.map(({ name, dtype, shape }) => {
      if (dtype !== 'float32' || shape.length < 2 || isMoment(name)) return [name, zeros(dtype, shape)];
      // A matrix is [in, out]; a convolution's kernel is [out, in, …].
      const fanIn = shape.length === 2 ? (shape[0] as number) : elementCount(shape.slice(1));
      return [name, uniform(new Keystream(seed, `corex.weights.v1/${name}`), shape, weightExponent(fanIn))];
    }),
  );
}

/**
 * A classification task that can be learned: x = (centre of its class + noise) / 2, y = the class.
 * @returns `x` float32 [rows, features], `y` int64 [rows]
 */
export function syntheticSlice(of: {
  seed: Hash;
  rows: number;
  features: number;
  classes: number;
}): Map<string, Tensor> {
  const { rows, features, classes } = of;
  const random = new Keystream(of.seed, 'corex.data.v1');
  const centres = Int32Array.from({ length: classes * features }, () => random.signed(BITS - 1));
  const x = new Float32Array(rows * features);
  const y = new BigInt64Array(rows);
  // The sum of two integers of 23 bits has at most 24.
  const scale = 2 ** -(BITS - 1);
  for (let row = 0; row < rows; row++) {
    const label = random.below(classes);
    y[row] = BigInt(label);
    for (let i = 0; i < features; i++) {
      x[row * features + i] = ((centres[label * features + i] as number) + random.signed(BITS - 1)) * scale;
    }
  }
  return new Map<string, Tensor>([
    ['x', { dtype: 'float32', shape: [rows, features], data: bytesOf(x) }],
    ['y', { dtype: 'int64', shape: [rows], data: bytesOf(y) }],
  ]);
}
