/** Runs the lab's cases under every profile and says where each one's bits stay what they are here. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LabCase, type LabOptions, writeJob } from './emulate-job.ts';
import { missingFor, runUnder } from './emulate-launch.ts';
import { PROFILES, type Profile, profileNamed } from './emulate-profiles.ts';
import { root } from './sources.ts';

/** A column of the table: how the cases run, and against which other column they are held. */
export interface Column {
  readonly name: string;
  readonly profile: Profile;
  readonly options: LabOptions;
  readonly against: string;
}

const PLAIN: LabOptions = { runtime: 'cpu', threads: 1, misplaced: 0, optimized: false };
const here = profileNamed('native');

/** Another number of threads, another place in memory: what may differ between two runs on one processor. */
const SAME_PROCESSOR: readonly Column[] = [
  ...[2, 3, 4, 8].map((threads) => column(`${threads} threads`, here, { threads })),
  ...[4, 8].map((misplaced) => column(`inputs at ${misplaced}`, here, { misplaced })),
];

function column(name: string, profile: Profile, options: Partial<LabOptions>): Column {
  const all = { ...PLAIN, ...options };
  return { name, profile, options: all, against: all.runtime === 'cpu' ? 'native' : 'portable native' };
}

/** In the order of the tables. */
export const COLUMNS: readonly Column[] = [
  column('native', here, {}),
  ...SAME_PROCESSOR,
  ...PROFILES.filter(({ name }) => name !== 'native').map((profile) => column(profile.name, profile, {})),
  ...PROFILES.map((profile) => column(`portable ${profile.name}`, profile, { runtime: 'portable' })),
];

/** Digest of the results by name of the case. */
export type Digests = Readonly<Record<string, string>>;

const flagsOf = ({ runtime, threads, misplaced, optimized }: LabOptions): string[] => [
  `--runtime=${runtime}`,
  `--threads=${threads}`,
  `--misplaced=${misplaced}`,
  ...(optimized ? ['--optimized'] : []),
];

/** @returns digests by column; a column whose emulator is missing is left out, and `onMissing` hears why */
export async function measure(
  cases: readonly LabCase[],
  columns: readonly Column[],
  onMissing: (column: Column, why: string) => void = () => undefined,
): Promise<Map<string, Digests>> {
  const folder = mkdtempSync(join(tmpdir(), 'corex-lab-'));
  const results = new Map<string, Digests>();
  try {
    writeJob(folder, cases);
    for (const each of columns) {
      const missing = await missingFor(each.profile);
      if (missing !== null) {
        onMissing(each, missing);
        continue;
      }
      const text = await runUnder(each.profile, [
        join(root, 'tools/emulate-child.ts'),
        ...flagsOf(each.options),
        folder,
      ]);
      results.set(each.name, JSON.parse(text));
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names of the cases whose bits a column has different from those of the one it is held against. */
export function differing(results: ReadonlyMap<string, Digests>, { name, against }: Column): string[] {
  const [base, made] = [results.get(against), results.get(name)];
  if (base === undefined || made === undefined) return [];
  return Object.keys(base).filter((each) => base[each] !== made[each]);
}

/** Cases that did not run at all. */
export function failures(results: ReadonlyMap<string, Digests>): string[] {
  return [...results].flatMap(([name, digests]) =>
    Object.entries(digests).flatMap(([each, digest]) =>
      digest.startsWith('failed') ? [`${name}: ${each} ${digest}`] : [],
    ),
  );
}
