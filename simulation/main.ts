/** `npm run simulate`: the law of the economy over years, for made-up people. */
import { writeFileSync } from 'node:fs';
import { readProfile } from '#node/profile.ts';
import { CorexError } from '#protocol/errors.ts';
import { HELP, readArguments, type SimulationArguments, simulationError } from './arguments.ts';
import { csvOf } from './csv.ts';
import { pageOf } from './page.ts';
import { type Rules, rulesOf } from './rules.ts';
import { runScenarios } from './run.ts';
import { sybilCsv, sybilPage, sybilText } from './sybil-report.ts';
import { sybilStudy } from './sybil.ts';
import { LEGEND, scenarioText } from './table.ts';

interface Output {
  readonly text: string;
  readonly csv: () => string;
  readonly html: () => string;
}

async function simulate(options: SimulationArguments, rules: Rules): Promise<Output> {
  const { years, seed, scenarios } = options;
  const results = await runScenarios(scenarios, { rules, seed, epochs: Math.round(years * rules.perYear) });
  return {
    text: [LEGEND, ...results.map(({ scenario, runs }) => scenarioText(scenario, runs))].join('\n\n'),
    csv: () => csvOf(results.map(({ scenario, runs }) => ({ scenario: scenario.name, runs }))),
    html: () => pageOf(results, options),
  };
}

function studySybils({ seed }: SimulationArguments, rules: Rules): Output {
  const study = sybilStudy(rules, seed);
  return { text: sybilText(study), csv: () => sybilCsv(study), html: () => sybilPage(study) };
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw simulationError('CANNOT_WRITE', { file, why }, cause);
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readArguments(argv);
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const rules = rulesOf(readProfile(options.profile).law);
  const output = options.sybil ? studySybils(options, rules) : await simulate(options, rules);
  process.stdout.write(`${output.text}\n`);
  if (options.csv !== null) write(options.csv, output.csv());
  if (options.html !== null) write(options.html, output.html());
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CorexError)) throw error;
    process.stderr.write(`error ${error.code}: ${error.message}; ${error.todo}\n`);
    process.exitCode = 2;
  }
}
