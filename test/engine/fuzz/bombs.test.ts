/** Each bomb, wherever it is put: refused before a process starts, or an error of the process, which the others survive. */
import t from 'tap';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { EnginePool } from '#engine/run/pool.ts';
import { systemClock } from '#node/clock.ts';
import { BOMBS, bombAt } from './bombs.ts';
import { smallModels } from './seed-models.ts';
import { type Outcome, tryModel } from './trial.ts';

const MIB = 2 ** 20;
const memoryBytes = 768 * MIB;
const pool = new EnginePool({ size: 1, memoryBytes, stepTimeoutMs: 20_000, clock: systemClock });
t.teardown(() => pool.close());

const ALLOWED = new Set([
  ...[
    'MODEL_GRAPH',
    'MODEL_SHAPE',
    'MODEL_MEMORY',
    'MODEL_TOO_BIG',
    'MODEL_UNKNOWN_OPERATOR',
    'MODEL_NO_GRADIENT',
    'MODEL_INEXACT',
  ],
  // One result may turn out longer than the data of a step.
  'DATA_BAD_SLICE',
  ...['ENGINE_MODEL_REFUSED', 'ENGINE_STEP_FAILED', 'ENGINE_OUT_OF_MEMORY', 'ran'],
]);

for (const name of Object.keys(BOMBS)) {
  t.test(name, { timeout: 120_000 }, async (t) => {
    const outcomes: Outcome[] = [];
    for (const { bytes } of smallModels()) {
      const { opset, graph } = decodeModel(bytes);
      for (let at = 0; at <= graph.nodes.length; at++) {
        const value = at === 0 ? graph.inputs[0]?.name : graph.nodes[at - 1]?.outputs[0];
        const bombed = encodeModel({ opset, graph: bombAt(graph, { name, at, value: value ?? '' }) });
        outcomes.push(...(await tryModel(bombed, { pool, memoryBytes, timed: (work) => work() })));
      }
    }
    const codes = [...new Set(outcomes.map(({ code }) => code))].sort();
    t.same(
      codes.filter((code) => !ALLOWED.has(code)),
      [],
    );
    t.ok(outcomes.length > 20);
    t.comment(codes.join(' '));
  });
}
