/** Plays a dispute between two sides before the referee, and counts what it takes. */
import type { ChallengerMove, DisputeView, Phase, WorkerMove } from '#protocol/dispute/moves.ts';
import { fineRoot, short } from '#protocol/dispute/short.ts';
import { type FetchValue, nextAccusation } from '#verifier/dispute/accuse.ts';
import { nextDefence, valueBytes } from '#verifier/dispute/defend.ts';
import { type Lie, namedElement, showOperand } from '#verifier/dispute/refute.ts';
import type { Side } from '#verifier/dispute/side.ts';
import type { Transcript } from '#verifier/dispute/transcript.ts';
import { MOVERS, Referee, type Stake } from './referee.ts';

type Move = ChallengerMove | WorkerMove;

/** How the sides answer; null is silence. */
export interface Players {
  readonly worker: (view: DisputeView) => Promise<WorkerMove | null>;
  readonly challenger: (view: DisputeView) => Promise<ChallengerMove | null>;
}

export interface Played {
  readonly end: Phase;
  readonly moves: readonly Move[];
  /** Of all moves, as a transaction carries them. */
  readonly calldata: number;
}

/** A phase that nobody moves in ends the play. */
export async function play(stake: Stake, { worker, challenger }: Players): Promise<Played> {
  const referee = new Referee(stake);
  const moves: Move[] = [];
  for (let mover = MOVERS[referee.phase]; mover !== undefined; mover = MOVERS[referee.phase]) {
    const move = await (mover === 'worker' ? worker : challenger)(referee.view());
    if (move === null) referee.timeout();
    else {
      referee.play(move);
      moves.push(move);
    }
  }
  return { end: referee.phase, moves, calldata: moves.reduce((sum, move) => sum + calldataOf(move), 0) };
}

/** Players who do as `defend.ts` and `accuse.ts` say; the worker serves what it is asked for. */
export const players = (worker: Side, challenger: Side, fetchValue?: FetchValue): Players => ({
  worker: (view) => nextDefence(view, worker),
  challenger: (view) => nextAccusation(view, challenger, fetchValue ?? ((position) => valueBytes(worker, position))),
});

/** The challenger says that this operand is not what it was read from, whether it is or not. */
export const insisting = (both: Players, challenger: Side, lie: Lie): Players => ({
  ...both,
  challenger: async (view) => {
    const named = view.phase === 'refute' ? await namedElement(challenger, view) : null;
    return named === null ? both.challenger(view) : showOperand(challenger, view, named, lie);
  },
});

/** A transcript in which one value has other bytes; what follows it stays. */
export async function altered(
  of: Transcript,
  position: number,
  alter: (bytes: Uint8Array) => void,
): Promise<Transcript> {
  const bytes = Uint8Array.from(await of.bytesOf(position));
  alter(bytes);
  const log = of.log.map((one, i) => (i === position ? short(fineRoot(bytes)) : one));
  const { steps, values } = of;
  return { steps, values, log, bytesOf: async (at) => (at === position ? bytes : of.bytesOf(at)) };
}

const WORD = 32;
const padded = (length: number): number => WORD + Math.ceil(length / WORD) * WORD;

/** Bytes of a value in an ABI encoding: a static word, or an offset and what stands behind. */
function encodedLength(value: unknown): number {
  if (value instanceof Uint8Array) return WORD + padded(value.length);
  if (Array.isArray(value)) return WORD + WORD + WORD * value.length;
  if (typeof value === 'object' && value !== null)
    return WORD + Object.values(value).reduce((sum: number, part) => sum + encodedLength(part), 0);
  return WORD;
}

/** Selector, the dispute's number, and the members of the move. */
export function calldataOf({ kind: _kind, ...members }: Move): number {
  return 4 + WORD + Object.values(members).reduce((sum: number, part) => sum + encodedLength(part), 0);
}
