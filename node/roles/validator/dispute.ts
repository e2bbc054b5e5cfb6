/** Pursues: the challenger's moves in the games that this validator opened, to their end. */
import type { ChallengerMove, DisputeView } from '#protocol/dispute/moves.ts';
import type { Address } from '#protocol/ids.ts';
import { type Law, MAX_BLOB } from '#protocol/limits.ts';
import { isCid } from '#protocol/codec/cid.ts';
import type { Ask, Blobs, ChainView, DisputePort, Head, Log } from '#protocol/ports.ts';
import { nextAccusation } from '#verifier/dispute/accuse.ts';
import { onEach } from '../duty.ts';
import { SIDES_KEPT, type Transcripts } from '../transcripts.ts';
import { CHALLENGERS, isOver, WORKERS } from '../turns.ts';

export interface PursuePorts {
  readonly view: Pick<ChainView, 'disputes'>;
  readonly disputes: Pick<DisputePort, 'move' | 'timeout'>;
  readonly ask: Pick<Ask, 'ask'>;
  readonly blobs: Pick<Blobs, 'get'>;
  readonly log: Log;
}

export interface PursueSettings {
  readonly self: Address;
  readonly law: Pick<Law, 'disputeSeconds'>;
}

export class Pursuing {
  readonly #ports: PursuePorts;
  readonly #settings: PursueSettings;
  readonly #transcripts: Pick<Transcripts, 'sideOf'>;
  /** Moves sent in this process, which the view learns of a block later, and those for which there was nothing to name. */
  readonly #done = new Set<string>();

  constructor(ports: PursuePorts, settings: PursueSettings, transcripts: Pick<Transcripts, 'sideOf'>) {
    this.#ports = ports;
    this.#settings = settings;
    this.#transcripts = transcripts;
  }

  /** One turn over the open games that this node began. */
  async act(head: Head): Promise<void> {
    const mine = this.#ports.view.disputes().filter((d) => d.challenger === this.#settings.self && !isOver(d));
    // While workers open their logs, this side's own are made, for as many games as are kept: those that are over first.
    const urgent = mine.toSorted((a, b) => a.deadline - b.deadline).slice(0, SIDES_KEPT);
    await onEach(mine, (dispute) => this.#pursue(dispute, urgent.includes(dispute), head.timestamp));
  }

  async #pursue(dispute: DisputeView, isUrgent: boolean, now: number): Promise<void> {
    const { id, phase, deadline } = dispute;
    const key = `${id}/${phase}`;
    if (this.#done.has(key)) return;
    if (WORKERS.has(phase)) {
      if (now < deadline) {
        if (isUrgent) await this.#transcripts.sideOf(dispute);
        return;
      }
      this.#ports.log.warn({ dispute: id.toString(), worker: dispute.worker, phase }, 'the worker let its move pass');
      await this.#ports.disputes.timeout(id);
    } else if (CHALLENGERS.has(phase)) {
      const move = await this.#next(dispute, now);
      if (move === null) return;
      this.#ports.log.info({ dispute: id.toString(), worker: dispute.worker, move: move.kind }, 'dispute move');
      await this.#ports.disputes.move(id, move);
    } else return;
    this.#done.add(key);
  }

  async #next(dispute: DisputeView, now: number): Promise<ChallengerMove | null> {
    const side = await this.#transcripts.sideOf(dispute);
    if (side === null) return null;
    let isServed = true;
    const move = await nextAccusation(dispute, side, async (position) => {
      const bytes = await this.#valueOf(dispute, position);
      isServed = bytes !== null;
      return bytes;
    });
    // A question that got lost is no refusal: it is asked again until half of the time is over.
    const patience = dispute.deadline - this.#settings.law.disputeSeconds / 2;
    if (!isServed && now < patience) return null;
    if (move === null) this.#giveUp(dispute);
    return move;
  }

  /** Both logs are the same, and so are the states: the accusation was wrong, and looking again does not change it. */
  #giveUp({ id, worker, phase }: DisputeView): void {
    this.#ports.log.warn({ dispute: id.toString(), worker, phase }, 'nothing to name in a dispute');
    this.#done.add(`${id}/${phase}`);
  }

  /** The worker's bytes of a value of its log; null when it does not serve them. */
  async #valueOf({ id, worker }: DisputeView, position: number): Promise<Uint8Array | null> {
    const answer = await this.#ports.ask.ask(worker, { kind: 'value', dispute: id.toString(), position });
    if (typeof answer !== 'string' || !isCid(answer)) return null;
    return this.#ports.blobs.get(answer, { from: [worker], maxBytes: MAX_BLOB }).catch(() => null);
  }
}
