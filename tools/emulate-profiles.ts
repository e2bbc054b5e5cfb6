/** Processors that a script can run as: this one, and others under QEMU's user mode. */

export interface Profile {
  /** `x64-haswell`; in the tables of docs/determinism.md. */
  readonly name: string;
  readonly about: string;
  /** Program and arguments in front of node; none is this machine. */
  readonly emulator: readonly string[];
  readonly arch: 'x64' | 'arm64';
  /** Does ONNX Runtime's native build have its fused multiply-add here? Without it only `portable` is comparable. */
  readonly hasFma: boolean;
}

const x64 = (cpu: string): string[] => ['qemu-x86_64', '-cpu', cpu];
/** Where Debian's libc6-arm64-cross puts its libraries. */
const arm64 = (cpu: string): string[] => ['qemu-aarch64', '-cpu', cpu, '-L', '/usr/aarch64-linux-gnu'];

export const PROFILES: readonly Profile[] = [
  { name: 'native', about: 'the machine that measures', emulator: [], arch: 'x64', hasFma: true },
  { name: 'haswell', about: 'x64, AVX2 and FMA', emulator: x64('Haswell'), arch: 'x64', hasFma: true },
  { name: 'epyc', about: 'x64, AVX2 and FMA, another maker', emulator: x64('EPYC'), arch: 'x64', hasFma: true },
  { name: 'nehalem', about: 'x64, SSE4.2 and no FMA', emulator: x64('Nehalem'), arch: 'x64', hasFma: false },
  { name: 'neoverse-n1', about: 'ARM64, NEON', emulator: arm64('neoverse-n1'), arch: 'arm64', hasFma: true },
  {
    name: 'cortex-a72',
    about: 'ARM64, NEON, in older order',
    emulator: arm64('cortex-a72'),
    arch: 'arm64',
    hasFma: true,
  },
  { name: 'arm64-max', about: 'ARM64 with SVE2, I8MM, BF16', emulator: arm64('max'), arch: 'arm64', hasFma: true },
];

export function profileNamed(name: string): Profile {
  const profile = PROFILES.find((each) => each.name === name);
  if (profile === undefined)
    throw new RangeError(`no profile ${name} among ${PROFILES.map((each) => each.name).join(', ')}`);
  return profile;
}
