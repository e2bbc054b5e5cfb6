/** Runs a command for as long as somebody holds its standard input open, so that no child outlives a killed node. */
import { spawn } from 'node:child_process';

const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new TypeError('usage: guard.ts <command> [argument…]');

const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const end = () => child.kill('SIGTERM');
process.stdin.on('end', end).on('error', end).resume();
// The owner asks by closing the pipe; a Ctrl-C meant for the owner must not end the chain before it.
process.on('SIGINT', () => {});
process.on('SIGTERM', end);
child.on('error', (cause) => {
  process.stderr.write(`${cause.message}\n`);
  process.exitCode = 127;
  process.stdin.destroy();
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGTERM' ? 0 : 1);
  process.stdin.destroy();
});
