/** What a side of a dispute brings along: its own transcript, the program, and the states that the worker committed to. */
import { widthOf } from '#protocol/dispute/access.ts';
import { decodeInstruction, type Instruction } from '#protocol/dispute/instruction.ts';
import { leavesOf, openLog, placeIn, unpackShorts } from '#protocol/dispute/log.ts';
import type { ChunkPath, DisputeView, LogOpening } from '#protocol/dispute/moves.ts';
import { FINE_CHUNK, openChunk, pathOf } from '#protocol/trees/tensor.ts';
import type { ReadElement } from './gather.ts';
import type { Transcript } from './transcript.ts';

export interface Side {
  readonly own: Transcript;
  /** Bytes of the instructions, in the order of the values. */
  readonly program: readonly Uint8Array[];
  /**
   * The two checkpoints of the segment as committed, canonical safetensors. Whoever cannot have them opens no game: what the
   * worker does not serve is for the jury.
   */
  readonly ends: { readonly start: Uint8Array; readonly end: Uint8Array };
}

export function instructionAt({ program }: Side, value: number): Instruction {
  const bytes = program[value];
  if (bytes === undefined) throw new RangeError(`the program has no value ${value}`);
  return decodeInstruction(bytes);
}

/** Step and value of a position of the log. */
export const whereIs = ({ own }: Side, position: number): { readonly step: number; readonly value: number } => ({
  step: Math.floor(position / own.values),
  value: position % own.values,
});

export function chunkPath(bytes: Uint8Array, index: number, size = FINE_CHUNK): ChunkPath {
  const { chunk, siblings } = openChunk(bytes, index, size);
  return { chunk, path: pathOf(siblings) };
}

export const NO_CHUNK: ChunkPath = { chunk: new Uint8Array(), path: [] };

/** The chunk of a value that holds an element. */
export const chunkOf = (type: Instruction['type'], bytes: Uint8Array, element: number): ChunkPath =>
  chunkPath(bytes, Math.floor((element * widthOf(type)) / FINE_CHUNK));

/** What a STATE says of its tensor. */
export interface StatePlace {
  /** Value that it becomes at the end of the step. */
  readonly next: number;
  /** Among the state's tensors in their sorted order. */
  readonly place: number;
  readonly count: number;
}

export function statePlace({ attributes }: Instruction): StatePlace {
  const [next = 0, place = 0, count = 0] = attributes;
  return { next, place, count };
}

/**
 * Opens a value in the worker's log. In the named block its leaves are those that the worker opened; a block before that, or any
 * where none is named, is the same in both logs.
 */
export function openTheirs({ own }: Side, view: DisputeView, position: number): LogOpening {
  const { blocks, leaves } = view.opened;
  const at = placeIn(own.log.length, position);
  const isNamed = at.block === view.block && leaves !== undefined;
  const shorts = isNamed ? unpackShorts(leaves) : leavesOf(own.log, at.block);
  return openLog(unpackShorts(blocks ?? new Uint8Array()), shorts, at);
}

/** Elements of the values that an instruction reads in this step. */
export async function sourcesOf({ own }: Side, { operands }: Instruction, step: number): Promise<ReadElement> {
  const widths = new Map(operands.map(({ source, type }) => [source, widthOf(type)] as const));
  const read = async ([source, width]: readonly [number, number]) =>
    [source, { width, bytes: await own.bytesOf(step * own.values + source) }] as const;
  const values = new Map(await Promise.all([...widths].map(read)));
  return (source, position) => {
    const value = values.get(source);
    if (value === undefined) throw new RangeError(`value ${source} is not read`);
    return value.bytes.subarray(position * value.width, (position + 1) * value.width);
  };
}
