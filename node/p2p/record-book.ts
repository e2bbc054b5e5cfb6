/** The signed records that this node knows: newest a peer, bounded an operator and in total, kept on disk. */
import type { Address, PeerName } from '#protocol/ids.ts';
import type { Keep } from '#protocol/ports.ts';
import { type NodeRecord, readRecord, type SignedRecord } from '#protocol/wire/node-record.ts';

/** Peers of one operator; a stranger with one key cannot fill the book. */
const MAX_PEERS = 16;
const MAX_RECORDS = 4_096;
/** A record that claims to come from later than this is not believed: it could never be replaced. */
const MAX_AHEAD_MS = 3_600_000;

export type Taken = 'new' | 'known' | 'bad';

const keyOf = ({ record }: SignedRecord): string => `${record.operator}/${record.peer}`;
const oldestFirst = (a: SignedRecord, b: SignedRecord): number => a.record.sequence - b.record.sequence;

export class RecordBook {
  readonly #keep: Keep;
  readonly #network: string;
  readonly #learn: (record: NodeRecord) => Promise<void>;
  readonly #records = new Map<string, SignedRecord>();
  readonly #byPeer = new Map<PeerName, SignedRecord>();

  /** @param learn called before a record can be found, so that whoever is found can also be dialled */
  constructor(keep: Keep, network: string, learn: (record: NodeRecord) => Promise<void>) {
    this.#keep = keep;
    this.#network = network;
    this.#learn = learn;
  }

  /** What was known before the restart; rows of another network or format are deleted. */
  async load(): Promise<readonly SignedRecord[]> {
    for (const [key, value] of await this.#keep.list('')) {
      const signed = readRecord(value, this.#network);
      if (signed === null || keyOf(signed) !== key) await this.#keep.del(key);
      else await this.#enter(signed);
    }
    return this.all();
  }

  all(): readonly SignedRecord[] {
    return [...this.#records.values()];
  }

  ofOperator(operator: Address): readonly SignedRecord[] {
    return this.all().filter(({ record }) => record.operator === operator);
  }

  /** A peer has one operator: the one of the newest record that its own key signed. */
  ofPeer(peer: PeerName): SignedRecord | null {
    return this.#byPeer.get(peer) ?? null;
  }

  /** Checks both signatures of a stranger's record, and takes it when it is newer than what is known. */
  async take(value: unknown, now: number): Promise<{ readonly taken: Taken; readonly signed: SignedRecord | null }> {
    const signed = readRecord(value, this.#network);
    if (signed === null || signed.record.sequence > now + MAX_AHEAD_MS) return { taken: 'bad', signed: null };
    const known = this.#records.get(keyOf(signed));
    if (known !== undefined && known.record.sequence >= signed.record.sequence)
      return { taken: 'known', signed: known };
    await this.#enter(signed);
    await this.#keep.put(keyOf(signed), signed);
    await this.#trim(signed.record.operator);
    return { taken: 'new', signed };
  }

  async #enter(signed: SignedRecord): Promise<void> {
    await this.#learn(signed.record);
    // A newer one may have come meanwhile.
    if ((this.#records.get(keyOf(signed))?.record.sequence ?? -1) > signed.record.sequence) return;
    this.#records.set(keyOf(signed), signed);
    const known = this.#byPeer.get(signed.record.peer);
    if (known === undefined || known.record.sequence <= signed.record.sequence)
      this.#byPeer.set(signed.record.peer, signed);
  }

  async #trim(operator: Address): Promise<void> {
    const own = this.ofOperator(operator);
    const tooMany = own.length > MAX_PEERS ? [...own].sort(oldestFirst).slice(0, own.length - MAX_PEERS) : [];
    const inAll = this.#records.size - tooMany.length;
    const tooOld = inAll > MAX_RECORDS ? [...this.all()].sort(oldestFirst).slice(0, inAll - MAX_RECORDS) : [];
    for (const signed of [...tooMany, ...tooOld]) {
      this.#records.delete(keyOf(signed));
      if (this.#byPeer.get(signed.record.peer) === signed) this.#byPeer.delete(signed.record.peer);
      await this.#keep.del(keyOf(signed));
    }
  }
}
