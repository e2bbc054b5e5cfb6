/** `corex gradients`: loss and gradients of an ONNX model on one batch, and some training steps on it. */
import { numbersOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { readBatch } from '../local/batch.ts';
import { differentiateOn, type Norm, normsOf, trainOn } from '../local/differentiation.ts';
import { providerFlag, providerFor, threadsFlag, threadsOf, withEngine } from '../local/engine.ts';
import { readInput, writeOutput } from '../local/files.ts';
import {
  lossFlags,
  optimizerFlags,
  readDifferentiation,
  readTraining,
  refuseOptimizer,
} from '../local/training-flags.ts';
import { grid } from '../local/tables.ts';
import { wholeFlag } from './arguments.ts';
import type { Command } from './command.ts';

const MAX_STEPS = 100_000;

export const gradients: Command = {
  summary: 'loss and gradients of a model on a batch',
  words: ['MODEL.onnx', 'BATCH.safetensors'],
  about:
    'Differentiates a forward model and runs it on the tensors x and y of the batch, without a network. With --out: logits, loss and grad.NAME of every weight; with --steps also losses, before each step, and param.NAME after them.',
  flags: [
    ...lossFlags,
    { name: 'steps', value: 'N', about: 'also takes so many training steps on this batch' },
    ...optimizerFlags,
    threadsFlag,
    providerFlag,
    { name: 'out', value: 'OUT.safetensors', about: 'file to write the tensors to' },
  ],
  settings: ['compute.memoryMb', 'compute.stepTimeoutS', 'compute.provider', 'compute.threads'],
  examples: [
    'corex gradients model.onnx batch.safetensors --loss softmax-cross-entropy --out gradients.safetensors',
    'corex gradients model.onnx batch.safetensors --steps 10 --optimizer sgd --lr 0.05 --momentum 0.9 --json',
  ],
  async run(context) {
    const { words, flags, world, print } = context;
    const [modelFile = '', batchFile = ''] = words;
    const steps = wholeFlag(flags, 'steps', { min: 0, max: MAX_STEPS, fallback: 0 });
    if (steps === 0) refuseOptimizer(flags);
    const model = await readInput(modelFile);
    const batch = await readBatch(batchFile);
    const base = readDifferentiation(flags, { rows: batch.rows, row: batch.row, usual: 'fast' });
    const training = steps === 0 ? null : { ...readTraining(flags, base, steps), steps };
    const threads = threadsOf(context);
    const provider = providerFor(context, base.comparison ?? 'fast');
    const found = await withEngine(context, { provider, size: 1, doing: 'computing gradients' }, async (engine) => {
      const ports = { engine, threads, signal: world.signal };
      const slopes = await differentiateOn(ports, model, batch, base);
      const trained = training === null ? new Map<string, Tensor>() : await trainOn(ports, model, batch, training);
      return new Map([...slopes, ...trained]);
    });
    const out = flags.get('out');
    if (out !== undefined) await writeOutput(out, writeSafetensors(found));
    const [loss = Number.NaN] = numbersAt(found, 'loss');
    const weights = normsOf(found);
    const losses = training === null ? {} : { losses: numbersAt(found, 'losses') };
    const result = {
      type: 'gradients',
      batch: batch.rows,
      loss,
      weights,
      ...losses,
      ...(out === undefined ? {} : { out }),
    };
    print.result(
      result,
      [textOf(loss, weights, losses.losses), ...(out === undefined ? [] : [`wrote ${out}`])].join('\n'),
    );
    return 0;
  },
};

const numbersAt = (tensors: ReadonlyMap<string, Tensor>, name: string): number[] => {
  const tensor = tensors.get(name);
  return tensor === undefined ? [] : numbersOf(tensor);
};

function textOf(loss: number, weights: readonly Norm[], losses: readonly number[] = []): string {
  const rows = weights.map(({ name, shape, norm, largest }) => [
    name,
    `[${shape.join(', ')}]`,
    norm.toPrecision(6),
    largest.toPrecision(6),
  ]);
  const whole = Math.hypot(...weights.map(({ norm }) => norm));
  const steps = losses.map((value, step) => [String(step), value.toPrecision(8)]);
  return [
    `loss ${loss.toPrecision(8)}, norm of all gradients ${whole.toPrecision(6)}`,
    '',
    grid(['weight', 'shape', 'gradient norm', 'largest'], rows),
    ...(steps.length === 0 ? [] : ['', grid(['step', 'loss before it'], steps)]),
  ].join('\n');
}
