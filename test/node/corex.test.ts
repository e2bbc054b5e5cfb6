/** The `corex` command as a process: exit codes and output, whichever Node starts it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const bin = join(import.meta.dirname, '..', '..', 'node', 'corex.js');
const nodes = [process.execPath, '/usr/bin/node', '/usr/local/bin/node'].filter((path) => existsSync(path));

for (const node of nodes) {
  const { stdout: nodeVersion } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  t.test(`under Node ${nodeVersion.trim()}`, (t) => {
    const corex = (...args: readonly string[]) => spawnSync(node, [bin, ...args], { encoding: 'utf8' });
    t.match(corex('--version'), { status: 0, stdout: /^\d+\.\d+\.\d+\n$/, stderr: '' });
    t.match(corex('sumbit'), { status: 2, stdout: '', stderr: /^error CLI_UNKNOWN_COMMAND/ });
    t.match(corex('submit', 'none.yaml', '--json'), { status: 2, stderr: /^\{"error":\{"code":"JOBFILE_UNREADABLE"/ });
    t.end();
  });
}
