/** What happens on a devnet: miners earn, the submitter buys from them, a model is trained and then judged by the network. */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { formatCxt, parseCxt, wei } from '#protocol/ids.ts';
import type { Clock } from '#protocol/ports.ts';
import type { Fetched, JobStatus } from '../api/ports.ts';
import type { Chain } from '../chain/chain.ts';
import { readJobFile } from '../jobfile/parse.ts';
import { participantError, type RunningParticipant } from './participant.ts';
import type { Emit } from './report.ts';

export interface StoryParts {
  readonly chain: Chain;
  readonly miners: readonly RunningParticipant[];
  readonly submitter: RunningParticipant;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Seconds that anything may take: PATIENCE_S, or with a dishonest node PATIENCE_WITH_CHEAT_S. */
  readonly patience: number;
  /** Whether every dishonest node has been slashed. */
  readonly caught: () => boolean;
}

const POLL_MS = 300;
/** Trainings of a story with a cheat: which node gets which shard is a race, and a cheat without a shard has nothing to forge. */
const MOST_TRAININGS = 5;
/** Longer than the slowest step of an honest story on two busy cores, twice over. */
export const PATIENCE_S = 240;
/** Claims lapse, disputes have their clocks, and what was built on forged work is done again. */
export const PATIENCE_WITH_CHEAT_S = 600;
/** What a miner keeps back for its stake. */
const KEPT = parseCxt('0.1');

/** Polls until `look` gives something. @throws DEVNET_STALLED */
export async function until<T>(
  parts: Pick<StoryParts, 'clock' | 'signal' | 'patience'>,
  waitingFor: string,
  look: () => Promise<T | null>,
): Promise<T> {
  const end = parts.clock.now() + parts.patience * 1000;
  while (parts.clock.now() < end) {
    parts.signal.throwIfAborted();
    const found = await look();
    if (found !== null) return found;
    await parts.clock.sleep(POLL_MS, parts.signal);
  }
  throw participantError('STALLED', { waitingFor, seconds: parts.patience });
}

/** The submitter has no CXT and nobody gives any away: it gets it from miners who earned it, by plain transfers. */
async function buyCxt(parts: StoryParts, amount: bigint): Promise<void> {
  const { chain, miners, submitter, emit } = parts;
  await until(parts, 'miners to earn what the jobs cost', async () => {
    let missing = amount - (await chain.token.balanceOf(submitter.address));
    for (const miner of miners) {
      if (missing <= 0n) return true;
      const spare = (await chain.token.balanceOf(miner.address)) - KEPT;
      const sent = wei(spare < missing ? (spare > 0n ? spare : 0n) : missing);
      if (sent === 0n) continue;
      await miner.api.send(submitter.address, formatCxt(sent));
      missing -= sent;
      emit(
        'sold',
        { from: miner.name, amount: formatCxt(sent) },
        `${miner.name} sells ${formatCxt(sent)} CXT that it earned to the submitter`,
      );
    }
    return missing <= 0n ? true : null;
  });
}

/** One line whenever something moved. */
function describe(name: string, { state, shards, rounds, progress }: JobStatus): string {
  const round = rounds.total > 1 ? `round ${Math.min(rounds.done + 1, rounds.total)} of ${rounds.total}, ` : '';
  const done = `${(progress * 100).toFixed(0)} % proven, ${shards.paid} of ${shards.total} shards checked and paid`;
  return state === 'complete' ? `${name}: complete, every shard checked and paid` : `${name}: ${round}${done}`;
}

/** Posts a job and follows it until its last shard is checked and paid. */
async function runJob(parts: StoryParts, file: string): Promise<Fetched> {
  const { submitter, emit } = parts;
  const { job, file: path, baseDir } = await readJobFile(file);
  const { job: id, quote } = await submitter.api.submit({ job, file: path, baseDir });
  const units = (Number(quote.units) / 1e9).toFixed(3);
  emit(
    'posted',
    { job: id, name: job.name, quote },
    `${job.name}: posted as job ${id}, ${quote.shards} shards, ${units} units, ${quote.fee} CXT in escrow`,
  );
  let told = '';
  await until(parts, `job ${id} to complete`, async () => {
    const status = await submitter.api.job(id);
    const line = describe(job.name, status);
    if (line !== told)
      emit(
        'progress',
        { job: id, state: status.state, progress: status.progress, shards: status.shards, rounds: status.rounds },
        line,
      );
    told = line;
    if (status.state === 'refunded')
      throw participantError('STALLED', { waitingFor: `job ${id}, which was refunded`, seconds: 0 });
    return status.state === 'complete' ? true : null;
  });
  const fetched = await submitter.api.fetch(id, dirname(path));
  emit(
    'fetched',
    { job: id, result: fetched.result },
    `${job.name}: result fetched and checked: ${fetched.files.map((name) => basename(name)).join(', ')}`,
  );
  return fetched;
}

/** A copy of the example, so that results do not land in the source tree. */
async function copyExample(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) await copyFile(join(from, name), join(to, name));
}

async function totalFee(files: readonly string[]): Promise<bigint> {
  const fees = await Promise.all(files.map(async (file) => parseCxt((await readJobFile(file)).job.fee)));
  return fees.reduce((sum: bigint, fee) => sum + fee, 0n);
}

/** Posts the first job again while a cheat is at large: it got no shard to forge, or none that the committee drew. */
async function untilCaught(parts: StoryParts, file: string, fee: bigint): Promise<void> {
  for (let trainings = 1; !parts.caught() && trainings < MOST_TRAININGS; trainings++) {
    parts.emit(
      'again',
      { trainings },
      'the cheat had no part in this job, or none that was drawn: the job is posted again',
    );
    await buyCxt(parts, fee);
    await runJob(parts, file);
  }
}

/**
 * @param jobs folder of an example with train.yaml and infer.yaml, or one job file
 * @returns the accuracy that the network's inference counted, null where there were no labels
 */
export async function tellStory(
  parts: StoryParts,
  jobs: { example: string; into: string } | { file: string },
): Promise<number | null> {
  if ('example' in jobs) await copyExample(jobs.example, jobs.into);
  const files = 'file' in jobs ? [jobs.file] : ['train.yaml', 'infer.yaml'].map((name) => join(jobs.into, name));
  const fee = await totalFee(files);
  await buyCxt(parts, fee);
  let accuracy: number | null = null;
  for (const file of files) {
    const { result } = await runJob(parts, file);
    if (file === files[0]) await untilCaught(parts, file, fee);
    if (typeof result['accuracy'] === 'number') accuracy = result['accuracy'];
  }
  return accuracy;
}
