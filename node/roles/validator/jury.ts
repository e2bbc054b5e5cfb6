/** Judges: on whose jury this validator is, it looks at the same again itself, and votes once. */
import { cidOfDigest } from '#protocol/codec/cid.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { DisputeView } from '#protocol/dispute/moves.ts';
import { CorexError } from '#protocol/errors.ts';
import { type Address, epoch } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { Blobs, ChainView, DisputePort, Head, Keep, Log } from '#protocol/ports.ts';
import { auditTimes } from '#protocol/time/epoch.ts';
import { type Charge, judgeAgain } from '#verifier/appeal.ts';
import type { AuditPorts } from '#verifier/audit.ts';
import { checkDigest } from '#verifier/cross-check.ts';
import { commitmentOf } from '../dispute-case.ts';
import { onEach } from '../duty.ts';
import { turnOf } from './conclude.ts';
import { chargeOf, digestReport, verdictReport } from './report.ts';

export interface JuryPorts {
  readonly view: AuditPorts['view'] & Pick<ChainView, 'disputes' | 'commitments' | 'seed' | 'verdicts'>;
  readonly blobs: Pick<Blobs, 'get' | 'getObject'>;
  readonly engine: AuditPorts['engine'];
  readonly disputes: Pick<DisputePort, 'onJury' | 'vote' | 'conclude'>;
  readonly keep: Pick<Keep, 'get' | 'put'>;
  readonly log: Log;
}

export interface JurySettings {
  readonly self: Address;
  readonly law: Law;
  readonly domain: Domain;
}

const keyOf = (id: bigint): string => `vote/${id}`;

export class Judging {
  readonly #ports: JuryPorts;
  readonly #settings: JurySettings;
  /** Voted on, or not ours, in this process. */
  readonly #left = new Set<bigint>();

  constructor(ports: JuryPorts, settings: JurySettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  async act(head: Head, signal: AbortSignal): Promise<void> {
    const open = this.#ports.view.disputes().filter(({ phase }) => phase === 'jury');
    await onEach(open, async (dispute) => {
      const drawn = this.#ports.view.seed(epoch(dispute.deadline));
      if (drawn === null) return;
      const { revealsEnd } = auditTimes(this.#settings.law, drawn.drawnAt);
      if (head.timestamp < revealsEnd) await this.#consider(dispute, signal);
      else if (head.timestamp >= revealsEnd + turnOf(this.#settings.self, dispute.epoch, TURNS))
        await this.#ports.disputes.conclude(dispute.id);
    });
  }

  async #consider(dispute: DisputeView, signal: AbortSignal): Promise<void> {
    const { id } = dispute;
    const { self } = this.#settings;
    if (this.#left.has(id) || dispute.worker === self || dispute.challenger === self) return;
    if (!(await this.#ports.disputes.onJury(id, self))) {
      this.#left.add(id);
      return;
    }
    const before = await this.#ports.keep.get(keyOf(id));
    const guilty = typeof before === 'boolean' ? before : await this.#judge(dispute, signal);
    if (guilty === null) return;
    // On disk first: a juror that was cut off says the same again.
    await this.#ports.keep.put(keyOf(id), guilty);
    await this.#ports.disputes.vote(id, guilty);
    this.#ports.log.info({ dispute: id.toString(), worker: dispute.worker, guilty }, 'voted');
    this.#left.add(id);
  }

  /** @returns null where nothing can be said: whatever is not served is tried again until the votes are counted */
  async #judge(dispute: DisputeView, signal: AbortSignal): Promise<boolean | null> {
    if (dispute.reason === 'false-digest') return this.#judgeAuditor(dispute, signal);
    const { self, domain } = this.#settings;
    const on = commitmentOf(this.#ports.view, dispute);
    if (on === null) return false;
    try {
      const charge = await this.#chargeOf(dispute, signal);
      if (charge === 'none') return false;
      const fault = await judgeAgain(this.#ports, domain, on, charge, self, signal);
      return fault !== null;
    } catch (error) {
      return this.#abstain(dispute, error, signal);
    }
  }

  #abstain({ id }: DisputeView, error: unknown, signal: AbortSignal): null {
    if (!(error instanceof CorexError) || signal.aborted) throw error;
    this.#ports.log.debug({ dispute: id.toString(), code: error.code }, error.message);
    return null;
  }

  /** Is what the accused auditor showed what its samples give? */
  async #judgeAuditor(dispute: DisputeView, signal: AbortSignal): Promise<boolean | null> {
    const { detail, challenger, worker: auditor, epoch: of } = dispute;
    const { domain, law } = this.#settings;
    try {
      const object = await this.#ports.blobs.getObject(cidOfDigest(detail, 'dag-cbor'), { from: [challenger], signal });
      const parsed = digestReport.safeParse(object);
      if (!parsed.success || parsed.data.auditor !== auditor || parsed.data.epoch !== of) return false;
      const { worker } = parsed.data;
      const on = commitmentOf(this.#ports.view, { epoch: of, worker });
      const seed = this.#ports.view.seed(of)?.seed;
      const shown = this.#ports.view.verdicts(of, worker).find(({ validator }) => validator === auditor);
      if (on === null || seed === undefined || shown?.verdict !== 'ok') return false;
      const revealed = { draw: { seed, worker, validator: auditor }, samples: law.samples, shown: shown.auditDigest };
      const found = await checkDigest(this.#ports, domain, on, revealed, signal);
      return found === 'unseen' ? null : found === 'false';
    } catch (error) {
      return this.#abstain(dispute, error, signal);
    }
  }

  /** Of a game its segment, otherwise what the challenger's report says; `none` when it says nothing that could be looked at. */
  async #chargeOf(
    { segment, detail, challenger, worker, epoch: of }: DisputeView,
    signal: AbortSignal,
  ): Promise<Charge | null | 'none'> {
    if (segment !== null) return { task: segment.task, shard: segment.shard, segment: segment.index };
    const found = await this.#ports.blobs.getObject(cidOfDigest(detail, 'dag-cbor'), { from: [challenger], signal });
    const parsed = verdictReport.safeParse(found);
    if (!parsed.success || parsed.data.worker !== worker || parsed.data.epoch !== of) return 'none';
    return chargeOf(parsed.data);
  }
}

/** Seconds over which those who could conclude spread. */
const TURNS = 3;
