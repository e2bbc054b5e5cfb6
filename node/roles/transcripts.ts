/** Sides of the games under way in this process: a segment is executed once, however many moves it takes. */
import type { DisputeView } from '#protocol/dispute/moves.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { Side } from '#verifier/dispute/side.ts';
import { type CasePorts, findCase, namedBy, sideOf } from './dispute-case.ts';

/** A side holds its states and roots in memory. */
export const SIDES_KEPT = 4;

export class Transcripts {
  readonly #ports: CasePorts;
  readonly #domain: Domain;
  readonly #sides = new Map<string, Promise<Side | null>>();

  constructor(ports: CasePorts, domain: Domain) {
    this.#ports = ports;
    this.#domain = domain;
  }

  /** @returns null where there is nothing to play with: no game, or the worker's checkpoints are not what it committed to */
  async sideOf(dispute: DisputeView): Promise<Side | null> {
    const named = namedBy(dispute);
    if (named === null) return null;
    const { task, shard, index } = named.segment;
    const key = `${named.worker}/${named.epoch}/${task}/${shard}/${index}`;
    const known = this.#sides.get(key) ?? this.#record(dispute);
    // The one used last stands at the end.
    this.#sides.delete(key);
    this.#sides.set(key, known);
    const [oldest] = this.#sides.keys();
    if (this.#sides.size > SIDES_KEPT && oldest !== undefined) this.#sides.delete(oldest);
    // What failed is tried again at the next block.
    known.catch(() => this.#sides.delete(key));
    return known;
  }

  async #record(dispute: DisputeView): Promise<Side | null> {
    const named = namedBy(dispute);
    const found = named === null ? null : await findCase(this.#ports, this.#domain, named);
    return found === null ? null : sideOf(this.#ports, found);
  }
}
