/** An allowance for each stranger: so many units at once, so many per second from then on. */
import type { Clock } from '#protocol/ports.ts';

interface Bucket {
  left: number;
  at: number;
}

/** Names that are remembered; a full bucket says nothing, so it is forgotten first. */
const MAX_NAMES = 4_096;

/** A token bucket a name. */
export class Allowance {
  readonly #buckets = new Map<string, Bucket>();
  readonly #clock: Pick<Clock, 'now'>;
  readonly #rate: { readonly burst: number; readonly perSecond: number };

  constructor(clock: Pick<Clock, 'now'>, rate: { readonly burst: number; readonly perSecond: number }) {
    this.#clock = clock;
    this.#rate = rate;
  }

  /** Takes the units, or takes nothing and says false. */
  take(name: string, units: number): boolean {
    const bucket = this.#refilled(name);
    if (bucket.left < units) return false;
    bucket.left -= units;
    return true;
  }

  #refilled(name: string): Bucket {
    const now = this.#clock.now();
    const { burst, perSecond } = this.#rate;
    const known = this.#buckets.get(name);
    if (known === undefined) {
      if (this.#buckets.size >= MAX_NAMES) this.#forget(now);
      const fresh = { left: burst, at: now };
      this.#buckets.set(name, fresh);
      return fresh;
    }
    known.left = Math.min(burst, known.left + ((now - known.at) / 1000) * perSecond);
    known.at = now;
    return known;
  }

  #forget(now: number): void {
    const { burst, perSecond } = this.#rate;
    for (const [name, bucket] of this.#buckets) {
      if (bucket.left + ((now - bucket.at) / 1000) * perSecond >= burst) this.#buckets.delete(name);
    }
    // All of them active: the one that was seen first goes.
    const first = this.#buckets.keys().next();
    if (this.#buckets.size >= MAX_NAMES && first.done !== true) this.#buckets.delete(first.value);
  }
}
