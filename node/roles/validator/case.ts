/** One worker's epoch before one member: its own audit, what others call missing, and when that makes a verdict. */
import type { Draw } from '#protocol/audit/sampling.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Address, Cid } from '#protocol/ids.ts';
import type { Blobs, CommitmentView } from '#protocol/ports.ts';
import type { AuditReport } from '#verifier/audit.ts';
import { isDrawnBlob } from '#verifier/drawn.ts';
import { Fetching } from './fetching.ts';
import type { HintBook, Named } from './hint-book.ts';
import type { LookTimes } from './look-times.ts';

export interface CasePorts {
  readonly blobs: Pick<Blobs, 'get' | 'getObject' | 'keep'>;
  readonly hints: HintBook;
  /** Null to abstain. */
  readonly audit: (on: CommitmentView, blobs: Fetching, signal: AbortSignal) => Promise<AuditReport | null>;
}

export interface CaseFacts {
  readonly on: CommitmentView;
  readonly draw: Draw;
  readonly samples: number;
  readonly times: LookTimes;
}

type Standing = 'foreign' | 'served' | 'refused';

export class Case {
  readonly #ports: CasePorts;
  readonly #facts: CaseFacts;
  readonly #own: Fetching;
  readonly #others: Fetching;
  readonly #standing = new Map<Cid, { readonly is: Standing; readonly named: number }>();
  #report: AuditReport | null = null;
  #isAbstaining = false;
  #auditing: Promise<void> | null = null;
  #asking: Promise<void> | null = null;

  constructor(ports: CasePorts, facts: CaseFacts, now: number) {
    this.#ports = ports;
    this.#facts = facts;
    const holders = (cid: Cid): readonly Address[] =>
      ports.hints.holders(facts.on, cid).filter((who) => who !== facts.draw.validator);
    this.#own = new Fetching(ports.blobs, facts.on.worker, holders, now);
    this.#others = new Fetching(ports.blobs, facts.on.worker, holders, now);
  }

  /** One block: what is not under way begins. @returns when all of it has ended */
  async pass(now: number, signal: AbortSignal): Promise<void> {
    const { times, on } = this.#facts;
    const isEnding = now >= times.ends;
    // An audit that began late has nobody to blame.
    this.#own.pass(now, isEnding ? times.insists : null);
    this.#others.pass(now, isEnding ? times.ends : null);
    if (now >= times.tells && now < times.insists)
      for (const cid of this.#own.waiting()) await this.#ports.hints.miss(on, cid);
    this.#auditing ??= this.#mustLook(now)
      ? this.#look(now, signal).finally(() => {
          this.#auditing = null;
        })
      : null;
    this.#asking ??=
      now < times.insists || this.#isUnasked()
        ? this.#ask(signal).finally(() => {
            this.#asking = null;
          })
        : null;
    await Promise.all([this.#auditing, this.#asking]);
  }

  /** Null while it is open. */
  verdict(now: number): AuditReport | 'abstain' | null {
    const { times } = this.#facts;
    if (this.#isAbstaining) return 'abstain';
    const report = this.#report;
    if (report === null) return null;
    if (report.verdict === 'fault' || report.reason === 'outside-profile') return report;
    if (report.verdict === 'unavailable')
      return now >= (this.#auditing === null ? times.insists : times.ends) ? report : null;
    if (now < times.listens || this.#isAsking()) return null;
    if (!this.#isMissing()) return report;
    return now >= times.insists ? { ...report, verdict: 'unavailable', reason: 'unavailable' } : null;
  }

  #mustLook(now: number): boolean {
    return this.#report === null || (this.#report.verdict === 'unavailable' && now < this.#facts.times.insists);
  }

  /** The audit; where it was refused something, that first. */
  async #look(now: number, signal: AbortSignal): Promise<void> {
    const { on, times } = this.#facts;
    if (this.#report !== null && !(await this.#isServedNow(signal))) return;
    const report = await this.#ports.audit(on, this.#own, signal);
    this.#report = report;
    this.#isAbstaining = report === null;
    if (report?.reason === 'unavailable' && now < times.insists) await this.#complain();
  }

  async #isServedNow(signal: AbortSignal): Promise<boolean> {
    const { refused } = this.#own;
    if (refused === null) return true;
    try {
      await this.#own.get(refused.cid, { from: refused.isWorkers ? [this.#facts.on.worker] : [], signal });
      return true;
    } catch (error) {
      if (!(error instanceof CorexError) || signal.aborted) throw error;
      await this.#complain();
      return false;
    }
  }

  /** Again on every block, so that whoever came late hears it, too. */
  async #complain(): Promise<void> {
    const { refused } = this.#own;
    if (refused?.isWorkers === true) await this.#ports.hints.miss(this.#facts.on, refused.cid);
  }

  /** What others named; what this member named itself is its own audit's. */
  #named(): readonly Named[] {
    return this.#ports.hints.named(this.#facts.on).filter(({ by }) => by.size > 0);
  }

  /** Named since it was looked at: one member's foreign blob may be another's drawn one. */
  #isNew({ cid, by }: Named): boolean {
    const known = this.#standing.get(cid);
    return known === undefined || (known.is === 'foreign' && known.named < by.size);
  }

  #isUnasked(): boolean {
    return this.#named().some((one) => this.#isNew(one));
  }

  #isAsking(): boolean {
    return this.#asking !== null || this.#isUnasked();
  }

  #isMissing(): boolean {
    return this.#named().some(({ cid }) => this.#standing.get(cid)?.is === 'refused');
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { on } = this.#facts;
    await Promise.all(
      this.#named().map(async (one) => {
        const { cid, by } = one;
        const named = by.size;
        const before = this.#standing.get(cid)?.is;
        if (before === 'foreign' && !this.#isNew(one)) return;
        const is = before === 'served' ? before : await this.#try(cid, [...by], signal);
        this.#standing.set(cid, { is, named });
        if (is === 'served') await this.#ports.hints.serve(on, cid);
      }),
    );
  }

  async #try(cid: Cid, by: readonly Address[], signal: AbortSignal): Promise<Standing> {
    const { on } = this.#facts;
    try {
      if (!(await this.#isDrawnOf(by, cid, signal))) return 'foreign';
      await this.#others.get(cid, { from: [on.worker], signal });
      await this.#ports.blobs.keep(cid, `epoch/${on.epoch}`);
      return 'served';
    } catch (error) {
      if (!(error instanceof CorexError) || signal.aborted) throw error;
      // What cannot be read for another reason is no silence.
      return error.code === 'BLOB_UNAVAILABLE' ? 'refused' : 'foreign';
    }
  }

  async #isDrawnOf(by: readonly Address[], cid: Cid, signal: AbortSignal): Promise<boolean> {
    const { on, draw, samples } = this.#facts;
    for (const validator of by)
      if (await isDrawnBlob(this.#others, on, { draw: { ...draw, validator }, samples }, cid, signal)) return true;
    return false;
  }
}
