/** Commits the epoch: one transaction for all proofs that are not under a commitment that can still pay them. */
import { digestOf } from '#protocol/codec/cid.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { Address, Epoch } from '#protocol/ids.ts';
import { type Law, MAX_PROOFS, WORD } from '#protocol/limits.ts';
import type { Blobs, ChainView, Head, JobView, Log, WorkPort } from '#protocol/ports.ts';
import { committing } from '#protocol/time/epoch.ts';
import { baseTask } from '#protocol/work/base-task.ts';
import { buildCommitment, commitmentToWire, type Entry, sortEntries } from '#protocol/work/commitment.ts';
import { proofDigest } from '#protocol/work/proof.ts';
import { jobOfTask } from '#protocol/work/shard.ts';
import type { JobBook } from '../job-book.ts';
import type { ProofIndex } from '../proof-index.ts';
import type { Shelf, ShelvedProof } from './shelf.ts';

export interface CommitPorts {
  readonly view: Pick<ChainView, 'claims' | 'commitments' | 'job' | 'paid' | 'resets' | 'slashed'>;
  readonly blobs: Pick<Blobs, 'putObject' | 'keep'>;
  readonly work: Pick<WorkPort, 'commitWork'>;
  readonly log: Log;
}

export interface CommitSettings {
  readonly self: Address;
  readonly law: Law;
  readonly domain: Domain;
}

interface CommitMemory {
  readonly book: Pick<JobBook, 'spec'>;
  readonly index: Pick<ProofIndex, 'standing'>;
  readonly shelf: Shelf;
}

export class Committing {
  readonly #ports: CommitPorts;
  readonly #settings: CommitSettings;
  readonly #memory: CommitMemory;
  /** Epoch committed last in this process: the view learns of it a block later. */
  #sent: Epoch | null = null;

  constructor(ports: CommitPorts, settings: CommitSettings, memory: CommitMemory) {
    this.#ports = ports;
    this.#settings = settings;
    this.#memory = memory;
  }

  /** One turn: in an open commit window, commits once. */
  async act(head: Head, signal: AbortSignal): Promise<void> {
    const of = committing(this.#settings.law, head.timestamp);
    if (of === null || of === this.#sent || this.#isCommitted(of) || this.#ports.view.slashed(this.#settings.self))
      return;
    const due = await this.#due(of, signal);
    if (due.length > 0) await this.#commit(of, due.slice(0, MAX_PROOFS));
  }

  #isCommitted(of: Epoch): boolean {
    return this.#ports.view.commitments(of).some(({ worker }) => worker === this.#settings.self);
  }

  /** Base proofs of this epoch, and market proofs that stand, are unpaid and are under no commitment that will pay them. */
  async #due(of: Epoch, signal: AbortSignal): Promise<ShelvedProof[]> {
    const due: ShelvedProof[] = [];
    for (const proof of this.#memory.shelf.all()) {
      const { task, shard } = proof.signed.proof;
      const id = jobOfTask(task);
      if (id === null) {
        if (task === baseTask(of)) due.push(proof);
        continue;
      }
      const job = this.#ports.view.job(id);
      if (job === null || job.state !== 'open' || this.#ports.view.paid(id).has(shard)) continue;
      // Before a reset has passed, a commitment could not pay this shard.
      if (this.#isReset(job, proof, of)) continue;
      if ((await this.#stands(job, proof, signal)) && !proof.committed.some((e) => this.#mayPay(job, proof, e)))
        due.push(proof);
    }
    return due;
  }

  async #stands(job: JobView, proof: ShelvedProof, signal: AbortSignal): Promise<boolean> {
    const spec = await this.#memory.book.spec(job, signal);
    return spec !== null && this.#memory.index.standing(job.id, spec, proof.signed.proof.shard)?.cid === proof.cid;
  }

  /** Is the commitment of that epoch on chain, not refused, later than every reset of the shard's word, and its leaf payable? */
  #mayPay(job: JobView, proof: ShelvedProof, of: Epoch): boolean {
    const made = this.#ports.view.commitments(of).find(({ worker }) => worker === this.#settings.self);
    return (
      made !== undefined &&
      !this.#isReset(job, proof, of) &&
      (made.outcome === null || made.outcome === 'accepted') &&
      this.#isWhole(job, proof, of)
    );
  }

  /** The market pays a leaf as a whole: one shard in it that was freed or paid meanwhile, and none of the others is ever paid by it. */
  #isWhole(job: JobView, proof: ShelvedProof, of: Epoch): boolean {
    const [claims, paid] = [this.#ports.view.claims(job.id), this.#ports.view.paid(job.id)];
    const { task, shard } = proof.signed.proof;
    const word = Math.floor(shard / WORD);
    return this.#memory.shelf
      .all()
      .filter(({ signed, committed }) => signed.proof.task === task && committed.includes(of))
      .map(({ signed }) => signed.proof.shard)
      .filter((mate) => Math.floor(mate / WORD) === word)
      .every((mate) => claims.get(mate) === this.#settings.self && !paid.has(mate));
  }

  #isReset(job: JobView, proof: ShelvedProof, of: Epoch): boolean {
    const word = Math.floor(proof.signed.proof.shard / WORD);
    return this.#ports.view.resets(job.id).some((reset) => word >= reset.fromWord && of <= reset.epoch);
  }

  async #commit(of: Epoch, due: readonly ShelvedProof[]): Promise<void> {
    const entries = sortEntries(due.map((proof) => this.#entryOf(proof)));
    const { root, units, marketUnits, tier } = buildCommitment(entries);
    const object = commitmentToWire({ v: 1, epoch: of, worker: this.#settings.self, entries });
    const cid = await this.#ports.blobs.putObject(object);
    for (const kept of [cid, ...due.map((proof) => proof.cid)]) await this.#ports.blobs.keep(kept, `epoch/${of}`);
    await this.#memory.shelf.markCommitted(
      due.map((proof) => proof.cid),
      of,
    );
    this.#ports.log.info({ epoch: of, proofs: due.length, units: units.toString() }, 'committing the epoch');
    await this.#ports.work.commitWork({ epoch: of, root, units, marketUnits, manifest: digestOf(cid), tier });
    this.#sent = of;
  }

  #entryOf({ cid, signed }: ShelvedProof): Entry {
    const { task, shard, units } = signed.proof;
    return { task, shard, digest: proofDigest(this.#settings.domain, signed.proof), units, proof: cid };
  }
}
