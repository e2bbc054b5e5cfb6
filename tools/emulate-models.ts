/** Whole models on other processors: the commitment to the state after many steps, `node tools/emulate-models.ts FOLDER`. */
// A folder holds NAME/forward.onnx and NAME/expected.safetensors with x and y. Options: --models mlp,gpt, --profiles native,haswell,
// --steps 200, --optimizer sgd or adamw, and --write for docs/determinism.md.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { importSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import type { OptimizerSpec } from '#engine/train/options.ts';
import { compileTrain } from '#engine/train/step.ts';
import { missingFor, runUnder } from './emulate-launch.ts';
import { type ModelRuns, modelsFile, writePage } from './emulate-page.ts';
import { type Profile, profileNamed } from './emulate-profiles.ts';
import { root } from './sources.ts';

const OPTIMIZERS: Readonly<Record<string, OptimizerSpec>> = {
  sgd: { kind: 'sgd', lr: 0.05, momentum: 0.9 },
  adamw: { kind: 'adamw', lr: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
};

/** Ways of a profile to compute: the native kernels where its class is promised, on one and two threads here, and the portable ones. */
function waysOf({ name, classes }: Profile): Array<readonly [provider: string, threads: number]> {
  const cpu = classes.includes('exact') ? [['cpu', 1] as const] : [];
  return [...cpu, ...(name === 'native' ? [['cpu', 2] as const] : []), ['portable', 1]];
}

/** Files of one model's shard in a folder of its own. @returns arguments of tools/emulate-shard.ts */
export function shardFiles(
  folder: string,
  model: Uint8Array,
  batchFile: Uint8Array,
  optimizer: OptimizerSpec,
): string[] {
  const tensors = importSafetensors(batchFile);
  const [x, y] = [tensors.get('x'), tensors.get('y')];
  if (x === undefined || y === undefined) throw new RangeError('there is no x and y');
  const [batch = 1, ...row] = x.shape;
  const { step, initialState } = compileTrain(model, {
    batch,
    row,
    loss: { kind: 'softmax-cross-entropy' },
    optimizer,
  });
  const files = {
    graph: step,
    state: writeSafetensors(initialState),
    data: writeSafetensors(
      new Map([
        ['x', x],
        ['y', y],
      ]),
    ),
  };
  const args = Object.entries(files).map(([name, bytes]) => {
    writeFileSync(join(folder, name), bytes);
    return `--${name}=${join(folder, name)}`;
  });
  return [...args, `--batch=${batch}`];
}

/** @returns the last commitment of a shard as one process computes it */
export async function lastRoot(
  profile: Profile,
  args: readonly string[],
  provider: string,
  threads: number,
): Promise<string> {
  const script = [join(root, 'tools/emulate-shard.ts'), ...args, `--provider=${provider}`, `--threads=${threads}`];
  const { checkpoints } = JSON.parse(await runUnder(profile, script)) as { checkpoints: Array<{ stateRoot: string }> };
  return checkpoints.at(-1)?.stateRoot ?? '';
}

async function measureModel(args: readonly string[], profiles: readonly Profile[], say: (line: string) => void) {
  const roots: Record<string, string> = {};
  for (const profile of profiles) {
    const missing = await missingFor(profile);
    if (missing !== null) say(`  ${profile.name}: left out, ${missing}`);
    for (const [provider, threads] of missing === null ? waysOf(profile) : []) {
      const way = `${profile.name} ${provider}${threads > 1 ? ` ${threads} threads` : ''}`;
      roots[way] = await lastRoot(profile, args, provider, threads);
      say(`  ${way}: ${roots[way]}`);
    }
  }
  return roots;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      models: { type: 'string' },
      profiles: { type: 'string', default: 'native,haswell,nehalem,neoverse-n1' },
      steps: { type: 'string', default: '200' },
      optimizer: { type: 'string', default: 'adamw' },
      write: { type: 'boolean', default: false },
    },
  });
  const [source = '.'] = positionals;
  const optimizer = OPTIMIZERS[values.optimizer];
  if (optimizer === undefined) throw new RangeError(`no optimizer ${values.optimizer}`);
  const names =
    values.models?.split(',') ?? readdirSync(source).filter((name) => existsSync(join(source, name, 'forward.onnx')));
  const known: ModelRuns = JSON.parse(readFileSync(join(root, modelsFile), 'utf8'));
  const runs: Record<string, ModelRuns[string]> = { ...known };
  for (const name of names) {
    process.stdout.write(`${name}, ${values.steps} steps of ${values.optimizer}\n`);
    const folder = mkdtempSync(join(tmpdir(), 'corex-lab-'));
    const read = (file: string): Uint8Array => new Uint8Array(readFileSync(join(source, name, file)));
    const files = shardFiles(folder, read('forward.onnx'), read('expected.safetensors'), optimizer);
    const args = [...files, `--steps=${values.steps}`, `--segment=${values.steps}`];
    const roots = await measureModel(args, values.profiles.split(',').map(profileNamed), (line) =>
      process.stdout.write(`${line}\n`),
    );
    rmSync(folder, { recursive: true });
    runs[name] = { steps: Number(values.steps), optimizer: values.optimizer, roots };
  }
  if (!values.write) return;
  writeFileSync(join(root, modelsFile), `${JSON.stringify(runs, null, 1)}\n`);
  writePage();
}

if (import.meta.main) await main();
