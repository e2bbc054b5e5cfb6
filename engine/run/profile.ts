/** The name of this engine, and the comparison class that the golden suite puts it in. */
import { readFileSync } from 'node:fs';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { hashToBytes, sha256Hash } from '#protocol/codec/digest.ts';
import type { Hash } from '#protocol/ids.ts';
import { type ExecuteDeps, executeShard } from './execute.ts';
import { goldenSuite } from './golden.ts';
import { PROVIDERS, type ProviderName } from './providers.ts';
import { runtimeVersion } from './session.ts';

export interface EngineProfile {
  /** `onnxruntime-1.30.0/cpu/x64-avx2`; says where it ran, decides nothing. */
  readonly engine: string;
  /** Digest of each golden case, in the order of the suite. */
  readonly digests: ReadonlyArray<{ readonly name: string; readonly digest: Hash }>;
  /** One hash for all of them: equal for engines whose checkpoints may be compared byte by byte. */
  readonly classId: Hash;
  /** Is it the network's exact class? */
  readonly isExact: boolean;
}

/** The golden suite's answers in the exact class (DESIGN section 6). A new one is a new class, never a correction of this. */
export const EXACT_CLASS = '0x6c31ead7af12e61f3584fec4e3759b39934772ebffcc8cea0ad861e909f706af' as Hash;

/** From the widest on; ONNX Runtime's kernels differ along these lines. */
const X64_SETS: ReadonlyArray<readonly [flag: string, name: string]> = [
  ['avx512f', 'avx512'],
  ['avx2', 'avx2'],
  ['avx', 'avx'],
];

/** @param cpuinfo text of /proc/cpuinfo, null where there is none */
export function instructionSet(arch: string, cpuinfo: string | null): string {
  if (arch === 'arm64') return 'neon';
  if (cpuinfo === null) return 'unknown';
  const flags = new Set(/^flags\s*:\s*(.*)$/m.exec(cpuinfo)?.[1]?.split(' ') ?? []);
  return X64_SETS.find(([flag]) => flags.has(flag))?.[1] ?? 'sse2';
}

function readCpuinfo(): string | null {
  return process.platform === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : null;
}

export function engineName(provider: ProviderName): string {
  const { name } = PROVIDERS[provider];
  return `onnxruntime-${runtimeVersion()}/${name}/${process.arch}-${instructionSet(process.arch, readCpuinfo())}`;
}

async function digestOf(run: Parameters<typeof executeShard>[0], deps: ExecuteDeps): Promise<Hash> {
  const ends: SegmentEnd[] = [];
  await executeShard(run, { ...deps, checkpoint: async (end) => void ends.push(end) });
  return sha256Hash(Buffer.concat(ends.flatMap((end) => [hashToBytes(end.stateRoot), hashToBytes(end.outputsRoot)])));
}

/** Runs the golden suite; in a child process, as every model. */
export async function measureProfile(deps: ExecuteDeps, provider: ProviderName): Promise<EngineProfile> {
  const digests: Array<{ name: string; digest: Hash }> = [];
  for (const { name, run } of goldenSuite()) digests.push({ name, digest: await digestOf(run, deps) });
  const classId = sha256Hash(Buffer.concat(digests.map(({ digest }) => hashToBytes(digest))));
  const isExact = PROVIDERS[provider].comparison === 'exact' && classId === EXACT_CLASS;
  return { engine: engineName(provider), digests, classId, isExact };
}
