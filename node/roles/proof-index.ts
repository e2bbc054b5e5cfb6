/** Which proof stands for each shard of a job: signed by the shard's holder and built on the proofs that stand for its inputs. */
import { cidOfObject } from '#protocol/codec/object.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { Address, Cid, Hash } from '#protocol/ids.ts';
import type { Ask, ChainView, Keep } from '#protocol/ports.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import { isSignedByWorker, proofToWire, type SignedProof, signedProof } from '#protocol/work/proof.ts';
import { planShard, taskOfJob } from '#protocol/work/shard.ts';

interface IndexPorts {
  readonly ask: Pick<Ask, 'ask'>;
  readonly keep: Pick<Keep, 'put' | 'list'>;
  readonly view: Pick<ChainView, 'claims'>;
}

/** A proof with the CID under which its worker keeps it. */
export interface StandingProof {
  readonly cid: Cid;
  readonly signed: SignedProof;
}

const keyOf = (task: Hash, shard: number): string => `proof/${task}/${shard.toString().padStart(8, '0')}/`;

/** Proofs heard of by gossip, made here or asked for; a restart finds them again. */
export class ProofIndex {
  readonly #ports: IndexPorts;
  readonly #domain: Domain;
  /** Per shard, the newest last. */
  readonly #known = new Map<string, StandingProof[]>();
  readonly #waiting = new Set<() => void>();

  constructor(ports: IndexPorts, domain: Domain) {
    this.#ports = ports;
    this.#domain = domain;
  }

  async load(): Promise<void> {
    for (const [, value] of await this.#ports.keep.list('proof/')) {
      const parsed = signedProof.safeParse(value);
      if (parsed.success) this.#remember(parsed.data);
    }
  }

  #remember(signed: SignedProof): StandingProof | null {
    const cid = cidOfObject(proofToWire(signed));
    const key = keyOf(signed.proof.task, signed.proof.shard);
    const known = this.#known.get(key) ?? [];
    if (known.some((proof) => proof.cid === cid)) return null;
    const standing = { cid, signed };
    this.#known.set(key, [...known, standing]);
    return standing;
  }

  /** @returns false when the signature is not the worker's: the sender passes on forgeries */
  async add(signed: SignedProof): Promise<boolean> {
    if (!isSignedByWorker(this.#domain, signed)) return false;
    const added = this.#remember(signed);
    if (added !== null) {
      await this.#ports.keep.put(`${keyOf(signed.proof.task, signed.proof.shard)}${added.cid}`, proofToWire(signed));
      for (const resolve of [...this.#waiting]) resolve();
    }
    return true;
  }

  /** Resolves when another proof is known, or at once when aborted. */
  nextProof(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  /** Answers a peer's question: the newest proof of this worker for the shard. */
  newest(task: Hash, shard: number, worker: Address): SignedProof | null {
    return this.#of(task, shard, worker).at(-1)?.signed ?? null;
  }

  #of(task: Hash, shard: number, worker: Address): StandingProof[] {
    return (this.#known.get(keyOf(task, shard)) ?? []).filter(({ signed }) => signed.proof.worker === worker);
  }

  /**
   * The proof that stands for a shard. A proof built on inputs that no longer stand (their worker was slashed) does not.
   * @returns null when the shard has no holder, or its holder has not delivered yet
   */
  standing(job: bigint, spec: JobSpec, shard: number): StandingProof | null {
    return this.#resolve(job, spec, shard, new Map());
  }

  #resolve(job: bigint, spec: JobSpec, shard: number, seen: Map<number, StandingProof | null>): StandingProof | null {
    const before = seen.get(shard);
    if (before !== undefined) return before;
    const holder = this.#ports.view.claims(job).get(shard);
    const inputs = planShard(spec, shard).inputs.map((input) => this.#resolve(job, spec, input, seen));
    const found = holder === undefined ? null : this.#pick(this.#of(taskOfJob(job), shard, holder), inputs);
    seen.set(shard, found);
    return found;
  }

  #pick(candidates: readonly StandingProof[], inputs: ReadonlyArray<StandingProof | null>): StandingProof | null {
    const built = ({ signed }: StandingProof) =>
      signed.proof.inputs.length === inputs.length && signed.proof.inputs.every((cid, i) => cid === inputs[i]?.cid);
    return candidates.findLast(built) ?? null;
  }

  /** Asks the holder for its proof: gossip may have been missed. */
  async enquire(job: bigint, shard: number): Promise<void> {
    const holder = this.#ports.view.claims(job).get(shard);
    if (holder === undefined) return;
    const answer = await this.#ports.ask.ask(holder, { kind: 'proof', task: taskOfJob(job), shard, worker: holder });
    const parsed = signedProof.safeParse(answer);
    if (parsed.success && parsed.data.proof.worker === holder) await this.add(parsed.data);
  }
}
