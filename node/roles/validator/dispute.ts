/** Pursues: the challenger's moves in the games that this validator opened, to their end. */
import type { ChallengerMove, DisputeView } from '#protocol/dispute/moves.ts';
import type { Address } from '#protocol/ids.ts';
import { type Law, MAX_BLOB } from '#protocol/limits.ts';
import { isCid } from '#protocol/codec/cid.ts';
import type { Ask, Blobs, ChainView, DisputePort, Head, Log } from '#protocol/ports.ts';
import { nextAccusation } from '#verifier/dispute/accuse.ts';
import { onEach } from '../duty.ts';
import type { Transcripts } from '../transcripts.ts';
import { CHALLENGERS, WORKERS } from '../turns.ts';

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
  /** Moves sent in this process: the view learns of them a block later. */
  readonly #sent = new Set<string>();

  constructor(ports: PursuePorts, settings: PursueSettings, transcripts: Pick<Transcripts, 'sideOf'>) {
    this.#ports = ports;
    this.#settings = settings;
    this.#transcripts = transcripts;
  }

  /** One turn over the open games that this node began. */
  async act(head: Head): Promise<void> {
    const mine = this.#ports.view.disputes().filter(({ challenger }) => challenger === this.#settings.self);
    await onEach(mine, (dispute) => this.#pursue(dispute, head.timestamp));
  }

  async #pursue(dispute: DisputeView, now: number): Promise<void> {
    const { id, phase, deadline } = dispute;
    const key = `${id}/${phase}`;
    if (this.#sent.has(key)) return;
    if (WORKERS.has(phase)) {
      // While the worker opens its log, this side's own is made.
      if (now < deadline) return void (await this.#transcripts.sideOf(dispute));
      this.#ports.log.warn({ dispute: id.toString(), worker: dispute.worker, phase }, 'the worker let its move pass');
      await this.#ports.disputes.timeout(id);
    } else if (CHALLENGERS.has(phase)) {
      const move = await this.#next(dispute, now);
      if (move === null) return;
      this.#ports.log.info({ dispute: id.toString(), worker: dispute.worker, move: move.kind }, 'dispute move');
      await this.#ports.disputes.move(id, move);
    } else return;
    this.#sent.add(key);
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
    return isServed || now >= patience ? move : null;
  }

  /** The worker's bytes of a value of its log; null when it does not serve them. */
  async #valueOf({ id, worker }: DisputeView, position: number): Promise<Uint8Array | null> {
    const answer = await this.#ports.ask.ask(worker, { kind: 'value', dispute: id.toString(), position });
    if (typeof answer !== 'string' || !isCid(answer)) return null;
    return this.#ports.blobs.get(answer, { from: [worker], maxBytes: MAX_BLOB }).catch(() => null);
  }
}
