/** The specifications of the jobs on chain, each fetched and checked once, with the terms that its posting has to have. */
import { termsHash } from '#protocol/dispute/terms.ts';
import type { Terms } from '#protocol/dispute/moves.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Hash } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import type { Blobs, ChainView, JobView, Log } from '#protocol/ports.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import { jobOfTask } from '#protocol/work/shard.ts';
import { baseTerms } from '#verifier/dispute/base-terms.ts';
import { jobTerms } from '#verifier/dispute/job-terms.ts';
import { fetchSpec, specError } from '#verifier/shard-run.ts';
import type { TermsBook } from './dispute-case.ts';

interface BookPorts {
  readonly blobs: Pick<Blobs, 'get' | 'getObject'>;
  readonly view: Pick<ChainView, 'jobs'>;
  readonly log: Log;
}

export interface OpenJob {
  readonly view: JobView;
  readonly spec: JobSpec;
}

interface Checked {
  readonly spec: JobSpec;
  readonly terms: Terms;
}

/** Terms of inference need none. */
const NO_GRAPH = new Uint8Array();

export class JobBook implements TermsBook {
  readonly #ports: BookPorts;
  readonly #checked = new Map<bigint, Checked | 'malformed'>();
  /** Roles that ask for the same job at once wait for one look. */
  readonly #looking = new Map<bigint, Promise<Checked | null>>();

  constructor(ports: BookPorts) {
    this.#ports = ports;
  }

  /** Jobs that still want work, oldest first; a job whose specification cannot be had yet is left out until it can. */
  async open(signal?: AbortSignal): Promise<OpenJob[]> {
    const open: OpenJob[] = [];
    for (const view of this.#ports.view.jobs()) {
      const spec = view.state === 'open' ? await this.spec(view, signal) : null;
      if (spec !== null) open.push({ view, spec });
    }
    return open;
  }

  /** The specification if it was fetched before. */
  known(id: bigint): JobSpec | null {
    const found = this.#checked.get(id);
    return found === undefined || found === 'malformed' ? null : found.spec;
  }

  async spec(job: JobView, signal?: AbortSignal): Promise<JobSpec | null> {
    return (await this.#look(job, signal))?.spec ?? null;
  }

  async termsOf(task: Hash, signal?: AbortSignal): Promise<Terms | null> {
    const id = jobOfTask(task);
    if (id === null) return baseTerms();
    const job = this.#ports.view.jobs().find((posted) => posted.id === id);
    return job === undefined ? null : ((await this.#look(job, signal))?.terms ?? null);
  }

  #look(job: JobView, signal?: AbortSignal): Promise<Checked | null> {
    const known = this.#checked.get(job.id);
    if (known !== undefined) return Promise.resolve(known === 'malformed' ? null : known);
    const looking = this.#looking.get(job.id);
    if (looking !== undefined) return looking;
    const look = this.#fetch(job, signal).finally(() => this.#looking.delete(job.id));
    this.#looking.set(job.id, look);
    return look;
  }

  async #fetch(job: JobView, signal?: AbortSignal): Promise<Checked | null> {
    try {
      const checked = await this.#check(job, signal);
      this.#checked.set(job.id, checked);
      return checked;
    } catch (error) {
      if (!(error instanceof CorexError)) throw error;
      if (/^(SPEC|MODEL)_/.test(error.code)) this.#checked.set(job.id, 'malformed');
      this.#ports.log.warn({ job: job.id.toString(), code: error.code }, error.message);
      return null;
    }
  }

  /** @throws SPEC_MISMATCH when the posted terms are not those of the graph: nobody could prove anything of this job */
  async #check(job: JobView, signal?: AbortSignal): Promise<Checked> {
    const { blobs } = this.#ports;
    const spec = await fetchSpec(blobs, job, signal);
    const from = { from: [job.submitter], maxBytes: MAX_BLOB, ...(signal === undefined ? {} : { signal }) };
    const graph = spec.program === 'infer' ? NO_GRAPH : await blobs.get(spec.graph, from);
    const terms = jobTerms(spec, graph);
    if (termsHash(terms) !== job.terms) throw specError('MISMATCH', { job: job.id.toString(), field: 'terms' });
    return { spec, terms };
  }
}
