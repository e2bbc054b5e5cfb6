/** Looks: audits each worker on whose committee this validator is, and commits to the verdict. */
import type { Draw } from '#protocol/audit/sampling.ts';
import { verdictDigest } from '#protocol/audit/verdict.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import { CorexError } from '#protocol/errors.ts';
import { type Address, type Epoch, hash } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { Blobs, ChainView, CommitmentView, CourtPort, Head, Log, Random } from '#protocol/ports.ts';
import { auditTimes, epochAt } from '#protocol/time/epoch.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import type { AuditPorts, AuditReport, auditWorker } from '#verifier/audit.ts';
import { recentEpochs } from '../compute/collect.ts';
import { onEach } from '../duty.ts';
import { Case } from './case.ts';
import type { Fetching } from './fetching.ts';
import type { HintBook } from './hint-book.ts';
import { lookTimes } from './look-times.ts';
import type { VerdictRecords } from './records.ts';
import { chargeOf, reportOf } from './report.ts';

export interface LookPorts {
  readonly view: AuditPorts['view'] & Pick<ChainView, 'commitments' | 'seed' | 'nextBlock'>;
  readonly blobs: Pick<Blobs, 'get' | 'getObject' | 'putObject' | 'keep'>;
  readonly engine: {
    run(run: ShardRun, signal?: AbortSignal, isWanted?: () => boolean): ReturnType<AuditPorts['engine']['run']>;
  };
  readonly audit: typeof auditWorker;
  readonly court: Pick<CourtPort, 'onCommittee' | 'commitVerdict'>;
  readonly random: Random;
  readonly log: Log;
}

export interface LookSettings {
  readonly self: Address;
  readonly law: Law;
  readonly domain: Domain;
}

/** Epochs whose verdict window can still be open. */
const LOOKBACK = 8;

interface Turn {
  readonly on: CommitmentView;
  readonly draw: Draw;
  readonly drawnAt: number;
  readonly now: number;
}

const keyOf = ({ epoch, worker }: CommitmentView): string => `${epoch}/${worker}`;

export class Looking {
  readonly #ports: LookPorts;
  readonly #settings: LookSettings;
  readonly #records: VerdictRecords;
  readonly #hints: HintBook;
  /** Looked at and abstained from, or sent, in this process. */
  readonly #left = new Set<string>();
  readonly #cases = new Map<string, Case>();
  /** Being decided and sent. */
  readonly #busy = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  /** Ends with the node. */
  #life: AbortSignal = AbortSignal.abort();
  /** Called off when nothing can be said any more: a validator that fell behind must not look at the past instead of the present. */
  readonly #windows = new Map<Epoch, AbortController>();

  constructor(ports: LookPorts, settings: LookSettings, records: VerdictRecords, hints: HintBook) {
    this.#ports = ports;
    this.#settings = settings;
    this.#records = records;
    this.#hints = hints;
  }

  /** One turn over every commitment whose verdict window is open. What takes longer than a block goes on behind it. */
  async act(head: Head, signal: AbortSignal): Promise<void> {
    const now = epochAt(this.#settings.law, head.timestamp);
    if (now === null) return;
    this.#life = signal;
    const turns: Turn[] = [];
    const open = new Set<Epoch>();
    for (const of of recentEpochs(now, LOOKBACK).reverse()) {
      const drawn = this.#ports.view.seed(of);
      if (drawn === null || head.timestamp >= auditTimes(this.#settings.law, drawn.drawnAt).verdictsEnd) continue;
      open.add(of);
      for (const on of this.#ports.view.commitments(of)) {
        const draw = { seed: drawn.seed, ...this.#pair(on) };
        turns.push({ on, draw, drawnAt: drawn.drawnAt, now: head.timestamp });
      }
    }
    this.#hints.retain(open);
    this.#close(open);
    if (turns.length === 0) return;
    const all = this.#track(onEach(turns, (turn) => this.#consider(turn, this.#windowOf(turn.on.epoch))));
    await Promise.race([all, this.#ports.view.nextBlock(signal)]);
  }

  #close(open: ReadonlySet<Epoch>): void {
    for (const key of this.#cases.keys()) {
      const [of, worker] = key.split('/');
      if (open.has(Number(of) as Epoch)) continue;
      this.#cases.delete(key);
      this.#ports.log.warn({ epoch: Number(of), worker }, 'the time for a verdict ended before the audit did');
    }
    for (const [of, window] of this.#windows) {
      if (open.has(of)) continue;
      window.abort();
      this.#windows.delete(of);
    }
  }

  #windowOf(of: Epoch): AbortSignal {
    const known = this.#windows.get(of);
    if (known !== undefined) return known.signal;
    const window = new AbortController();
    this.#windows.set(of, window);
    this.#life.addEventListener('abort', () => window.abort(), { once: true, signal: window.signal });
    return window.signal;
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running]);
  }

  #track(turn: Promise<void>): Promise<void> {
    this.#running.add(turn);
    const end = (): void => void this.#running.delete(turn);
    turn.then(end, (error: unknown) => {
      end();
      const level = error instanceof CorexError ? 'debug' : 'error';
      this.#ports.log[level]({ err: error }, 'an audit will be tried again');
    });
    return turn;
  }

  #pair(on: CommitmentView): Pick<Draw, 'worker' | 'validator'> {
    return { worker: on.worker, validator: this.#settings.self };
  }

  async #consider(turn: Turn, signal: AbortSignal): Promise<void> {
    const { on, now } = turn;
    const key = keyOf(on);
    if (on.worker === this.#settings.self || on.outcome !== null || this.#left.has(key) || this.#busy.has(key)) return;
    if ((await this.#records.get(on.epoch, on.worker)) !== null) return this.#once(key, () => this.#send(on));
    const found = this.#cases.get(key) ?? (await this.#open(turn));
    if (found === null) return;
    try {
      await found.pass(now, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    const verdict = found.verdict(now);
    if (verdict === 'abstain') this.#left.add(key);
    else if (verdict !== null)
      await this.#once(key, async () => {
        await this.#decide(on, verdict);
        await this.#send(on);
      });
  }

  /** Two turns may come to the same end. */
  async #once(key: string, act: () => Promise<void>): Promise<void> {
    if (this.#busy.has(key) || this.#left.has(key)) return;
    this.#busy.add(key);
    try {
      await act();
      this.#left.add(key);
      this.#cases.delete(key);
    } finally {
      this.#busy.delete(key);
    }
  }

  async #open({ on, draw, drawnAt, now }: Turn): Promise<Case | null> {
    const { law } = this.#settings;
    if (!(await this.#ports.court.onCommittee({ epoch: on.epoch, ...this.#pair(on) }))) return null;
    const { blobs } = this.#ports;
    const audit = (of: CommitmentView, served: Fetching, signal: AbortSignal) => this.#audit(of, draw, served, signal);
    const facts = { on, draw, samples: law.samples, times: lookTimes(law, drawnAt) };
    const key = keyOf(on);
    const opened = this.#cases.get(key) ?? new Case({ blobs, hints: this.#hints, audit }, facts, now);
    this.#cases.set(key, opened);
    return opened;
  }

  /** @returns null to abstain */
  async #audit(on: CommitmentView, draw: Draw, blobs: Fetching, signal: AbortSignal): Promise<AuditReport | null> {
    const { domain, law } = this.#settings;
    // What runs is let run: to end it is to end its process, and to start one takes longer than most segments.
    const engine: AuditPorts['engine'] = {
      run: (run) => this.#ports.engine.run(run, this.#life, () => !signal.aborted),
    };
    try {
      const report = await this.#ports.audit({ ...this.#ports, blobs, engine }, domain, on, draw, law.samples, signal);
      const level = report.verdict === 'ok' ? 'info' : 'warn';
      this.#ports.log[level](
        { epoch: on.epoch, worker: on.worker, verdict: report.verdict, reason: report.reason },
        'audited',
      );
      return report;
    } catch (error) {
      if (!(error instanceof CorexError) || signal.aborted) throw error;
      this.#ports.log.warn({ epoch: on.epoch, worker: on.worker, code: error.code }, error.message);
      return null;
    }
  }

  async #decide(on: CommitmentView, report: AuditReport): Promise<void> {
    const { verdict, auditDigest, reason } = report;
    const { self } = this.#settings;
    const cid = await this.#ports.blobs.putObject(
      reportOf({ epoch: on.epoch, worker: on.worker, validator: self }, report),
    );
    await this.#ports.blobs.keep(cid, `epoch/${on.epoch}`);
    const salt = hash(`0x${Buffer.from(this.#ports.random.bytes(32)).toString('hex')}`);
    await this.#records.decide(on.epoch, on.worker, {
      verdict,
      auditDigest,
      salt,
      reason,
      report: cid,
      charge: verdict === 'fault' ? chargeOf(report) : null,
      stage: 'decided',
    });
  }

  async #send(on: CommitmentView): Promise<void> {
    const record = await this.#records.get(on.epoch, on.worker);
    if (record === null) return;
    const { verdict, auditDigest, salt } = record;
    const digest = verdictDigest({ ...this.#pair(on), epoch: on.epoch, verdict, auditDigest, salt });
    await this.#ports.court.commitVerdict({ epoch: on.epoch, worker: on.worker, digest });
    await this.#records.mark(on.epoch, on.worker, 'committed');
  }
}
