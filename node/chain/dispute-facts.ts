/** Disputes as a fold over the events of the dispute court. */
import type { DisputeView, Phase } from '#protocol/dispute/moves.ts';

type Opening = Pick<DisputeView, 'id' | 'epoch' | 'worker' | 'challenger' | 'reason' | 'detail'>;
type Told<T extends string, F> = { readonly type: `dispute-${T}`; readonly id: bigint } & F;

export type DisputeEvent =
  | Told<'opened', Opening>
  | Told<'segment', { readonly segment: NonNullable<DisputeView['segment']> }>
  | Told<'block', { readonly block: number }>
  | Told<'value', { readonly value: NonNullable<DisputeView['value']> }>
  | Told<'link', { readonly link: NonNullable<DisputeView['link']> }>
  | Told<'data', { readonly phase: Phase; readonly data: Uint8Array }>
  | Told<'moved', { readonly phase: Phase; readonly deadline: number }>
  | Told<'ended', { readonly phase: Phase }>;

export type Disputes = Map<bigint, DisputeView>;

/** Disputes that ended and are still shown. */
const ENDED_SHOWN = 64;
const ENDS: ReadonlySet<Phase> = new Set(['guilty', 'innocent', 'undecided']);

const isOver = ({ phase }: Pick<DisputeView, 'phase'>): boolean => ENDS.has(phase);

export function applyDisputeEvent(disputes: Disputes, event: DisputeEvent): void {
  if (event.type === 'dispute-opened') {
    const { type: _, ...facts } = event;
    const fresh = { phase: 'none', deadline: 0, segment: null, block: null, value: null, link: null } as const;
    disputes.set(event.id, { ...facts, ...fresh, opened: {} });
    return;
  }
  const before = disputes.get(event.id);
  // Events of a dispute stand after its accusation; without it they were read from too late a block.
  if (before === undefined) return;
  disputes.set(event.id, changed(before, event));
  if (event.type === 'dispute-ended') forget(disputes);
}

function changed(before: DisputeView, event: Exclude<DisputeEvent, { readonly type: 'dispute-opened' }>): DisputeView {
  switch (event.type) {
    case 'dispute-segment':
      return { ...before, segment: event.segment };
    case 'dispute-block':
      return { ...before, block: event.block };
    case 'dispute-value':
      return { ...before, value: event.value };
    case 'dispute-link':
      return { ...before, link: event.link };
    case 'dispute-moved':
      return { ...before, phase: event.phase, deadline: event.deadline };
    // What was opened is of use to nobody any more.
    case 'dispute-ended':
      return { ...before, phase: event.phase, deadline: 0, opened: {} };
    case 'dispute-data':
      return { ...before, opened: { ...before.opened, ...openedIn(event.phase, event.data) } };
  }
}

function openedIn(phase: Phase, data: Uint8Array): DisputeView['opened'] {
  if (phase === 'openBlocks') return { blocks: data };
  if (phase === 'openLeaves') return { leaves: data };
  return phase === 'openOperands' ? { operands: data } : {};
}

function forget(disputes: Disputes): void {
  const ended = [...disputes.values()].filter(isOver);
  for (const { id } of ended.slice(0, Math.max(0, ended.length - ENDED_SHOWN))) disputes.delete(id);
}
