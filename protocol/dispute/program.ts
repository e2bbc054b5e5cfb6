/** The root of a program over its instructions, and the way of one of them up to it. */
import { keccak256Hash } from '../codec/digest.ts';
import type { Hash } from '../ids.ts';
import { merkleClimb, merklePath, merkleRoot } from '../trees/merkle.ts';

export const instructionLeaf = (instruction: Uint8Array): Hash => keccak256Hash(instruction);

export function programRoot(instructions: readonly Uint8Array[]): Hash {
  return merkleRoot(instructions.map(instructionLeaf));
}

/** @throws RangeError when the program has no such value */
export function programPath(instructions: readonly Uint8Array[], value: number): Hash[] {
  return merklePath(instructions.map(instructionLeaf), value);
}

/** Is the instruction that of this value of a program of so many values? */
export function isInProgram(
  root: Hash,
  values: number,
  value: number,
  instruction: Uint8Array,
  path: readonly Hash[],
): boolean {
  return merkleClimb(instructionLeaf(instruction), value, values, path) === root;
}
