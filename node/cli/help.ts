/** The help pages, printed from the tables of commands, settings and exit codes. */
import { settingRows } from '../settings-print.ts';
import { commonFlags } from './command.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { exitTable } from './exit-codes.ts';
import { columns } from './print.ts';

export function overview(): string {
  const rows = Object.entries(commands).map(
    ([name, { words, summary }]) => [[name, ...words].join(' '), summary] as const,
  );
  return [
    'corex: run and prove machine-learning work, be paid from a pool that nobody owns.',
    '',
    'Usage: corex COMMAND [options]',
    '',
    columns(rows),
    '',
    'corex COMMAND --help shows options and an example. docs/settings.md lists every option of the node.',
    '',
    `Exit codes:\n${exitCodes()}`,
  ].join('\n');
}

export function usageOf(name: string, { words }: Command): string {
  return ['corex', name, ...words, '[options]'].join(' ');
}

export function helpPage(name: string, command: Command): string {
  const own = [...command.flags, ...commonFlags].map(
    ({ name: flag, value, about }) => [`--${flag}${value === null ? '' : ` ${value}`}`, about] as const,
  );
  const parts = [`Usage: ${usageOf(name, command)}`, command.about, `Options:\n${columns(own)}`];
  if (command.settings.length > 0) {
    parts.push(
      `Options of the node (default), also in the environment and in corex.yaml:\n${columns(settingRows(command.settings))}`,
    );
  }
  const title = command.examples.length === 1 ? 'Example' : 'Examples';
  parts.push(
    `${title}:\n${command.examples.map((example) => `  ${example}`).join('\n')}`,
    `Exit codes:\n${exitCodes()}`,
  );
  return parts.join('\n\n');
}

function exitCodes(): string {
  return columns(
    [...exitTable].sort((a, b) => a.code - b.code).map(({ code, meaning }) => [String(code), meaning] as const),
  );
}
