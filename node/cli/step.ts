/** `corex step`: writes the step graph of a model, which any ONNX viewer opens, and says what is in it. */
import { memoryOf } from '#engine/graph/memory.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { compileTrain } from '#engine/train/step.ts';
import { toolError } from '../local/errors.ts';
import { readInput, writeOutput } from '../local/files.ts';
import { bytesText, grid } from '../local/tables.ts';
import { lossFlags, optimizerFlags, readDifferentiation, readTraining } from '../local/training-flags.ts';
import { wholeFlag } from './arguments.ts';
import type { Command, Context } from './command.ts';
import { columns } from './print.ts';

interface StepFacts {
  readonly nodes: number;
  /** How many nodes of each operator, the most frequent first. */
  readonly operators: ReadonlyArray<readonly [operator: string, count: number]>;
  readonly inputs: number;
  readonly outputs: number;
  /** Floating-point operations of a step. */
  readonly unitsPerStep: string;
  readonly stateBytes: number;
  readonly graphBytes: number;
  readonly memoryBytes: number;
}

export const step: Command = {
  summary: 'write the training step of a model as a graph',
  words: ['MODEL.onnx'],
  about:
    'Makes one ONNX graph of the whole training step: forward, loss, backward, optimizer. It takes the state, x and y, and gives NAME.next for each tensor of the state, and the loss.',
  flags: [
    { name: 'batch', value: 'N', about: 'rows of a step; 1 when absent' },
    {
      name: 'row',
      value: 'SIZES',
      about: 'sizes of x after the batch, such as 3,224,224, where the model leaves them open',
    },
    ...lossFlags,
    ...optimizerFlags,
    { name: 'steps', value: 'N', about: 'steps of the whole training, for a schedule without --total-steps' },
    { name: 'out', value: 'STEP.onnx', about: 'file to write the graph to' },
    { name: 'state', value: 'STATE.safetensors', about: 'file to write the first state to' },
  ],
  settings: [],
  examples: [
    'corex step model.onnx --batch 32 --loss softmax-cross-entropy --optimizer adamw --lr 0.001 --out step.onnx',
  ],
  async run(context) {
    const { flags, words, print } = context;
    const batch = wholeFlag(flags, 'batch', { min: 1, max: 65_536, fallback: 1 });
    const steps = wholeFlag(flags, 'steps', { min: 1, max: 2 ** 29, fallback: 1 });
    const base = readDifferentiation(flags, { rows: batch, row: rowOf(context) });
    const options = readTraining(flags, base, steps);
    const compiled = compileTrain(await readInput(words[0] ?? ''), options);
    const state = writeSafetensors(compiled.initialState);
    const facts = factsOf(compiled.step, state.length, compiled.units);
    const out = flags.get('out');
    const statePath = flags.get('state');
    if (out !== undefined) await writeOutput(out, compiled.step);
    if (statePath !== undefined) await writeOutput(statePath, state);
    const files = [out, statePath].filter((file) => file !== undefined);
    print.result(
      { type: 'step', ...facts, files },
      [textOf(facts), ...files.map((file) => `wrote ${file}`)].join('\n'),
    );
    return 0;
  },
};

/** @throws CLI_OPTION */
function rowOf({ flags }: Context): number[] | undefined {
  const text = flags.get('row');
  if (text === undefined) return undefined;
  const sizes = text.split(',').map((size) => (/^\d{1,9}$/.test(size.trim()) ? Number(size) : 0));
  if (sizes.every((size) => size > 0)) return sizes;
  throw toolError('OPTION', { flag: '--row', why: `sizes such as 3,224,224 are expected, not "${text}"` });
}

function factsOf(bytes: Uint8Array, stateBytes: number, units: bigint): StepFacts {
  const { graph } = decodeModel(bytes);
  const counts = new Map<string, number>();
  for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return {
    nodes: graph.nodes.length,
    operators: [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
    inputs: graph.inputs.length,
    outputs: graph.outputs.length,
    unitsPerStep: units.toString(),
    stateBytes,
    graphBytes: bytes.length,
    memoryBytes: memoryOf(graph),
  };
}

function textOf(facts: StepFacts): string {
  const { nodes, operators, inputs, outputs, unitsPerStep, stateBytes, graphBytes, memoryBytes } = facts;
  return [
    columns([
      ['nodes', String(nodes)],
      ['inputs, outputs', `${inputs}, ${outputs}`],
      ['units', `${unitsPerStep} floating-point operations a step`],
      ['state', `${stateBytes} bytes (${bytesText(stateBytes)})`],
      ['graph', `${graphBytes} bytes (${bytesText(graphBytes)})`],
      ['memory', `${memoryBytes} bytes (${bytesText(memoryBytes)}) at least, by the shapes of its values`],
    ]),
    '',
    grid(
      ['operator', 'nodes'],
      operators.map(([operator, count]) => [operator, String(count)]),
    ),
  ].join('\n');
}
