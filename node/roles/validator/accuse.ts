/** Accuses: a fault that this validator revealed goes to the dispute court while the reveal window is open. */
import { digestOf } from '#protocol/codec/cid.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { Reason } from '#protocol/dispute/moves.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Address } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { Blobs, ChainView, CommitmentView, CommittedProof, DisputePort, Head, Log } from '#protocol/ports.ts';
import { auditTimes, epochAt } from '#protocol/time/epoch.ts';
import { placeOf } from '#protocol/work/commitment.ts';
import { proofMembers, signedProof } from '#protocol/work/proof.ts';
import { openSegment } from '#protocol/work/trace.ts';
import type { Charge } from '#verifier/appeal.ts';
import { fetchWork } from '#verifier/audit.ts';
import { findSource } from '#verifier/shard-run.ts';
import { recentEpochs } from '../compute/collect.ts';
import { blobsOf, type CasePorts, committedEnd, findCase, type TermsBook } from '../dispute-case.ts';
import { onEach } from '../duty.ts';
import type { VerdictRecord, VerdictRecords } from './records.ts';

export interface AccusePorts extends CasePorts {
  readonly view: CasePorts['view'] & Pick<ChainView, 'seed' | 'slashed'>;
  readonly blobs: Pick<Blobs, 'get' | 'getObject' | 'keep'>;
  readonly disputes: Pick<DisputePort, 'accuseResult' | 'accuseUnits' | 'accuse'>;
  readonly log: Log;
}

export interface AccuseSettings {
  readonly self: Address;
  readonly law: Law;
  readonly domain: Domain;
}

/** Epochs whose reveal window can still be open. */
const LOOKBACK = 8;

/** The court has no name for units that no shard has: they are what the commitment says wrongly. */
const REASON_OF: Readonly<Record<string, Reason>> = {
  'bad-commitment': 'bad-commitment',
  'inflated-units': 'bad-commitment',
  'forged-proof': 'forged-proof',
  'no-such-shard': 'no-such-shard',
  'not-claimed': 'not-claimed',
  'bad-trace': 'bad-trace',
  'wrong-start': 'wrong-start',
  'wrong-output': 'wrong-output',
  'wrong-checkpoint': 'wrong-checkpoint',
  'wrong-result': 'wrong-result',
};

export class Accusing {
  readonly #ports: AccusePorts;
  readonly #settings: AccuseSettings;
  readonly #records: VerdictRecords;
  readonly #terms: TermsBook;

  constructor(ports: AccusePorts, settings: AccuseSettings, records: VerdictRecords, terms: TermsBook) {
    this.#ports = ports;
    this.#settings = settings;
    this.#records = records;
    this.#terms = terms;
  }

  async act(head: Head, signal: AbortSignal): Promise<void> {
    const now = epochAt(this.#settings.law, head.timestamp);
    if (now === null) return;
    await onEach(recentEpochs(now, LOOKBACK).reverse(), async (of) => {
      const drawn = this.#ports.view.seed(of);
      if (drawn === null || head.timestamp >= auditTimes(this.#settings.law, drawn.drawnAt).revealsEnd) return;
      await onEach(this.#ports.view.commitments(of), (on) => this.#consider(on, signal));
    });
  }

  async #consider(on: CommitmentView, signal: AbortSignal): Promise<void> {
    const record = await this.#records.get(on.epoch, on.worker);
    if (record?.verdict !== 'fault' || record.stage !== 'revealed') return;
    // Nothing is left to lose; whoever came first is paid.
    if (this.#ports.view.slashed(on.worker)) return;
    try {
      const how = await this.#bring(on, record, signal);
      this.#ports.log.warn({ epoch: on.epoch, worker: on.worker, reason: record.reason, how }, 'accused');
    } catch (error) {
      const revert = error instanceof CorexError ? error.details['error'] : null;
      if (revert === 'NotEnoughStake')
        this.#ports.log.warn({ epoch: on.epoch, worker: on.worker }, 'no stake for the bond of an accusation');
      if (revert !== 'AlreadyAccused') throw error;
    }
    await this.#records.mark(on.epoch, on.worker, 'accused');
  }

  /** @returns by which call */
  async #bring(on: CommitmentView, record: VerdictRecord, signal: AbortSignal): Promise<keyof AccusePorts['disputes']> {
    const { charge, reason } = record;
    if (charge !== null && reason === 'inflated-units' && (await this.#byUnits(on, charge, signal)))
      return 'accuseUnits';
    if (charge !== null && reason === 'wrong-result' && (await this.#byResult(on, charge, signal)))
      return 'accuseResult';
    await this.#ports.disputes.accuse({
      epoch: on.epoch,
      worker: on.worker,
      reason: REASON_OF[reason ?? ''] ?? 'bad-commitment',
      detail: digestOf(record.report),
    });
    return 'accuse';
  }

  /** Of what has steps or is a merge the chain knows the units. */
  async #byUnits(on: CommitmentView, charge: Charge, signal: AbortSignal): Promise<boolean> {
    const found = await this.#committed(on, charge, signal);
    if (found === null || found.kind === 'infer') return false;
    await this.#ports.disputes.accuseUnits(found.committed);
    return true;
  }

  /** The game needs a training segment of class exact whose both ends are there. */
  async #byResult(on: CommitmentView, charge: Charge, signal: AbortSignal): Promise<boolean> {
    const { task, shard, segment: index } = charge;
    if (index === null) return false;
    const { domain } = this.#settings;
    const named = { epoch: on.epoch, worker: on.worker, segment: { task, shard, index } };
    const found = await findCase(this.#ports, domain, named, signal);
    if (found === null || !isGame(found.lawful.source)) return false;
    const committed = await this.#committed(on, charge, signal);
    if (committed === null || (await committedEnd(this.#ports.blobs, found, signal)) === null) return false;
    for (const cid of blobsOf(found)) await this.#ports.blobs.keep(cid, `epoch/${on.epoch}`);
    const segment = openSegment(found.lawful.trace, index);
    await this.#ports.disputes.accuseResult({ ...committed.committed, segment });
    return true;
  }

  /** Null where the chain knows nothing that it could decide by. */
  async #committed(
    on: CommitmentView,
    charge: Charge,
    signal: AbortSignal,
  ): Promise<{ readonly kind: string; readonly committed: CommittedProof } | null> {
    const { blobs } = this.#ports;
    const { epoch, worker } = on;
    const { task, shard } = charge;
    const terms = await this.#terms.termsOf(task, signal);
    const source = await findSource(this.#ports, { task, shard, epoch, worker }, signal);
    const work = await fetchWork(blobs, on, signal);
    const place = work === null ? null : placeOf(work, charge);
    if (terms === null || source === null || place === null) return null;
    const signed = signedProof.safeParse(await blobs.getObject(place.entry.proof, { from: [worker], signal }));
    if (!signed.success) return null;
    const proof = proofMembers(signed.data.proof);
    return { kind: source.plan.kind, committed: { epoch, worker, proof, placement: place.placement, terms } };
  }
}

const isGame = ({ plan, comparison }: { plan: { kind: string }; comparison: string }): boolean =>
  plan.kind === 'train' && comparison === 'exact';
