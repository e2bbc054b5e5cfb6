/** The program: argv in, exit code out. */
import { runCommandLine } from './cli/run.ts';
import { systemClock, systemRandom } from './clock.ts';
import { onInterrupt } from './lifecycle.ts';

/** @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  const { signal, dispose } = onInterrupt(process);
  const { stdin, stdout, stderr } = process;
  const terminal = stdin.isTTY && stderr.isTTY ? { input: stdin, output: stderr } : null;
  try {
    const world = { environment: process.env, terminal, clock: systemClock, random: systemRandom, signal };
    return await runCommandLine(argv, world, { out: stdout, err: stderr });
  } finally {
    dispose();
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
