/** Defends: the worker's moves in the games against this node, from the checkpoints that it keeps. */
import type { DisputeView, WorkerMove } from '#protocol/dispute/moves.ts';
import type { Address } from '#protocol/ids.ts';
import type { ChainView, DisputePort, Head, Log } from '#protocol/ports.ts';
import { nextDefence } from '#verifier/dispute/defend.ts';
import { onEach } from '../duty.ts';
import type { Transcripts } from '../transcripts.ts';
import { CHALLENGERS, WORKERS } from '../turns.ts';

export interface DefendPorts {
  readonly view: Pick<ChainView, 'disputes'>;
  readonly disputes: Pick<DisputePort, 'move' | 'timeout'>;
  readonly log: Log;
}

export class Defending {
  readonly #ports: DefendPorts;
  readonly #self: Address;
  readonly #transcripts: Pick<Transcripts, 'sideOf'>;
  /** Moves sent in this process: the view learns of them a block later. */
  readonly #sent = new Set<string>();

  constructor(ports: DefendPorts, self: Address, transcripts: Pick<Transcripts, 'sideOf'>) {
    this.#ports = ports;
    this.#self = self;
    this.#transcripts = transcripts;
  }

  /** One turn over the open games against this node. */
  async act(head: Head): Promise<void> {
    const against = this.#ports.view.disputes().filter(({ worker }) => worker === this.#self);
    await onEach(against, (dispute) => this.#defend(dispute, head.timestamp));
  }

  async #defend(dispute: DisputeView, now: number): Promise<void> {
    const { id, phase, deadline, challenger } = dispute;
    const key = `${id}/${phase}`;
    if (this.#sent.has(key)) return;
    if (CHALLENGERS.has(phase)) {
      if (now < deadline) return;
      this.#ports.log.info({ dispute: id.toString(), challenger, phase }, 'the challenger let its move pass');
      await this.#ports.disputes.timeout(id);
    } else if (WORKERS.has(phase)) {
      const move = await this.#next(dispute);
      if (move === null) return;
      this.#ports.log.info({ dispute: id.toString(), challenger, move: move.kind }, 'dispute answered');
      await this.#ports.disputes.move(id, move);
    } else return;
    this.#sent.add(key);
  }

  async #next(dispute: DisputeView): Promise<WorkerMove | null> {
    const side = await this.#transcripts.sideOf(dispute);
    const move = side === null ? null : await nextDefence(dispute, side);
    const { id, phase } = dispute;
    if (move === null) this.#ports.log.warn({ dispute: id.toString(), phase }, 'nothing to answer a dispute with');
    return move;
  }
}
