#!/usr/bin/env node
/** The `corex` command under whichever Node the user has: below 24 it hands over to the one that npm installed with the project. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAJOR = 24;
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= MAJOR) {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
} else {
  handOver(path('../node_modules/node/bin/node'));
}

function handOver(pinned) {
  if (!existsSync(pinned)) {
    process.stderr.write(
      `error CLI_OLD_NODE: corex needs Node ${MAJOR}, this is ${process.version}, and ${pinned} is not installed\n  → run \`npm ci\` in the folder of corex\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(pinned, [path('./main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  // From a terminal Ctrl-C reaches the child already; this process only must not end before it.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => (signal !== 'SIGINT' || !process.stdin.isTTY) && child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  child.on('error', (error) => {
    process.stderr.write(`error CLI_OLD_NODE: ${pinned} does not start: ${error.message}\n  → run \`npm ci\` again\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward);
    if (signal !== null) process.kill(process.pid, signal);
    else process.exitCode = code ?? 1;
  });
}
