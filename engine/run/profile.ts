/** The name of this engine, and the comparison class that the golden suite puts it in. */
import { readFileSync } from 'node:fs';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { hashToBytes, sha256Hash } from '#protocol/codec/digest.ts';
import type { Hash } from '#protocol/ids.ts';
import { type ExecuteDeps, executeShard } from './execute.ts';
import { goldenSuite } from './golden.ts';
import { type ProviderName, providerOf } from './providers.ts';
import { runtimeName } from './session.ts';

export interface EngineProfile {
  /** `onnxruntime-1.30.0/cpu/x64-avx2`; says where it ran, decides nothing. */
  readonly engine: string;
  /** Digest of each golden case, in the order of the suite. */
  readonly digests: ReadonlyArray<{ readonly name: string; readonly digest: Hash }>;
  /** One hash for all of them: equal for engines whose checkpoints may be compared byte by byte. */
  readonly classId: Hash;
  /** Is it the class of the provider's kind, exact or portable, whose checkpoints are compared byte by byte? */
  readonly isExact: boolean;
}

/**
 * The golden suite's answers on onnxruntime-node's cpu provider (DESIGN section 6): x64 with AVX2 and fused multiply-add, ARM64
 * with NEON. A new one is a new class, never a correction of this.
 */
export const EXACT_CLASS = '0xa5db746475b5a3477431ab41572e1673ba04b68b45804bda75d831eecab71eda' as Hash;

/** The answers of onnxruntime-web's WebAssembly, which computes the same on every processor, but not what `cpu` does. */
export const PORTABLE_CLASS = '0xf371725c553abcd4147c97b79ff1383e302a1373322970db407b617e6a47f58a' as Hash;

const CLASSES = { exact: EXACT_CLASS, portable: PORTABLE_CLASS, bounded: null } as const;

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

export async function engineName(provider: ProviderName): Promise<string> {
  const { name } = providerOf(provider);
  const processor = `${process.arch}-${instructionSet(process.arch, readCpuinfo())}`;
  return `${await runtimeName(provider)}/${name}/${processor}`;
}

async function digestOf(run: Parameters<typeof executeShard>[0], { session, now, beat }: ExecuteDeps): Promise<Hash> {
  const ends: SegmentEnd[] = [];
  await executeShard(run, { session, now, beat, checkpoint: async (end) => void ends.push(end) });
  if (ends.length === 0) throw new RangeError('a golden case ended without a checkpoint');
  return sha256Hash(Buffer.concat(ends.flatMap((end) => [hashToBytes(end.stateRoot), hashToBytes(end.outputsRoot)])));
}

/** Runs the golden suite; in a child process, as every model. */
export async function measureProfile(deps: ExecuteDeps, provider: ProviderName): Promise<EngineProfile> {
  const digests: Array<{ name: string; digest: Hash }> = [];
  for (const { name, run } of goldenSuite()) digests.push({ name, digest: await digestOf(run, deps) });
  const classId = sha256Hash(Buffer.concat(digests.map(({ digest }) => hashToBytes(digest))));
  const isExact = classId === CLASSES[providerOf(provider).comparison];
  return { engine: await engineName(provider), digests, classId, isExact };
}
