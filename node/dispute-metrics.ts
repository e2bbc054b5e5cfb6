/** Disputes of this node as numbers: open, won, lost, undecided, on either side. */
import type { DisputeView } from '#protocol/dispute/moves.ts';
import type { Address } from '#protocol/ids.ts';
import type { Metrics } from './metrics.ts';

const SIDES = ['challenger', 'worker'] as const;

/** How a side sees an end. */
const ENDS = {
  challenger: { guilty: 'won', innocent: 'lost', undecided: 'undecided' },
  worker: { guilty: 'lost', innocent: 'won', undecided: 'undecided' },
} as const;

export function countDisputes(metrics: Metrics, disputes: readonly DisputeView[], self: Address): void {
  for (const side of SIDES) {
    const mine = disputes.filter((dispute) => dispute[side] === self);
    const ended = Object.entries(ENDS[side]).map(
      ([phase, end]) => [end, mine.filter((dispute) => dispute.phase === phase).length] as const,
    );
    const over = ended.reduce((sum, [, count]) => sum + count, 0);
    metrics.set('corex_disputes_open', mine.length - over, { side });
    for (const [end, count] of ended) metrics.set('corex_disputes_ended', count, { side, end });
  }
}
