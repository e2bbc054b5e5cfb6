/** The worker's moves: opens what is asked for, from its own transcript. */
import { entriesOf } from '#engine/state/state.ts';
import { blockShorts, leavesOf, packShorts } from '#protocol/dispute/log.ts';
import type { DisputeView, WorkerMove } from '#protocol/dispute/moves.ts';
import { FINE_CHUNK, openEntry, pathOf, TENSOR_CHUNK } from '#protocol/trees/tensor.ts';
import { namedElement } from './refute.ts';
import { chunkOf, chunkPath, instructionAt, type Side, statePlace } from './side.ts';

async function openOperands(side: Side, view: DisputeView): Promise<WorkerMove | null> {
  if (view.value === null) return null;
  const [named, bytes] = await Promise.all([namedElement(side, view), side.own.bytesOf(view.value.position)]);
  if (named === null) return null;
  const { value, instruction, element, truth } = named;
  return {
    kind: 'openOperands',
    instruction: side.program[value] as Uint8Array,
    operands: truth,
    result: chunkOf(instruction.type, bytes, element),
  };
}

/** Of the checkpoint that the link compares the log with. */
function openLink(side: Side, { link }: DisputeView): WorkerMove | null {
  if (link === null) return null;
  const { place } = statePlace(instructionAt(side, link.tensor));
  const entries = entriesOf(link.atEnd ? side.ends.end : side.ends.start);
  const entry = entries[place];
  const index = Math.floor((link.chunkIndex * FINE_CHUNK) / TENSOR_CHUNK);
  if (entry === undefined || index * TENSOR_CHUNK >= Math.max(1, entry.data.length)) return null;
  return {
    kind: 'openLink',
    head: entry.head,
    digest: entry.digest,
    entryPath: pathOf(openEntry(new Map(entries.map((one) => [one.name, one])), place)),
    chunk: chunkPath(entry.data, index, TENSOR_CHUNK),
  };
}

/**
 * The worker's next move.
 * @returns null when it is not its turn, or when it has nothing to show: then it loses
 */
export async function nextDefence(view: DisputeView, side: Side): Promise<WorkerMove | null> {
  switch (view.phase) {
    case 'openBlocks':
      return { kind: 'openBlocks', blocks: packShorts(blockShorts(side.own.log)) };
    case 'openLeaves':
      return view.block === null
        ? null
        : { kind: 'openLeaves', leaves: packShorts(leavesOf(side.own.log, view.block)) };
    case 'openOperands':
      return openOperands(side, view);
    case 'openLink':
      return openLink(side, view);
    default:
      return null;
  }
}

/** Bytes of a value of the worker's log, for a challenger that asks for them. */
export async function valueBytes({ own }: Side, position: number): Promise<Uint8Array | null> {
  const isThere = Number.isInteger(position) && position >= 0 && position < own.log.length;
  return isThere ? own.bytesOf(position) : null;
}
