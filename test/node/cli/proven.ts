/** Real shards with real proofs, made as a worker makes them, for whoever wants to check or to falsify one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnginePool } from '#engine/run/pool.ts';
import { systemClock, systemRandom } from '#node/clock.ts';
import { type GatherPorts, gatherProof } from '#node/bundle/gather.ts';
import { loadJob } from '#node/jobfile/load.ts';
import { readJobFile } from '#node/jobfile/parse.ts';
import { proveShard } from '#node/roles/compute/prove.ts';
import type { StandingProof } from '#node/roles/proof-index.ts';
import { compileJob } from '#node/roles/submitter/compile.ts';
import { cidOfObject } from '#protocol/codec/object.ts';
import { type Cid, type Epoch, epoch, type Hash } from '#protocol/ids.ts';
import type { Signer } from '#protocol/ports.ts';
import { baseTask, epochOfBase } from '#protocol/work/base-task.ts';
import { type JobSpec, jobSpec } from '#protocol/work/job.ts';
import { proofToWire, type SignedProof, signProof, type WorkloadProof } from '#protocol/work/proof.ts';
import { taskOfJob } from '#protocol/work/shard.ts';
import { type Trace, trace, traceRoot } from '#protocol/work/trace.ts';
import { findSource } from '#verifier/shard-run.ts';
import { ann, DOMAIN, MemoryBlobs, viewOf } from '#test/ports/memory.ts';

const EPOCH: Epoch = epoch(1);
const digits = join(import.meta.dirname, '..', '..', '..', 'examples', 'digits');

/** Ann's proofs: of the base task of epoch 1, and of job 1 once there is one. */
export class Bench {
  readonly blobs = new MemoryBlobs();
  readonly engine = new EnginePool({ size: 1, memoryBytes: 2 ** 31, stepTimeoutMs: 60_000, clock: systemClock });
  /** Whether the chain granted every shard to whoever names it. */
  granted = true;
  readonly #folder: string;
  #job: ReturnType<typeof viewOf> | null = null;
  #spec: Cid | null = null;
  #files = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of the job that was posted last. */
  get specCid(): Cid {
    if (this.#spec === null) throw new RangeError('no job is posted');
    return this.#spec;
  }

  get ports(): GatherPorts {
    const job = (id: bigint) => (id === 1n ? this.#job : null);
    const view = { job, seed: () => null, everHeld: () => this.granted };
    return { blobs: this.blobs, view, epochOf: (task) => epochOfBase(task, EPOCH) };
  }

  /** Posts the example with some keys of its file replaced, and a step stated at `more` units above its own. */
  async post(changes: Readonly<Record<string, string>>, more = 0n): Promise<JobSpec> {
    let yaml = readFileSync(join(digits, 'train.yaml'), 'utf8');
    const all = { ...changes, model: JSON.stringify(join(digits, 'model.onnx')) };
    for (const [key, value] of Object.entries(all)) {
      const line = new RegExp(`^${key}:.*$`, 'm');
      yaml = line.test(yaml) ? yaml.replace(line, `${key}: ${value}`) : `${yaml}\n${key}: ${value}\n`;
    }
    yaml = yaml.replace('csv: digits.csv', `csv: ${JSON.stringify(join(digits, 'digits.csv'))}`);
    const file = join(this.#folder, 'job.yaml');
    writeFileSync(file, yaml);
    const ports = { blobs: this.blobs, engine: this.engine, random: systemRandom };
    const { wire } = await compileJob(ports, await loadJob(await readJobFile(file)));
    const stated = { ...wire, units: { ...wire.units, step: `${BigInt(wire.units.step) + more}` } };
    this.#spec = await this.blobs.putObject(stated);
    this.#job = viewOf(1n, stated);
    return jobSpec.parse(stated);
  }

  /** Executes the shard and signs; a base shard where the job is null. */
  async prove(job: bigint | null, shard: number, inputs: readonly StandingProof[] = []): Promise<StandingProof> {
    const task: Hash = job === null ? baseTask(EPOCH) : taskOfJob(job);
    const ref = { task, shard, epoch: EPOCH, worker: ann.address };
    const source = await findSource(this.ports, ref);
    if (source === null) throw new RangeError(`no shard ${shard}`);
    const ports = { blobs: this.blobs, engine: this.engine, signer: ann };
    const signed = await proveShard(ports, { domain: DOMAIN, engine: 'test/1' }, { ref, source, inputs });
    return { cid: cidOfObject(proofToWire(signed)), signed };
  }

  /** The proof with some of its fields changed, signed again. */
  async resign(proof: SignedProof, changes: Partial<WorkloadProof>, signer: Pick<Signer, 'sign'> = ann): Promise<Cid> {
    return this.blobs.putObject(proofToWire(await signProof(DOMAIN, { ...proof.proof, ...changes }, signer)));
  }

  /** The proof over another trace, which it commits to. */
  async retrace({ signed }: StandingProof, change: (honest: Trace) => Trace): Promise<Cid> {
    const changed = change(trace.parse(await this.blobs.getObject(signed.proof.traceCid)));
    const last = changed.checkpoints.at(-1);
    if (last === undefined || last.state === null) throw new RangeError('a training ends with a state');
    return this.resign(signed, {
      trace: traceRoot(changed),
      traceCid: await this.blobs.putObject(changed),
      output: last.state,
      outputRoot: last.stateRoot,
    });
  }

  async bundle(proof: Cid): Promise<string> {
    this.#files += 1;
    const file = join(this.#folder, `${this.#files}.car`);
    await gatherProof(this.ports, { domain: DOMAIN, proof, from: [] }, file);
    return file;
  }
}
