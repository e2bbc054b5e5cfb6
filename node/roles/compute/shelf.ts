/** The proofs that this node made, and in which epochs it committed them: what survives a restart. */
import { z } from 'zod';
import { countField } from '#protocol/codec/fields.ts';
import { cidOfObject } from '#protocol/codec/object.ts';
import { type Cid, type Epoch, epoch, type Hash } from '#protocol/ids.ts';
import type { Keep } from '#protocol/ports.ts';
import { proofToWire, type SignedProof, signedProof } from '#protocol/work/proof.ts';

const record = z.strictObject({ signed: signedProof, committed: z.array(countField(2 ** 40)) });

export interface ShelvedProof {
  readonly cid: Cid;
  readonly signed: SignedProof;
  readonly committed: readonly Epoch[];
}

export class Shelf {
  readonly #keep: Keep;
  readonly #proofs = new Map<Cid, ShelvedProof>();

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  async load(): Promise<void> {
    for (const [, value] of await this.#keep.list('made/')) {
      const parsed = record.safeParse(value);
      if (!parsed.success) continue;
      const { signed, committed } = parsed.data;
      const cid = cidOfObject(proofToWire(signed));
      this.#proofs.set(cid, { cid, signed, committed: committed.map(epoch) });
    }
  }

  all(): readonly ShelvedProof[] {
    return [...this.#proofs.values()];
  }

  count(task: Hash): number {
    return this.all().filter(({ signed }) => signed.proof.task === task).length;
  }

  async add(signed: SignedProof): Promise<ShelvedProof> {
    const cid = cidOfObject(proofToWire(signed));
    return this.#write({ cid, signed, committed: this.#proofs.get(cid)?.committed ?? [] });
  }

  /** Notes the commitment before it is sent, so that a kill in between is seen as committed and the chain decides. */
  async markCommitted(cids: readonly Cid[], of: Epoch): Promise<void> {
    for (const cid of cids) {
      const proof = this.#proofs.get(cid);
      if (proof !== undefined && !proof.committed.includes(of)) {
        await this.#write({ ...proof, committed: [...proof.committed, of] });
      }
    }
  }

  async drop(cid: Cid): Promise<void> {
    this.#proofs.delete(cid);
    await this.#keep.del(`made/${cid}`);
  }

  async #write(proof: ShelvedProof): Promise<ShelvedProof> {
    this.#proofs.set(proof.cid, proof);
    await this.#keep.put(`made/${proof.cid}`, { signed: proofToWire(proof.signed), committed: [...proof.committed] });
    return proof;
  }
}
