/** What `corex submit` and `corex job` show of a job, waiting for its end, and fetching its results. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JobStatus, NodeApi, Quote } from '../api/ports.ts';
import type { Context } from './command.ts';
import { cliError } from './errors.ts';
import { columns } from './print.ts';

const POLL_MS = 1000;

/** Resolves with the last status once the job is complete. @throws CLI_JOB_ENDED or CLI_INTERRUPTED */
export async function waitForJob(context: Context, api: NodeApi, id: string): Promise<JobStatus> {
  const { clock, signal } = context.world;
  let shown = '';
  for (;;) {
    const job = await api.job(id);
    const line = progressLine(job);
    if (line !== shown) context.print.progress({ type: 'progress', ...job }, line);
    shown = line;
    if (job.state === 'complete') return job;
    if (job.state === 'refunded') throw cliError('JOB_ENDED', { job: id, state: job.state });
    await clock.sleep(POLL_MS, signal);
    if (signal.aborted) throw cliError('INTERRUPTED', { doing: `waiting for job ${id}` });
  }
}

/** Makes the folder first, so that a wrong path fails before the node works. */
export async function fetchResults(
  api: NodeApi,
  id: string,
  folder: string,
): Promise<Awaited<ReturnType<NodeApi['fetch']>>> {
  const outDir = await usableFolder(folder);
  return api.fetch(id, outDir);
}

export async function usableFolder(folder: string): Promise<string> {
  const outDir = resolve(folder);
  try {
    await mkdir(outDir, { recursive: true });
    return outDir;
  } catch (error) {
    throw cliError('OUT_FOLDER', { folder, why: error instanceof Error ? error.message : String(error) }, error);
  }
}

export function progressLine({ id, state, progress, rounds, shards }: JobStatus): string {
  const round = rounds.total > 1 ? `, round ${rounds.done}/${rounds.total}` : '';
  return `job ${id} ${state} ${Math.round(progress * 100)} %${round}, shards: ${shards.proven} proven, ${shards.paid} paid of ${shards.total}`;
}

export function jobText(job: JobStatus): string {
  const { shards, rounds, fee } = job;
  const rows: Array<readonly [string, string]> = [
    ['job', `${job.id} (${job.name}, ${job.program})`],
    ['state', `${job.state}, ${Math.round(job.progress * 100)} %`],
    ['rounds', `${rounds.done} of ${rounds.total}`],
    [
      'shards',
      `${shards.total}: ${shards.free} free, ${shards.claimed} claimed, ${shards.proven} proven, ${shards.paid} paid`,
    ],
    ['fee', `${fee.total} CXT, ${fee.paid} paid`],
  ];
  for (const [name, value] of Object.entries(job.result ?? {})) rows.push([name, String(value)]);
  return columns(rows);
}

export function quoteText(quote: Quote): string {
  return columns([
    ['shards', quote.width > 0 ? `${quote.shards} (${quote.rounds} rounds of ${quote.width})` : String(quote.shards)],
    ['work', `${quote.units} floating-point operations`],
    ['fee', `${quote.fee} CXT: workers ${quote.workers}, auditors ${quote.auditors}, burned ${quote.burned}`],
    ['balance', `${quote.balance} CXT`],
  ]);
}
