/** The last events of a node in a ring, numbered, so that a reader who comes back misses nothing or knows how much. */
import type { Clock } from '#protocol/ports.ts';
import type { EventPage, NodeEvent } from './ports.ts';

const MAX_PAGE = 500;

export class EventRing {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #capacity: number;
  readonly #events: NodeEvent[] = [];
  #next = 0;

  constructor(clock: Pick<Clock, 'now'>, capacity = 2000) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** @param fields plain JSON data; bigints become decimal text */
  push(kind: string, fields: Readonly<Record<string, unknown>>): void {
    const plain = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
    );
    this.#events.push({ seq: this.#next++, at: this.#clock.now(), kind, fields: plain });
    if (this.#events.length > this.#capacity) this.#events.shift();
  }

  since(seq: number): EventPage {
    const first = this.#events[0]?.seq ?? this.#next;
    const from = Math.max(0, seq - first);
    const events = this.#events.slice(from, from + MAX_PAGE);
    return {
      next: events.at(-1) === undefined ? this.#next : (events.at(-1)?.seq ?? 0) + 1,
      missed: Math.max(0, first - seq),
      events,
    };
  }
}
