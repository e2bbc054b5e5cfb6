/** `npm run bench`: everything that is measured of the engine, in one run, as tables or with --json as one object. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureMemory, type EngineMemory } from './engine-memory.ts';
import { measureOverhead, type EngineOverhead } from './engine-overhead.ts';
import { fileWorkload, measureProviders, type ProvidersReport, tableOf } from './engine-providers.ts';
import { measureStep, type StepReport, stepTable } from './engine-step.ts';

interface Report {
  readonly step: StepReport;
  readonly overhead: EngineOverhead;
  readonly memory: EngineMemory;
  readonly providers: readonly ProvidersReport[];
}

const REFERENCES = join(import.meta.dirname, '..', '..', 'shared', 'reference');
/** Rows of the reference models' batches. */
const BATCHES = { cnn: 16, gpt: 4 } as const;

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The perceptron, and the reference models where they are. */
async function allProviders(): Promise<ProvidersReport[]> {
  const reports = [await measureProviders()];
  for (const [name, batch] of Object.entries(BATCHES)) {
    const file = join(REFERENCES, name, 'forward.onnx');
    if (existsSync(file)) reports.push(await measureProviders(fileWorkload(readFileSync(file), name, batch)));
  }
  return reports;
}

function overheadText({ steps, checkpoints, bareMs, inPlaceMs, engineMs, overhead, overheadInPlace }: EngineOverhead) {
  return [
    `checkpoints, digests and a process of its own, over ${steps} steps with ${checkpoints} checkpoints`,
    `  bare session.run in a loop      ${bareMs.toFixed(2)} ms a step`,
    `  the same, results in place      ${inPlaceMs.toFixed(2)} ms a step`,
    `  the engine                      ${engineMs.toFixed(2)} ms a step`,
    `  overhead                        ${percent(overhead)} of the bare loop, ${percent(overheadInPlace)} of the one in place`,
  ].join('\n');
}

function memoryText({
  parameters,
  stateBytes,
  gradientBytes,
  activationBytes,
  peakBytes,
  idleBytes,
  ratio,
}: EngineMemory) {
  return [
    `memory of a training shard of ${parameters.toLocaleString('en')} parameters`,
    `  state, gradients, activations   ${[stateBytes, gradientBytes, activationBytes].map(mebibytes).join(', ')}`,
    `  peak of its process             ${mebibytes(peakBytes)}, ${mebibytes(idleBytes)} before any work`,
    `  ratio                           ${ratio.toFixed(2)}`,
  ].join('\n');
}

async function measureAll(): Promise<Report> {
  say('measuring steps …');
  const step = await measureStep();
  say('measuring the overhead of the engine …');
  const overhead = await measureOverhead();
  say('measuring memory …');
  const memory = await measureMemory();
  say('measuring providers …');
  const providers = await allProviders();
  return { step, overhead, memory, providers };
}

if (import.meta.main) {
  const report = await measureAll();
  const { step, overhead, memory, providers } = report;
  const text = [stepTable(step), overheadText(overhead), memoryText(memory), ...providers.map(tableOf)].join('\n\n');
  process.stdout.write(`${process.argv.includes('--json') ? JSON.stringify(report) : text}\n`);
}
