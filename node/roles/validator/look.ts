/** Looks: audits each worker on whose committee this validator is, and commits to the verdict. */
import type { Draw } from '#protocol/audit/sampling.ts';
import { verdictDigest } from '#protocol/audit/verdict.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import { CorexError } from '#protocol/errors.ts';
import { type Address, hash } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { Blobs, ChainView, CommitmentView, CourtPort, Gossip, Head, Log, Random } from '#protocol/ports.ts';
import { auditTimes, epochAt } from '#protocol/time/epoch.ts';
import type { AuditPorts, AuditReport, auditWorker } from '#verifier/audit.ts';
import { recentEpochs } from '../compute/collect.ts';
import { onEach } from '../duty.ts';
import type { VerdictRecords } from './records.ts';
import { chargeOf, reportOf } from './report.ts';

export interface LookPorts {
  readonly view: AuditPorts['view'] & Pick<ChainView, 'commitments' | 'seed' | 'head' | 'slashed'>;
  readonly blobs: Pick<Blobs, 'get' | 'getObject' | 'putObject' | 'keep'>;
  readonly engine: AuditPorts['engine'];
  readonly audit: typeof auditWorker;
  readonly court: Pick<CourtPort, 'onCommittee' | 'commitVerdict'>;
  readonly gossip: Pick<Gossip, 'publish'>;
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

export class Looking {
  readonly #ports: LookPorts;
  readonly #settings: LookSettings;
  readonly #records: VerdictRecords;
  /** Looked at and abstained from, or found not to be ours, in this process. */
  readonly #left = new Set<string>();

  constructor(ports: LookPorts, settings: LookSettings, records: VerdictRecords) {
    this.#ports = ports;
    this.#settings = settings;
    this.#records = records;
  }

  /** One turn over every commitment whose verdict window is open. */
  async act(head: Head, signal: AbortSignal): Promise<void> {
    const now = epochAt(this.#settings.law, head.timestamp);
    if (now === null) return;
    for (const of of recentEpochs(now, LOOKBACK).reverse()) {
      const drawn = this.#ports.view.seed(of);
      if (drawn === null || head.timestamp >= auditTimes(this.#settings.law, drawn.drawnAt).verdictsEnd) continue;
      const draw = (on: CommitmentView) => ({ seed: drawn.seed, ...this.#pair(on) });
      await onEach(this.#ports.view.commitments(of), (on) => this.#consider(on, draw(on), signal));
    }
  }

  #pair(on: CommitmentView): Pick<Draw, 'worker' | 'validator'> {
    return { worker: on.worker, validator: this.#settings.self };
  }

  async #consider(on: CommitmentView, draw: Draw, signal: AbortSignal): Promise<void> {
    const key = `${on.epoch}/${on.worker}`;
    if (on.worker === this.#settings.self || on.outcome !== null || this.#left.has(key)) return;
    const record = await this.#records.get(on.epoch, on.worker);
    if (record === null) {
      if (!(await this.#ports.court.onCommittee({ epoch: on.epoch, ...this.#pair(on) }))) return;
      const report = await this.#audit(on, draw, signal);
      if (report === null) this.#left.add(key);
      else await this.#decide(on, report);
    }
    await this.#send(on);
    this.#left.add(key);
  }

  /** @returns null to abstain */
  async #audit(on: CommitmentView, draw: Draw, signal: AbortSignal): Promise<AuditReport | null> {
    const { domain, law } = this.#settings;
    try {
      const report = await this.#ports.audit(this.#ports, domain, on, draw, law.samples, signal);
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
