/** `npm run campaign`: how often forged work is found, measured beside what is predicted. */
import { writeFileSync } from 'node:fs';
import { readProfile } from '#node/profile.ts';
import { CorexError } from '#protocol/errors.ts';
import { campaignError, HELP, readArguments } from './arguments.ts';
import { runCampaign } from './figures.ts';
import { campaignCsv, LEGEND, networkText } from './report.ts';

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw campaignError('CANNOT_WRITE', { file, why }, cause);
  }
}

function main(argv: readonly string[]): void {
  const options = readArguments(argv);
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const { law } = readProfile(options.profile);
  const { epochs, seed } = options;
  const figures = runCampaign({ law, epochs, seed }, (name, part) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${name}: ${Math.round(part * 100)} % `);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  process.stdout.write(`${[LEGEND, ...figures.map(networkText)].join('\n\n')}\n`);
  if (options.json !== null) write(options.json, `${JSON.stringify({ seed, networks: figures }, null, 2)}\n`);
  if (options.csv !== null) write(options.csv, campaignCsv(figures));
}

if (import.meta.main) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CorexError)) throw error;
    process.stderr.write(`error ${error.code}: ${error.message}; ${error.todo}\n`);
    process.exitCode = 2;
  }
}
