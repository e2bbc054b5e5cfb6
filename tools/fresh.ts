/** Proves that everything generated is fresh: runs every generator with --check. */
import { spawnSync } from 'node:child_process';
import { root } from './sources.ts';

const generators = ['tools/abi.ts', 'tools/tree.ts', 'tools/docs.ts', 'tools/emulate-page.ts'];

if (import.meta.main) {
  for (const generator of generators) {
    const { status } = spawnSync(process.execPath, [generator, '--check'], { cwd: root, stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
