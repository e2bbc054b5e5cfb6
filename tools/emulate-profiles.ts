/** Processors that a script can run as: this one, and others under QEMU's user mode. */

export interface Profile {
  /** `x64-haswell`; in the tables of docs/determinism.md. */
  readonly name: string;
  readonly about: string;
  /** Program and arguments in front of node; none is this machine. */
  readonly emulator: readonly string[];
  readonly arch: 'x64' | 'arm64';
  /** Classes that are promised here: without fused multiply-add, or with SVE, the native kernels are others. */
  readonly classes: ReadonlyArray<'exact' | 'portable'>;
}

const x64 = (cpu: string): string[] => ['qemu-x86_64', '-cpu', cpu];
/** Where Debian's libc6-arm64-cross puts its libraries. */
const arm64 = (cpu: string): string[] => ['qemu-aarch64', '-cpu', cpu, '-L', '/usr/aarch64-linux-gnu'];

const BOTH = ['exact', 'portable'] as const;
const ONE = ['portable'] as const;

export const PROFILES: readonly Profile[] = [
  { name: 'native', about: 'the machine that measures', emulator: [], arch: 'x64', classes: BOTH },
  { name: 'haswell', about: 'x64, AVX2 and FMA', emulator: x64('Haswell'), arch: 'x64', classes: BOTH },
  { name: 'epyc', about: 'x64, AVX2 and FMA, another maker', emulator: x64('EPYC'), arch: 'x64', classes: BOTH },
  { name: 'nehalem', about: 'x64, SSE4.2, no FMA', emulator: x64('Nehalem'), arch: 'x64', classes: ONE },
  { name: 'neoverse-n1', about: 'ARM64, NEON', emulator: arm64('neoverse-n1'), arch: 'arm64', classes: BOTH },
  {
    name: 'cortex-a72',
    about: 'ARM64, NEON, an older core',
    emulator: arm64('cortex-a72'),
    arch: 'arm64',
    classes: BOTH,
  },
  { name: 'arm64-sve', about: 'ARM64 with SVE', emulator: arm64('max,sme=off'), arch: 'arm64', classes: ONE },
  { name: 'arm64-sme', about: 'ARM64 with SVE and SME', emulator: arm64('max'), arch: 'arm64', classes: ONE },
];

export function profileNamed(name: string): Profile {
  const profile = PROFILES.find((each) => each.name === name);
  if (profile === undefined)
    throw new RangeError(`no profile ${name} among ${PROFILES.map((each) => each.name).join(', ')}`);
  return profile;
}
