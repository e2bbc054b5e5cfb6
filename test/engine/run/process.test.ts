/** An engine process and its parent's death: a child that is stuck in native code does not outlive the node. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';

const PARENT = `
  import { EnginePool } from '#engine/run/pool.ts';
  import { systemClock } from '#node/clock.ts';
  import { endless, inferRun } from '#test/engine/run/step-graphs.ts';
  const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 600_000, clock: systemClock });
  await pool.run(inferRun);
  pool.run(endless);
  await systemClock.sleep(300);
  console.log(pool.pids[0]);
`;

/** R, S, Z … of a process, null when there is none. A zombie has died and waits for init. */
function stateOf(pid: number): string | null {
  try {
    return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}

const needsLinux = process.platform !== 'linux' && 'only Linux tells a process of its parent’s death';

t.test('a killed node takes its busy children with it', { skip: needsLinux }, async (t) => {
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', PARENT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  t.equal(stateOf(pid), 'R', 'the child computes');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  while (stateOf(pid) !== null && stateOf(pid) !== 'Z') await sleep(20);
  t.pass('and is gone with its parent');
});
