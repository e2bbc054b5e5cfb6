/** The specifications of the jobs on chain, each fetched and checked once. */
import type { Blobs, ChainView, JobView, Log } from '#protocol/ports.ts';
import { CorexError } from '#protocol/errors.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import { fetchSpec } from '#verifier/shard-run.ts';

interface BookPorts {
  readonly blobs: Pick<Blobs, 'getObject'>;
  readonly view: Pick<ChainView, 'jobs'>;
  readonly log: Log;
}

export interface OpenJob {
  readonly view: JobView;
  readonly spec: JobSpec;
}

export class JobBook {
  readonly #ports: BookPorts;
  readonly #specs = new Map<bigint, JobSpec | 'malformed'>();

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
    const found = this.#specs.get(id);
    return found === undefined || found === 'malformed' ? null : found;
  }

  async spec(job: JobView, signal?: AbortSignal): Promise<JobSpec | null> {
    const known = this.#specs.get(job.id);
    if (known !== undefined) return known === 'malformed' ? null : known;
    try {
      const spec = await fetchSpec(this.#ports.blobs, job, signal);
      this.#specs.set(job.id, spec);
      return spec;
    } catch (error) {
      if (!(error instanceof CorexError)) throw error;
      if (error.code.startsWith('SPEC_')) this.#specs.set(job.id, 'malformed');
      this.#ports.log.warn({ job: job.id.toString(), code: error.code }, error.message);
      return null;
    }
  }
}
