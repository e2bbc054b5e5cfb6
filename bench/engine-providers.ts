/** Training and inference with every provider of this machine: `node bench/engine-providers.ts [MODEL.onnx BATCH]`; the last line is JSON. */
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { detectProviders } from '#engine/run/detect.ts';
import { type Measured, measureProvider, pickProvider } from '#engine/run/measure.ts';
import { perceptronWorkload, type Workload, workloadOf } from '#engine/run/workload.ts';
import { systemClock } from '#node/clock.ts';

export interface ProviderFigures extends Measured {
  readonly model: string;
  readonly device: string | null;
}

export interface ProvidersReport {
  readonly model: string;
  readonly unitsPerStep: number;
  readonly figures: readonly ProviderFigures[];
  readonly absent: ReadonlyArray<{ readonly provider: string; readonly why: string }>;
  readonly picked: { readonly exact: string; readonly fast: string };
}

/** @param workload a perceptron of 669,706 weights if not given */
export async function measureProviders(workload: Workload = perceptronWorkload()): Promise<ProvidersReport> {
  const figures: ProviderFigures[] = [];
  const absent: Array<{ provider: string; why: string }> = [];
  for (const found of await detectProviders(systemClock)) {
    const { provider } = found;
    if (!found.isPresent) {
      absent.push({ provider, why: found.why });
      continue;
    }
    try {
      const measured = await measureProvider(provider, workload, { clock: systemClock });
      figures.push({ ...measured, model: workload.name, device: found.device });
    } catch (error) {
      // A provider may lack what this one model needs.
      absent.push({ provider, why: error instanceof Error ? error.message : String(error) });
    }
  }
  const picked = { exact: pickProvider(figures, 'exact'), fast: pickProvider(figures, 'fast') };
  return { model: workload.name, unitsPerStep: Number(workload.train.units), figures, absent, picked };
}

/** What is measured of a model's file, for other benches too. */
export function fileWorkload(model: Uint8Array, name: string, batch: number): Workload {
  return workloadOf(model, { name, batch, loss: { kind: 'softmax-cross-entropy' } });
}

export function tableOf({ model, unitsPerStep, figures, absent, picked }: ProvidersReport): string {
  const heads = ['provider', 'steps/s', 'train Gunit/s', 'batches/s', 'infer Gunit/s', 'peak MiB', 'device'];
  const rows = figures.map((one) => [
    one.provider,
    one.trainStepsPerSecond.toFixed(1),
    (one.trainUnitsPerSecond / 1e9).toFixed(2),
    one.inferBatchesPerSecond.toFixed(1),
    (one.inferUnitsPerSecond / 1e9).toFixed(2),
    (one.memoryBytes / 2 ** 20).toFixed(0),
    one.device ?? '',
  ]);
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => (row[i] as string).length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd();
  return [
    `${model}, ${unitsPerStep.toLocaleString('en')} units a training step`,
    line(heads),
    ...rows.map(line),
    ...absent.map(({ provider, why }) => `${provider}: absent, ${why.split('\n')[0]}`),
    `picked: ${picked.exact} for exact jobs, ${picked.fast} for fast ones`,
  ].join('\n');
}

if (import.meta.main) {
  const [file, batch = '16'] = process.argv.slice(2);
  const workload =
    file === undefined
      ? perceptronWorkload()
      : fileWorkload(readFileSync(file), `${basename(dirname(file))}/${basename(file)}`, Number(batch));
  const report = await measureProviders(workload);
  process.stdout.write(`${tableOf(report)}\n${JSON.stringify(report)}\n`);
}
