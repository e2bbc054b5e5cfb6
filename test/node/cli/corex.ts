/** Runs the command line in this process and catches what it prints. */
import { systemClock, systemRandom } from '#node/clock.ts';
import { runCommandLine } from '#node/cli/run.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function corex(argv: readonly string[], signal = new AbortController().signal): Promise<Ran> {
  const text = { out: '', err: '' };
  const sink = (name: 'out' | 'err') => ({
    write: (more: string) => {
      text[name] += more;
    },
  });
  const world = { environment: {}, terminal: null, clock: systemClock, random: systemRandom, signal };
  const code = await runCommandLine(argv, world, { out: sink('out'), err: sink('err') });
  return { code, ...text };
}

/** The last value that was printed with --json. */
export function lastJson({ out }: Ran): Record<string, unknown> {
  return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}
