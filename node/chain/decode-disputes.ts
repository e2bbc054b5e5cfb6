/** Logs of the dispute court in the node's own words. */
import { type NamedElement, PHASES, REASONS } from '#protocol/dispute/moves.ts';
import { hash } from '#protocol/ids.ts';
import type { Fields, Row } from './event-fields.ts';

/** A number that this version does not know is of a newer contract: nothing can be said of it. */
const phase = (f: Fields) => PHASES[f.number('phase')] ?? 'none';

/** DisputeGame.sol WITHHELD */
const WITHHELD_WORD = 2n ** 64n - 1n;
const elementOf = (element: bigint): NamedElement => (element === WITHHELD_WORD ? null : Number(element));

export const DISPUTE_ROWS: Readonly<Record<string, readonly Row[]>> = {
  Accused: [
    (f) => ({
      type: 'dispute-opened',
      id: f.big('id'),
      epoch: f.epoch(),
      worker: f.account('worker'),
      challenger: f.account('challenger'),
      reason: REASONS[f.number('reason')] ?? 'none',
      detail: hash(f.text('detail')),
    }),
  ],
  SegmentNamed: [
    (f) => ({
      type: 'dispute-segment',
      id: f.big('id'),
      segment: { task: hash(f.text('task')), shard: f.number('shard'), index: f.number('segment') },
    }),
  ],
  BlockNamed: [(f) => ({ type: 'dispute-block', id: f.big('id'), block: f.number('block_') })],
  ValueNamed: [
    (f) => ({
      type: 'dispute-value',
      id: f.big('id'),
      value: { position: f.number('position'), element: elementOf(f.big('element')) },
    }),
  ],
  LinkNamed: [
    (f) => ({
      type: 'dispute-link',
      id: f.big('id'),
      link: { tensor: f.number('tensor'), chunkIndex: f.number('chunkIndex'), atEnd: f.flag('atEnd') },
    }),
  ],
  Opened: [(f) => ({ type: 'dispute-data', id: f.big('id'), phase: phase(f), data: f.bytes('data') })],
  Moved: [(f) => ({ type: 'dispute-moved', id: f.big('id'), phase: phase(f), deadline: f.number('deadline') })],
  Ended: [(f) => ({ type: 'dispute-ended', id: f.big('id'), phase: phase(f) })],
};
