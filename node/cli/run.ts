/** One run of the command line: finds the command, parses, runs, and turns every failure into a coded error and an exit code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CorexError, errorTable } from '#protocol/errors.ts';
import { suggestion } from '../nearest.ts';
import { readSettings } from '../settings-read.ts';
import { checkWords, hasSwitch, parseArguments } from './arguments.ts';
import type { World } from './command.ts';
import { commands } from './commands.ts';
import { cliError } from './errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import { helpPage, overview, usageOf } from './help.ts';
import { createPrint } from './print.ts';
import type { Print, Sink } from './print.ts';

export const bugError = errorTable('BUG', {
  UNEXPECTED: {
    what: (d: { why: string }) => d.why,
    todo: 'this is a defect of corex: run the command again with --trace and report what it prints',
  },
});

export interface Output {
  readonly out: Sink;
  readonly err: Sink;
}

/** @returns the exit code */
export async function runCommandLine(argv: readonly string[], world: World, output: Output): Promise<number> {
  const print = createPrint({ ...output, json: hasSwitch(argv, 'json') });
  try {
    return await dispatch(argv, world, print);
  } catch (error) {
    const known = knownError(error, argv, world);
    const trace = hasSwitch(argv, 'trace') || (world.environment['COREX_TRACE'] ?? '') !== '';
    print.error(known, trace ? stackOf(known) : null);
    return exitCodeOf(known.code);
  }
}

function knownError(error: unknown, [name = 'help']: readonly string[], { signal }: World): CorexError {
  if (error instanceof CorexError) return error;
  // What waits ends with the signal's own reason, wherever it is.
  if (signal.aborted) return cliError('INTERRUPTED', { doing: `corex ${name} ran` }, error);
  return bugError('UNEXPECTED', { why: error instanceof Error ? error.message : String(error) }, error);
}

async function dispatch(argv: readonly string[], world: World, print: Print): Promise<number> {
  const [name = 'help', ...rest] = argv;
  if (name === 'help' || name === '--help' || name === '-h') return showHelp(rest[0], print);
  if (name === '--version' || name === '-v') {
    print.line(version());
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    throw cliError('UNKNOWN_COMMAND', { command: name, hint: suggestion(name, Object.keys(commands)) });
  if (hasSwitch(rest, 'help') || rest.includes('-h')) return showHelp(name, print);
  const { words, flags, settings: flagValues } = parseArguments(name, command, rest);
  checkWords(usageOf(name, command), command, words);
  const settings = () => readSettings({ flags: flagValues, environment: world.environment });
  return (await command.run({ words, flags, json: flags.get('json') === 'true', print, world, settings })) ?? 0;
}

function showHelp(name: string | undefined, print: Print): number {
  if (name === undefined || name.startsWith('-')) {
    print.line(overview());
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    throw cliError('UNKNOWN_COMMAND', { command: name, hint: suggestion(name, Object.keys(commands)) });
  print.line(helpPage(name, command));
  return 0;
}

/** The error's own stack and those of its causes. */
function stackOf(error: Error): string {
  const stacks: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) stacks.push(at.stack ?? String(at));
  return stacks.join('\ncaused by ');
}

export function version(): string {
  const file = join(import.meta.dirname, '..', '..', 'package.json');
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
