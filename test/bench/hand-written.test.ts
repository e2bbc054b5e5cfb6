/** The step by hand, against which the engine is timed, computes the same as the engine's: a comparison of equals. */
import t from 'tap';
import { uniform } from '#engine/data/synthetic.ts';
import { SeededRandom } from '#engine/data/random.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { perceptron } from '#engine/train/base-model.ts';
import { compileTrain } from '#engine/train/step.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { nextState, runOnce } from '#test/engine/train/running.ts';
import { worstError } from '#test/engine/run/near.ts';
import { handWrittenStep } from '../../bench/hand-written.ts';

const SIZE = { features: 6, layers: [5, 4], classes: 3, batch: 8 } as const;
const SGD = { lr: 0.1, momentum: 0.9 } as const;
const seed = sha256Hash(Uint8Array.of(1));
const seeded = (name: string, shape: readonly number[]): Tensor => uniform(new SeededRandom(seed, name), shape, 0);

t.test('three steps by hand and by the engine', async (t) => {
  const model = perceptron({ ...SIZE, weight: seeded });
  const loss = { kind: 'softmax-cross-entropy' } as const;
  const ours = compileTrain(model, { batch: SIZE.batch, loss, optimizer: { kind: 'sgd', ...SGD } });
  const byHand = handWrittenStep({ ...SIZE, ...SGD });
  const y = new BigInt64Array(SIZE.batch).map((_, row) => BigInt(row % SIZE.classes));
  const data: ReadonlyArray<[string, Tensor]> = [
    ['x', seeded('x', [SIZE.batch, SIZE.features])],
    ['y', { dtype: 'int64', shape: [SIZE.batch], data: new Uint8Array(y.buffer) }],
  ];
  let [first, second]: Array<ReadonlyMap<string, Tensor>> = [ours.initialState, ours.initialState];
  for (let step = 0; step < 3; step++) {
    const [a, b] = [
      await runOnce(ours.step, new Map([...(first ?? []), ...data])),
      await runOnce(byHand, new Map([...(second ?? []), ...data])),
    ];
    t.ok(worstError(b, a) < 1e-5, `step ${step}: ${worstError(b, a)}`);
    [first, second] = [nextState(a), nextState(b)];
    t.same([...first.keys()].sort(), [...second.keys()].sort());
  }
});
