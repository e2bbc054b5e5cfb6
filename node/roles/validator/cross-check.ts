/** Checks others: of some workers that this validator found in order, the digest of one other member that says the same. */
import { z } from 'zod';
import type { Draw } from '#protocol/audit/sampling.ts';
import { hashText, hashWords } from '#protocol/codec/abi.ts';
import { digestOf } from '#protocol/codec/cid.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Address, Hash } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type {
  Blobs,
  ChainView,
  CommitmentView,
  DisputePort,
  Head,
  Keep,
  Log,
  RevealedVerdict,
} from '#protocol/ports.ts';
import { auditTimes, epochAt } from '#protocol/time/epoch.ts';
import type { AuditPorts } from '#verifier/audit.ts';
import { checkDigest, type ShownElements, segmentsIn } from '#verifier/cross-check.ts';
import { recentEpochs } from '../compute/collect.ts';
import { onEach } from '../duty.ts';
import type { VerdictRecords } from './records.ts';
import { digestReportOf, verdictReport } from './report.ts';
import type { ReportBook } from './report-book.ts';

export interface CrossCheckPorts {
  readonly view: AuditPorts['view'] & Pick<ChainView, 'commitments' | 'seed' | 'slashed' | 'verdicts'>;
  readonly blobs: Pick<Blobs, 'get' | 'getObject' | 'putObject' | 'keep'>;
  readonly engine: AuditPorts['engine'];
  readonly disputes: Pick<DisputePort, 'accuseAuditor'>;
  readonly keep: Pick<Keep, 'get' | 'put'>;
  readonly log: Log;
}

export interface CrossCheckSettings {
  readonly self: Address;
  readonly law: Law;
  readonly domain: Domain;
}

/** Epochs that may not have paid yet. */
const LOOKBACK = 8;
const CHECKS = hashText('corex.cross-check.v1');

/** Found on disk: a digest that is false stays so until its accusation is on chain. */
const found = z.enum(['right', 'false', 'accused']);
type Found = z.output<typeof found>;

export class CrossChecking {
  readonly #ports: CrossCheckPorts;
  readonly #settings: CrossCheckSettings;
  readonly #records: VerdictRecords;
  readonly #reports: ReportBook;
  /** Done with, or nothing could be said, in this process. */
  readonly #left = new Set<string>();

  constructor(ports: CrossCheckPorts, settings: CrossCheckSettings, records: VerdictRecords, reports: ReportBook) {
    this.#ports = ports;
    this.#settings = settings;
    this.#records = records;
    this.#reports = reports;
  }

  /**
   * From the middle of the reveals, when whoever is not late can be picked, until the epoch pays. Who reveals later than
   * that and stands in front of who was picked is checked as well: being late hides nobody.
   */
  async act(head: Head, signal: AbortSignal): Promise<void> {
    const { law } = this.#settings;
    const now = epochAt(law, head.timestamp);
    if (now === null) return;
    const recent = recentEpochs(now, LOOKBACK);
    this.#reports.retain(new Set(recent));
    await onEach(recent.reverse(), async (of) => {
      const drawn = this.#ports.view.seed(of);
      if (drawn === null) return;
      const { verdictsEnd, revealsEnd, pays } = auditTimes(law, drawn.drawnAt);
      if (head.timestamp < (verdictsEnd + revealsEnd) / 2 || head.timestamp >= pays) return;
      await onEach(this.#ports.view.commitments(of), (on) => this.#consider(on, drawn.seed, signal));
    });
  }

  async #consider(on: CommitmentView, seed: Hash, signal: AbortSignal): Promise<void> {
    const { self, law } = this.#settings;
    if (!isChosen(seed, on.worker, self, law.crossCheckOneIn)) return;
    const picked = this.#pick(on, seed);
    if (picked === null || this.#ports.view.slashed(picked.validator)) return;
    const key = keyOf(on, picked.validator);
    if (this.#left.has(key)) return;
    const record = await this.#records.get(on.epoch, on.worker);
    if (record?.verdict !== 'ok' || record.stage !== 'revealed') return;
    const before = found.safeParse(await this.#ports.keep.get(key));
    const result = before.success ? before.data : await this.#look(on, seed, picked, signal);
    if (result === 'false') await this.#accuse(on, picked.validator, key);
    this.#left.add(key);
  }

  /** The same one in every turn and after every restart, unless somebody who stands in front of it reveals late. */
  #pick(on: CommitmentView, seed: Hash): RevealedVerdict | null {
    const { self } = this.#settings;
    const place = ({ validator }: RevealedVerdict): bigint =>
      BigInt(hashWords([CHECKS, seed, on.worker, self, validator]));
    const others = this.#ports.view
      .verdicts(on.epoch, on.worker)
      .filter(({ validator, verdict }) => validator !== self && verdict === 'ok');
    return others.reduce<RevealedVerdict | null>(
      (first, one) => (first === null || place(one) < place(first) ? one : first),
      null,
    );
  }

  /** @returns null where nothing can be said */
  async #look(
    on: CommitmentView,
    seed: Hash,
    { validator, auditDigest: shown }: RevealedVerdict,
    signal: AbortSignal,
  ): Promise<Found | null> {
    const { domain, law, self } = this.#settings;
    const draw: Draw = { seed, worker: on.worker, validator };
    try {
      const own = { ...draw, validator: self };
      if (law.crossCheckFrom > 0 && (await segmentsIn(this.#ports, on, own, signal)) < law.crossCheckFrom) return null;
      const elements = () => this.#elementsIn(on, validator, signal);
      const revealed = { draw, samples: law.samples, shown, elements };
      const finding = await checkDigest(this.#ports, domain, on, revealed, signal);
      const level = finding === 'apart' ? 'warn' : 'info';
      this.#ports.log[level]({ epoch: on.epoch, worker: on.worker, auditor: validator, finding }, 'checked an auditor');
      if (finding !== 'right' && finding !== 'false') return null;
      await this.#ports.keep.put(keyOf(on, validator), finding);
      return finding;
    } catch (error) {
      if (!(error instanceof CorexError) || signal.aborted) throw error;
      this.#ports.log.warn({ epoch: on.epoch, worker: on.worker, code: error.code }, error.message);
      return null;
    }
  }

  /** Of fast jobs, what the auditor's report shows; null where there is no report of it. */
  async #elementsIn(on: CommitmentView, validator: Address, signal: AbortSignal): Promise<ShownElements | null> {
    const cid = this.#reports.get({ epoch: on.epoch, worker: on.worker, validator });
    if (cid === null) return null;
    try {
      const object = await this.#ports.blobs.getObject(cid, { from: [validator], signal });
      const parsed = verdictReport.safeParse(object);
      return parsed.success ? parsed.data.samples.map(({ elements }) => elements) : null;
    } catch (error) {
      if (!(error instanceof CorexError) || signal.aborted) throw error;
      return null;
    }
  }

  async #accuse({ epoch, worker }: CommitmentView, auditor: Address, key: string): Promise<void> {
    const cid = await this.#ports.blobs.putObject(digestReportOf({ epoch, worker, auditor }));
    await this.#ports.blobs.keep(cid, `epoch/${epoch}`);
    try {
      await this.#ports.disputes.accuseAuditor({ epoch, worker, auditor, detail: digestOf(cid) });
      this.#ports.log.warn({ epoch, worker, auditor }, 'accused an auditor');
    } catch (error) {
      const isDone = error instanceof CorexError && error.details['error'] === 'AlreadyAccused';
      if (!isDone) throw error;
    }
    await this.#ports.keep.put(key, 'accused' satisfies Found);
  }
}

const keyOf = ({ epoch, worker }: CommitmentView, auditor: Address): string => `cross/${epoch}/${worker}/${auditor}`;

/** Nobody is told by anything but the seed whose auditors this validator checks. */
function isChosen(seed: Hash, worker: Address, self: Address, oneIn: number): boolean {
  return BigInt(hashWords([CHECKS, seed, worker, self])) % BigInt(oneIn) === 0n;
}
