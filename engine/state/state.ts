/** Named tensors: what a step maps to the next step's, and the commitment to them. */
import { byteLength, type DataType, type Tensor } from '#engine/graph/tensor.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Hash } from '#protocol/ids.ts';
import { compareNames, entryHead, stateRoot, type TensorEntry, tensorDigest } from '#protocol/trees/tensor.ts';
import { readSafetensors, type Tensors } from './safetensors.ts';

/** Name, element type and shape of a value that goes in or out of a graph. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/** Names in the one order that all nodes share. */
export function sortedNames(tensors: Tensors): string[] {
  return [...tensors.keys()].sort(compareNames);
}

/** The Merkle root over (name, type, shape, digest), DESIGN section 4. */
export function commitmentOf(tensors: Tensors): Hash {
  const entries = [...tensors].map(
    ([name, { dtype, shape, data }]) => [name, { dtype, shape, digest: tensorDigest(data) }] as const,
  );
  return stateRoot(new Map(entries));
}

/** A tensor of a state, with what its entry in the commitment says before the digest. */
export interface StateEntry extends TensorEntry {
  readonly name: string;
  readonly head: Uint8Array;
  readonly data: Uint8Array;
}

/** Entries of a canonical safetensors file, in the order of the commitment. */
export function entriesOf(file: Uint8Array): StateEntry[] {
  const tensors = readSafetensors(file);
  return sortedNames(tensors).map((name) => {
    const { dtype, shape, data } = tensors.get(name) as Tensor;
    return { name, dtype, shape, digest: tensorDigest(data), head: entryHead(name, dtype, shape), data };
  });
}

/** The commitment to the tensors of a canonical safetensors file; null when the bytes are no such file. */
export function stateRootOf(file: Uint8Array): Hash | null {
  try {
    return commitmentOf(readSafetensors(file));
  } catch (error) {
    if (error instanceof CorexError) return null;
    throw error;
  }
}

export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** A tensor of zero bytes, which is the value 0 of every element type. */
export function zeros(dtype: DataType, shape: readonly number[]): Tensor {
  return { dtype, shape, data: new Uint8Array(byteLength(dtype, shape)) };
}

/** Several parts of one result, one after the other along the first dimension. */
export function concatenate(dtype: DataType, rowShape: readonly number[], parts: readonly Uint8Array[]): Tensor {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const data = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  const rowBytes = byteLength(dtype, rowShape);
  return { dtype, shape: [rowBytes === 0 ? 0 : bytes / rowBytes, ...rowShape], data };
}
