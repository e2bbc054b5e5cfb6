/** A base task follows from its seed alone, runs, and can be learned. */
import t from 'tap';
import { readSafetensors } from '#engine/state/safetensors.ts';
import { stateRootOf } from '#engine/state/state.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { baseMaterial } from '#engine/train/base-task.ts';
import { countUnits } from '#engine/train/units.ts';
import { hashText } from '#protocol/codec/abi.ts';
import { BASE_SHARD, BASE_UNITS } from '#protocol/work/base-task.ts';
import { nextState, numbersAt, openRunner } from './running.ts';

const SEED = hashText('a base task');

t.test('the same seed is the same bytes, another seed other data and weights', (t) => {
  const [one, again, other] = [baseMaterial(SEED), baseMaterial(SEED), baseMaterial(hashText('another'))];
  t.same(again, one);
  t.same(other.graph, one.graph, 'the graph is the same for all');
  t.not(Buffer.compare(other.state, one.state), 0);
  t.not(Buffer.compare(other.data, one.data), 0);
  t.equal(stateRootOf(one.state), one.stateRoot);
  t.equal(countUnits(one.graph), one.unitsPerStep);
  t.end();
});

t.test('its units are those that the contract bounds a commitment by', async (t) => {
  const { unitsPerStep } = baseMaterial(SEED);
  t.equal(unitsPerStep * BigInt(BASE_SHARD.steps), BASE_UNITS);
});

t.test('the loss falls', async (t) => {
  const { graph, state, data } = baseMaterial(SEED);
  const columns = readSafetensors(data);
  const batch = new Map<string, Tensor>(
    [...columns].map(([name, { dtype, shape, data: bytes }]) => {
      const rowBytes = bytes.length / (shape[0] ?? 1);
      const first = bytes.slice(0, rowBytes * BASE_SHARD.batch);
      return [name, { dtype, shape: [BASE_SHARD.batch, ...shape.slice(1)], data: first }];
    }),
  );
  const runner = await openRunner(graph);
  let now: Map<string, Tensor> = readSafetensors(state);
  const losses: number[] = [];
  for (let step = 0; step < BASE_SHARD.steps; step++) {
    const results = await runner.run(new Map([...now, ...batch]));
    losses.push(...numbersAt(results, 'loss'));
    now = nextState(results);
  }
  await runner.close();
  t.ok(losses.every(Number.isFinite));
  t.ok((losses.at(-1) ?? 9) < (losses[0] ?? 0) * 0.7, losses.join(' '));
});
