/** Whose move it is in a phase of a game. */
import type { Phase } from '#protocol/dispute/moves.ts';

/** Phases in which the worker has to move. */
export const WORKERS: ReadonlySet<Phase> = new Set(['openBlocks', 'openLeaves', 'openOperands', 'openLink']);

/** Phases in which the challenger has to. */
export const CHALLENGERS: ReadonlySet<Phase> = new Set(['nameBlock', 'nameValue', 'refute']);

const ENDS: ReadonlySet<Phase> = new Set(['guilty', 'innocent', 'undecided']);

export const isOver = ({ phase }: { readonly phase: Phase }): boolean => ENDS.has(phase);
