/** Follows the contracts' logs N confirmations behind the chain's head, and rolls back what the chain itself rolled back. */
import type { Address } from '#protocol/ids.ts';
import type { Head, Log } from '#protocol/ports.ts';
import type { Anchor, Cursor, KeptLogs } from './kept-logs.ts';
import type { Header, RawLog, Rpc } from './rpc.ts';

/** Where applied logs go. */
export interface LogSink {
  /** Forgets everything: after a rollback all logs that remain are applied again. */
  reset(): void;
  apply(log: RawLog): void;
  /** All logs up to this block are applied. */
  reached(head: Head): void;
}

export interface FollowSettings {
  readonly addresses: readonly Address[];
  /** The block of the deployment. */
  readonly fromBlock: number;
  readonly confirmations: number;
}

export interface FollowPorts {
  readonly rpc: Rpc;
  readonly kept: KeptLogs;
  readonly sink: LogSink;
  readonly log: Log;
}

/** Public endpoints refuse longer ranges. */
const RANGE_BLOCKS = 1000;
/** Reorganisations deeper than these many anchored blocks cost a read from the deployment on. */
const ANCHORS = 256;

export class EventFollower {
  readonly #ports: FollowPorts;
  readonly #settings: FollowSettings;
  #cursor: Cursor | null = null;
  #anchors: Anchor[] = [];
  #seen: Header | null = null;

  constructor(ports: FollowPorts, settings: FollowSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Applies what was kept before the last stop. */
  async resume(): Promise<void> {
    const { kept } = this.#ports;
    this.#cursor = await kept.cursor();
    await kept.dropAbove(this.#cursor?.number ?? -1);
    this.#anchors = await kept.anchors();
    await this.#rebuild();
  }

  /** Goes as far as the chain allows now; false when there was nothing new. */
  async poll(): Promise<boolean> {
    const head = await this.#ports.rpc.header('latest');
    if (head === null || head.hash === this.#seen?.hash) return false;
    if (!(await this.#stillOnChain(head))) {
      await this.#rollBack(head);
    }
    const target = head.number - this.#settings.confirmations;
    let moved = false;
    while ((this.#cursor?.number ?? this.#settings.fromBlock - 1) < target) {
      if (!(await this.#applyRange(target))) return moved;
      moved = true;
    }
    this.#seen = head;
    return moved;
  }

  /** An endpoint that lags behind the cursor is not a rollback: then the newest anchor that it has must agree. */
  async #stillOnChain(head: Header): Promise<boolean> {
    const newest = this.#anchors.findLast((a) => a.number <= head.number);
    if (newest === undefined) return true;
    return (await this.#ports.rpc.header(newest.number))?.hash === newest.hash;
  }

  /**
   * One range of blocks. The end's hash is read before and after, and the cursor's in between: when all agree, the
   * logs between them belong to one chain.
   */
  async #applyRange(target: number): Promise<boolean> {
    const { rpc, kept, sink } = this.#ports;
    const from = (this.#cursor?.number ?? this.#settings.fromBlock - 1) + 1;
    const to = Math.min(target, from + RANGE_BLOCKS - 1);
    const end = await rpc.header(to);
    if (end === null) return false;
    if (this.#cursor !== null && (await rpc.header(this.#cursor.number))?.hash !== this.#cursor.hash) return false;
    const logs = await rpc.logs(this.#settings.addresses, from, to);
    if ((await rpc.header(to))?.hash !== end.hash) return false;
    logs.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
    // The cursor last: a kill before it leaves rows that `resume` drops.
    for (const log of logs) await kept.putLog(log);
    await this.#anchor(logs, end);
    this.#cursor = { number: end.number, hash: end.hash, timestamp: end.timestamp };
    await kept.putCursor(this.#cursor);
    for (const log of logs) sink.apply(log);
    sink.reached({ number: end.number, timestamp: end.timestamp });
    return true;
  }

  async #anchor(logs: readonly RawLog[], end: Header): Promise<void> {
    const fresh = new Map(logs.map((log) => [log.blockNumber, log.blockHash]));
    fresh.set(end.number, end.hash);
    for (const [number, hash] of fresh) {
      await this.#ports.kept.putAnchor({ number, hash });
      this.#anchors.push({ number, hash });
    }
    while (this.#anchors.length > ANCHORS) {
      const oldest = this.#anchors.shift();
      if (oldest !== undefined) await this.#ports.kept.dropAnchor(oldest.number);
    }
  }

  async #rollBack(head: Header): Promise<void> {
    const { kept, log } = this.#ports;
    const from = this.#cursor?.number;
    const ancestor = await this.#ancestor(head);
    log.warn({ from, to: ancestor?.number ?? null }, 'the chain was reorganised, rolling back');
    if (ancestor === null) await kept.dropCursor();
    else await kept.putCursor(ancestor);
    this.#cursor = ancestor;
    await kept.dropAbove(ancestor?.number ?? -1);
    this.#anchors = this.#anchors.filter((a) => ancestor !== null && a.number <= ancestor.number);
    await this.#rebuild();
  }

  /** The newest anchored block that is still on the chain. */
  async #ancestor(head: Header): Promise<Cursor | null> {
    for (const anchor of this.#anchors.toReversed()) {
      if (anchor.number > head.number) continue;
      const header = await this.#ports.rpc.header(anchor.number);
      if (header?.hash === anchor.hash) {
        return { number: header.number, hash: header.hash, timestamp: header.timestamp };
      }
    }
    return null;
  }

  async #rebuild(): Promise<void> {
    const { kept, sink } = this.#ports;
    const logs = await kept.logs();
    // Without a pause in between: nobody may see half of the facts.
    sink.reset();
    for (const log of logs) sink.apply(log);
    if (this.#cursor !== null) sink.reached({ number: this.#cursor.number, timestamp: this.#cursor.timestamp });
  }
}
