/** `corex train --local`: the bits of the network's own way through a job, its files, the evaluation, and mistakes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tensorOf } from '#engine/graph/numbers.ts';
import { EnginePool } from '#engine/run/pool.ts';
import { readSafetensors } from '#engine/state/safetensors.ts';
import { stateRootOf } from '#engine/state/state.ts';
import { compileInfer } from '#engine/train/infer.ts';
import { planJob } from '#protocol/work/shard.ts';
import { initialState, jobSource, prepareRun } from '#verifier/shard-run.ts';
import { systemClock, systemRandom } from '#node/clock.ts';
import { loadJob } from '#node/jobfile/load.ts';
import { readJobFile } from '#node/jobfile/parse.ts';
import { compileJob } from '#node/roles/submitter/compile.ts';
import { runOnce } from '#test/engine/train/running.ts';
import { MemoryBlobs } from '#test/ports/memory.ts';
import { corex, lastJson } from './corex.ts';

const digits = join(import.meta.dirname, '..', '..', '..', 'examples', 'digits');
const original = readFileSync(join(digits, 'train.yaml'), 'utf8');

/** The example with some keys replaced, beside links to its model and data. */
function jobIn(folder: string, changes: Record<string, string>, name = 'job.yaml', text = original): string {
  let yaml = text;
  for (const [key, value] of Object.entries(changes)) {
    const line = new RegExp(`^${key}:.*$`, 'm');
    yaml = line.test(yaml) ? yaml.replace(line, `${key}: ${value}`) : `${yaml}\n${key}: ${value}\n`;
  }
  const file = join(folder, name);
  const isHere = (path: string) => JSON.stringify(join(digits, path));
  writeFileSync(
    file,
    yaml
      .replace('model: model.onnx', `model: ${isHere('model.onnx')}`)
      .replace('csv: digits.csv', `csv: ${isHere('digits.csv')}`),
  );
  return file;
}

/** Shard after shard as a worker runs them, from the specification alone. */
async function asTheNetwork(file: string): Promise<string | null> {
  const engine = new EnginePool({ size: 1, memoryBytes: 2 ** 31, stepTimeoutMs: 60_000, clock: systemClock });
  const blobs = new MemoryBlobs();
  try {
    const { spec } = await compileJob({ blobs, engine, random: systemRandom }, await loadJob(await readJobFile(file)));
    const states = new Map<number, Uint8Array>();
    let last = new Uint8Array();
    for (const plan of planJob(spec)) {
      const source = jobSource(spec, plan.index, []);
      const inputs = plan.inputs.map((input) => states.get(input) as Uint8Array);
      const [only] = inputs;
      const start =
        source.start !== null
          ? { state: await initialState(blobs, source) }
          : plan.kind === 'merge'
            ? { states: inputs }
            : { state: only as Uint8Array };
      const { checkpoints } = await engine.run(await prepareRun(blobs, source, { start }));
      last = Uint8Array.from(checkpoints.at(-1)?.state ?? []);
      states.set(plan.index, last);
    }
    return stateRootOf(last);
  } finally {
    await engine.close();
  }
}

const SHORT = { rounds: '2', steps: '11', segment: '3' };

for (const slices of ['3', '1']) {
  t.test(`the bits of the network, ${slices} slices`, async (t) => {
    const folder = t.testdir();
    const file = jobIn(folder, { ...SHORT, slices, optimizer: '{ kind: adamw, lr: 0.01 }' });
    const ran = await corex(['train', file, '--local', '--threads', '2', '--out', join(folder, 'out'), '--json']);
    t.equal(ran.code, 0, ran.err);
    const result = lastJson(ran);
    t.match(result, { type: 'trained', program: 'train', rounds: 2, stateRoot: /^0x/ });
    t.equal(result.stateRoot, await asTheNetwork(file));
    const state = readFileSync(join(folder, 'out', 'state.safetensors'));
    t.equal(stateRootOf(new Uint8Array(state)), result.stateRoot);
    const lines = ran.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; loss?: number });
    const rounds = lines.filter((line) => 'kind' in line && (line.kind === 'merge' || slices === '1'));
    t.ok(rounds.length >= 2, 'a line a round');
    t.ok((rounds.at(-1)?.loss ?? 9) < 2.3, 'which tells the loss');
  });
}

t.test('the trained model is what the evaluation judges, and both files agree', async (t) => {
  const folder = t.testdir();
  const file = jobIn(folder, SHORT);
  const infer = readFileSync(join(digits, 'infer.yaml'), 'utf8');
  const heldOut = jobIn(folder, {}, 'infer.yaml', infer);
  const ran = await corex(['train', file, '--local', '--evaluate', heldOut, '--out', folder]);
  t.equal(ran.code, 0, ran.err);
  t.match(ran.out, /accuracy +0\.\d+ \(\d+ of 360 rows\)[\s\S]*wrote .*trained\.onnx/);
  const trained = new Uint8Array(readFileSync(join(folder, 'trained.onnx')));
  const { state } = compileInfer(trained, { batch: 30, labels: true });
  const kept = readSafetensors(new Uint8Array(readFileSync(join(folder, 'state.safetensors'))));
  for (const [name, { data }] of state) t.same(Buffer.from(kept.get(name)?.data ?? []), Buffer.from(data), name);

  const alone = await corex(['train', heldOut, '--local', '--out', join(folder, 'out'), '--json']);
  t.equal(alone.code, 0, alone.err);
  const { accuracy, rows, correct } = lastJson(alone) as { accuracy: number; rows: number; correct: number };
  t.same([rows, accuracy], [360, correct / 360]);
  t.match(ran.out, `(${correct} of 360 rows)`);
  t.ok(accuracy > 0.5, `it learned: ${accuracy}`);

  const outputs = readSafetensors(new Uint8Array(readFileSync(join(folder, 'out', 'outputs.safetensors'))));
  const x = await firstRows(heldOut);
  const compiled = compileInfer(trained, { batch: 30, labels: true });
  const first = await runOnce(
    compiled.step,
    new Map([...compiled.state, ['x', x], ['y', tensorOf('int64', [30], new Array(30).fill(0))]]),
  );
  t.same(outputs.get('logits')?.data.subarray(0, 1200), first.get('logits')?.data, 'rows in the order of the file');
});

async function firstRows(file: string) {
  const { slices } = await loadJob(await readJobFile(file));
  const x = readSafetensors(slices[0]?.bytes ?? new Uint8Array()).get('x');
  if (x === undefined) throw new RangeError('no x');
  return { ...x, shape: [30, 64], data: x.data.slice(0, 30 * 64 * 4) };
}

t.test('mistakes and interruption', async (t) => {
  const folder = t.testdir();
  const file = jobIn(folder, SHORT);
  const says = async (argv: readonly string[], pattern: RegExp, code = 2) => {
    const ran = await corex(['train', ...argv]);
    t.equal(ran.code, code, argv.join(' '));
    t.match(ran.err, pattern);
    t.equal(ran.out, '');
  };
  await says([file], /CLI_ONLY_LOCAL: .*job\.yaml/);
  await says([join(folder, 'none.yaml'), '--local'], /JOBFILE_UNREADABLE/);
  await says([file, '--local', '--evaluate', file], /CLI_OPTION: --evaluate: an inference job is expected/);
  await says([file, '--local', '--threads', '0'], /CLI_BAD_VALUE: --threads/);
  await says(
    [
      jobIn(folder, { data: `{ csv: ${join(digits, 'digits.csv')}, features: 0-62, label: 64 }` }, 'bad.yaml'),
      '--local',
    ],
    /JOB_DATA_SHAPE/,
  );
  const ended = await corex(['train', file, '--local'], AbortSignal.abort());
  t.equal(ended.code, 130);
  t.match(ended.err, /CLI_INTERRUPTED: interrupted while running digits/);
});
