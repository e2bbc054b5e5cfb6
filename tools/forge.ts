/** Runs forge, as npm installed it, on contracts/: `node tools/forge.ts test --match-contract Beacon`. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { arch, argv, exit, platform } from 'node:process';
import { fileURLToPath } from 'node:url';

export const CONTRACTS = fileURLToPath(new URL('../contracts/', import.meta.url));

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The binary of this platform's optional package. */
export function forgeBinary(): string {
  const require = createRequire(import.meta.url);
  const name = `@foundry-rs/forge-${platform}-${ARCHITECTURES[arch] ?? arch}`;
  const folder = dirname(require.resolve(`${name}/package.json`));
  return join(folder, 'bin', platform === 'win32' ? 'forge.exe' : 'forge');
}

/** @returns forge's exit code */
export function forge(args: readonly string[], output: 'inherit' | 'ignore' = 'inherit'): number {
  const env = { FOUNDRY_PROFILE: 'default', ...process.env, FOUNDRY_DISABLE_NIGHTLY_WARNING: '1' };
  const ran = spawnSync(forgeBinary(), args, { cwd: CONTRACTS, env, stdio: ['inherit', output, 'inherit'] });
  if (ran.error !== undefined) throw ran.error;
  return ran.status ?? 1;
}

if (import.meta.main) exit(forge(argv.slice(2)));
