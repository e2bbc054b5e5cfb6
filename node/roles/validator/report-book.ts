/** Where the reports of a committee's members are: said by each with its verdict, checked, bounded, forgotten. */
import type { Address, Cid, Epoch, PeerName } from '#protocol/ids.ts';
import type { ChainView, Gossip } from '#protocol/ports.ts';
import type { Peers } from '#protocol/wire/exchange.ts';
import { type AuditHint, TOPICS } from '#protocol/wire/topics.ts';

export interface ReportPorts {
  readonly view: Pick<ChainView, 'commitments'>;
  readonly peers: Pick<Peers, 'peersOf'>;
  readonly gossip: Pick<Gossip, 'subscribe'>;
}

/** Reports of an epoch that are remembered: more members than that reveal in no epoch that one node could check. */
const MAX_REPORTS = 4_096;

const keyOf = (worker: Address, validator: Address): string => `${worker}/${validator}`;

export class ReportBook {
  readonly #ports: ReportPorts;
  readonly #epochs = new Map<Epoch, Map<string, Cid>>();

  constructor(ports: ReportPorts) {
    this.#ports = ports;
  }

  /** @returns stops listening */
  listen(): () => void {
    return this.#ports.gossip.subscribe('audits', async (message, from) => this.take(message, from));
  }

  /** Null where it was not heard. */
  get({ epoch, worker, validator }: Pick<AuditHint, 'epoch' | 'worker' | 'validator'>): Cid | null {
    return this.#epochs.get(epoch)?.get(keyOf(worker, validator)) ?? null;
  }

  /** Forgets the epochs that are not among these. */
  retain(epochs: ReadonlySet<Epoch>): void {
    for (const epoch of this.#epochs.keys()) if (!epochs.has(epoch)) this.#epochs.delete(epoch);
  }

  /** @param from the peer that signed the message; what it says counts only where the chain has the verdict's digest */
  take(message: unknown, from: PeerName): 'accept' | 'ignore' | 'reject' {
    const parsed = TOPICS.audits.schema.safeParse(message);
    if (!parsed.success) return 'reject';
    const { epoch, worker, validator, report } = parsed.data;
    const { view, peers } = this.#ports;
    if (!view.commitments(epoch).some((on) => on.worker === worker)) return 'ignore';
    if (!peers.peersOf(validator).includes(from)) return 'ignore';
    const reports = this.#epochs.get(epoch) ?? new Map<string, Cid>();
    const key = keyOf(worker, validator);
    if (reports.size >= MAX_REPORTS && !reports.has(key)) return 'ignore';
    reports.set(key, report);
    this.#epochs.set(epoch, reports);
    return 'accept';
  }
}
