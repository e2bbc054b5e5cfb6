/** Hints of the members of a committee: what a worker does not serve to them, and who has it. Heard, checked, bounded, forgotten. */
import type { Address, Cid, Epoch, PeerName } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { ChainView, CommitmentView, CourtPort, Gossip } from '#protocol/ports.ts';
import type { Peers } from '#protocol/wire/exchange.ts';
import { type MissingHint, TOPICS } from '#protocol/wire/topics.ts';
import { lookTimes } from './look-times.ts';

export interface HintPorts {
  readonly view: Pick<ChainView, 'commitments' | 'seed' | 'head'>;
  readonly court: Pick<CourtPort, 'onCommittee'>;
  readonly peers: Pick<Peers, 'peersOf'>;
  readonly gossip: Gossip;
}

export interface HintSettings {
  readonly self: Address;
  readonly law: Law;
}

/** A blob that members call missing. */
export interface Named {
  readonly cid: Cid;
  readonly by: ReadonlySet<Address>;
  readonly holders: ReadonlySet<Address>;
}

interface Entry extends Named {
  readonly by: Set<Address>;
  readonly holders: Set<Address>;
  /** Said again since somebody here answered. */
  isOpen: boolean;
}

type Work = Pick<CommitmentView, 'epoch' | 'worker'>;
type Answer = 'accept' | 'ignore' | 'reject';

/** Beside a blob a sample: the list of proofs, a proof and its trace. */
const MORE_NAMED = 3;
const MAX_HOLDERS = 16;
/** Answers about who is drawn that are remembered. */
const MAX_DRAWS = 8_192;

const keyOf = ({ epoch, worker }: Work): string => `${epoch}/${worker}`;

export class HintBook {
  readonly #ports: HintPorts;
  readonly #settings: HintSettings;
  readonly #named = new Map<string, { readonly epoch: Epoch; readonly blobs: Map<Cid, Entry> }>();
  readonly #draws = new Map<string, boolean>();

  constructor(ports: HintPorts, settings: HintSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** @returns stops listening */
  listen(): () => void {
    return this.#ports.gossip.subscribe('missing', (message, from) => this.take(message, from));
  }

  /** What other members named of this worker's epoch. */
  named(of: Work): readonly Named[] {
    return [...(this.#named.get(keyOf(of))?.blobs.values() ?? [])];
  }

  holders(of: Work, cid: Cid): readonly Address[] {
    return [...(this.#named.get(keyOf(of))?.blobs.get(cid)?.holders ?? [])];
  }

  /** This member is not served; also heard of its own, so that answers find it. */
  async miss(of: Work, cid: Cid): Promise<void> {
    this.#entry(of, cid);
    await this.#tell(of, cid, false);
  }

  /** This member has it: said once, and again when somebody asks again. */
  async serve(of: Work, cid: Cid): Promise<void> {
    const entry = this.#entry(of, cid);
    if (!entry.isOpen) return;
    entry.isOpen = false;
    await this.#tell(of, cid, true);
  }

  /** Forgets the epochs that are not among these. */
  retain(epochs: ReadonlySet<Epoch>): void {
    for (const [key, { epoch }] of this.#named) if (!epochs.has(epoch)) this.#named.delete(key);
  }

  /** @param from the peer that signed the message */
  async take(message: unknown, from: PeerName): Promise<Answer> {
    const parsed = TOPICS.missing.schema.safeParse(message);
    if (!parsed.success) return 'reject';
    const hint = parsed.data;
    const { view, peers } = this.#ports;
    const drawn = view.seed(hint.epoch);
    if (drawn === null || view.head().timestamp >= lookTimes(this.#settings.law, drawn.drawnAt).insists)
      return 'ignore';
    const on = view.commitments(hint.epoch).find(({ worker }) => worker === hint.worker);
    if (on === undefined || on.outcome !== null) return 'ignore';
    if (!peers.peersOf(hint.validator).includes(from) || !(await this.#isMember(hint, drawn.drawnAt))) return 'ignore';
    return this.#note(hint) ? 'accept' : 'ignore';
  }

  #note({ validator, missing: cid, served, ...of }: MissingHint): boolean {
    const blobs = this.#named.get(keyOf(of))?.blobs ?? new Map<Cid, Entry>();
    const known = blobs.get(cid);
    if (served) {
      if (known === undefined || (known.holders.size >= MAX_HOLDERS && !known.holders.has(validator))) return false;
      known.holders.add(validator);
      return true;
    }
    const theirs = [...blobs.values()].filter(({ by }) => by.has(validator));
    if (known?.by.has(validator) !== true && theirs.length >= this.#settings.law.samples + MORE_NAMED) return false;
    const entry = known ?? this.#entry(of, cid);
    entry.by.add(validator);
    entry.isOpen = true;
    return true;
  }

  #entry(of: Work, cid: Cid): Entry {
    const key = keyOf(of);
    const here = this.#named.get(key) ?? { epoch: of.epoch, blobs: new Map<Cid, Entry>() };
    this.#named.set(key, here);
    const entry = here.blobs.get(cid) ?? { cid, by: new Set(), holders: new Set(), isOpen: false };
    here.blobs.set(cid, entry);
    return entry;
  }

  /** Asked of the chain once before and once after half time, when the committee may have grown. */
  async #isMember({ epoch, worker, validator }: MissingHint, drawnAt: number): Promise<boolean> {
    const { view, court } = this.#ports;
    const isLate = view.head().timestamp >= drawnAt + Math.floor(this.#settings.law.auditSeconds / 2);
    const key = `${epoch}/${worker}/${validator}`;
    const known = this.#draws.get(key) === true || this.#draws.get(`${key}/${isLate}`);
    if (known !== undefined) return known;
    const isDrawn = await court.onCommittee({ epoch, worker, validator });
    if (this.#draws.size >= MAX_DRAWS) this.#draws.clear();
    this.#draws.set(isDrawn ? key : `${key}/${isLate}`, isDrawn);
    return isDrawn;
  }

  async #tell({ epoch, worker }: Work, missing: Cid, served: boolean): Promise<void> {
    const hint: MissingHint = { epoch, worker, validator: this.#settings.self, missing, served };
    await this.#ports.gossip.publish('missing', hint);
  }
}
