/** Disputes: the port over DisputeCourt. */
import { type ChallengerMove, type NamedElement, REASONS, type WorkerMove } from '#protocol/dispute/moves.ts';
import type { CommittedProof, DisputePort } from '#protocol/ports.ts';
import { type Calls, flag } from './calls.ts';

/** What accuseResult and accuseUnits take first. */
const accused = ({ epoch, worker, proof, placement, terms }: CommittedProof): readonly unknown[] => [
  epoch,
  worker,
  proof,
  placement,
  terms,
];

/** DisputeGame.sol WITHHELD */
const WITHHELD_WORD = 2n ** 64n - 1n;
const elementOf = (element: NamedElement): bigint => (element === null ? WITHHELD_WORD : BigInt(element));

/** Arguments of a move after the dispute's number, in the order of IDisputeCourt.sol. */
export function argumentsOf(move: ChallengerMove | WorkerMove): readonly unknown[] {
  switch (move.kind) {
    case 'openBlocks':
      return [move.blocks];
    case 'nameBlock':
      return [move.block, move.short, move.path];
    case 'nameLink':
      return [move.tensor, move.instruction, move.instructionPath, move.next, move.chunkIndex, move.chunk];
    case 'openLeaves':
      return [move.leaves];
    case 'nameValue':
      return [
        move.index,
        move.short,
        move.path,
        elementOf(move.element),
        move.instruction,
        move.instructionPath,
        move.earlier,
        move.chunk,
      ];
    case 'openOperands':
      return [move.instruction, move.operands, move.result];
    case 'refute':
      return [move.operand, move.term, move.instruction, move.operands, move.source, move.chunk];
    case 'openLink':
      return [move.head, move.digest, move.entryPath, move.chunk];
  }
}

export function disputePort(calls: Calls): DisputePort {
  const write = (method: string, args: readonly unknown[], meaning: ReadonlyArray<string | number | bigint>) =>
    calls.write({ contract: 'disputes', method, args, meaning, once: true });
  return {
    accuseResult: (a) => write('accuseResult', [...accused(a), a.segment], [a.epoch, a.worker]),
    accuseUnits: (a) => write('accuseUnits', accused(a), [a.epoch, a.worker]),
    accuse: ({ epoch, worker, reason, detail }) =>
      write('accuse', [epoch, worker, REASONS.indexOf(reason), detail], [epoch, worker]),
    accuseAuditor: ({ epoch, worker, auditor, detail }) =>
      write('accuseAuditor', [epoch, worker, auditor, detail], [epoch, worker, auditor]),
    // A game asks each side for each kind of move once.
    move: (id, move) => write(move.kind, [id, ...argumentsOf(move)], [id]),
    vote: (id, guilty) => write('vote', [id, guilty], [id]),
    conclude: (id) => write('conclude', [id], [id]),
    timeout: (id) => write('timeout', [id], [id]),
    onJury: (id, validator) => calls.read(flag, 'disputes', 'onJury', [id, validator]),
  };
}
