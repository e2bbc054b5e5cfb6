/** The state between steps, in the bytes of its own safetensors file.
 *
 * Names, types and shapes never change, so neither does the header, and a checkpoint is these bytes as they are. What a step may
 * not overwrite has a second place, and the two take turns.
 */
import { readSafetensors, type Tensors } from '#engine/state/safetensors.ts';
import { NEXT } from './aliasing.ts';
import type { Session } from './runtime.ts';
import { fromValue, toValue, type Value, type Values } from './values.ts';

/** One tensor of the state. */
interface Slot {
  /** Its place in the file. */
  readonly home: Value;
  /** Its other place; none where a step may overwrite it, or the session keeps no places. */
  readonly away: Value | null;
  /** Where it is now: one of the two, or wherever the session has put it. */
  now: Value;
}

export class LiveState {
  readonly tensors: Tensors;
  readonly #file: Uint8Array;
  readonly #slots: ReadonlyMap<string, Slot>;
  readonly #keepsPlaces: boolean;

  /**
   * @param file canonical safetensors, aligned to 8 bytes; it is written over
   * @param overwritable names of the tensors that a step may write where they are
   */
  constructor(file: Uint8Array, overwritable: ReadonlySet<string>, session: Pick<Session, 'writesInto'>) {
    this.#file = file;
    this.#keepsPlaces = session.writesInto === true;
    this.tensors = readSafetensors(file);
    const slots = [...this.tensors].map(([name, tensor]) => {
      const home = toValue(tensor);
      const needsTwo = this.#keepsPlaces && !overwritable.has(name);
      const away = needsTwo ? toValue({ ...tensor, data: new Uint8Array(tensor.data.length) }) : null;
      return [name, { home, away, now: home }] as const;
    });
    this.#slots = new Map(slots);
  }

  /** What the next step reads. */
  feeds(): Map<string, Value> {
    return new Map([...this.#slots].map(([name, { now }]) => [name, now]));
  }

  /** Where the next step writes, by name of the output. */
  places(): Map<string, Value> {
    if (!this.#keepsPlaces) return new Map();
    return new Map(
      [...this.#slots].map(([name, { home, away, now }]) => [`${name}${NEXT}`, now === home && away ? away : home]),
    );
  }

  /** Takes a step's results for the state. */
  advance(results: Values): void {
    for (const [name, slot] of this.#slots) slot.now = results.get(`${name}${NEXT}`) as Value;
  }

  /** The file, with every tensor at home; valid until the next step. */
  async file(session: Pick<Session, 'read'>): Promise<Uint8Array> {
    const strangers = [...this.#slots].filter(([, { home, now }]) => now !== home);
    const read = await session.read(new Map(strangers.map(([name, { now }]) => [name, now])));
    for (const [name, slot] of strangers) {
      fromValue(slot.home).data.set(fromValue(read.get(name) as Value).data);
      if (this.#keepsPlaces) slot.now = slot.home;
    }
    return this.#file;
  }
}
