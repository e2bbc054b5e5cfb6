/** The shape of a command: one row of the command table, and what it is given when it runs. */
import type { Clock, Random } from '#protocol/ports.ts';
import type { Terminal } from '../keys/password.ts';
import type { Environment } from '../settings-read.ts';
import type { SettingKey, Settings } from '../settings.ts';
import type { Print } from './print.ts';

/** A flag of one command only; options of the node are in the settings table. */
export interface Flag {
  readonly name: string;
  /** Name of the value in the help; null for a switch. */
  readonly value: string | null;
  readonly about: string;
}

export interface Command {
  readonly summary: string;
  /** Words after the command, e.g. `JOB.yaml`; those in brackets may be left out. */
  readonly words: readonly string[];
  readonly about: string;
  readonly flags: readonly Flag[];
  /** Options of the node that matter here; all others are accepted too. */
  readonly settings: readonly SettingKey[];
  readonly examples: readonly string[];
  /** @returns the exit code; 0 when nothing is returned */
  run(context: Context): Promise<number | undefined>;
}

export interface Context {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  readonly json: boolean;
  readonly print: Print;
  readonly world: World;
  /** Read when a command asks for them, so that `help` works with a broken corex.yaml. */
  settings(): Settings;
}

/** The process around the command line. */
export interface World {
  readonly environment: Environment;
  readonly terminal: Terminal | null;
  readonly clock: Clock;
  readonly random: Random;
  /** Fires when the user wants the command to end. */
  readonly signal: AbortSignal;
}

/** The switches of every command. */
export const commonFlags: readonly Flag[] = [
  { name: 'json', value: null, about: 'print JSON, one value a line, and errors as JSON on stderr' },
  { name: 'trace', value: null, about: 'print the stack of an error (also COREX_TRACE=1)' },
  { name: 'help', value: null, about: 'print this' },
];
