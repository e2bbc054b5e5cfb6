/** What a segment leaves behind: results gathered row by row, and commitments to them. */
import t from 'tap';
import type { Tensor } from '#engine/graph/tensor.ts';
import { SegmentOutputs, sealSegment } from '#engine/state/checkpoint.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { commitmentOf, stateRootOf, zeros } from '#engine/state/state.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { NO_OUTPUTS } from '#protocol/work/trace.ts';

const bytes = (shape: number[], ...data: number[]): Tensor => ({ dtype: 'uint8', shape, data: Uint8Array.from(data) });

t.test('rows are continued and cut, everything else is stacked', async (t) => {
  const outputs = new SegmentOutputs(new Set(['row']));
  outputs.add('row', bytes([2, 2], 1, 2, 3, 4), 2);
  outputs.add('row', bytes([2, 2], 5, 6, 0, 0), 1);
  outputs.add('scalar', bytes([], 7), 2);
  outputs.add('scalar', bytes([], 8), 1);
  const end = sealSegment({ state: writeSafetensors(new Map([['w', bytes([1], 3)]])), outputs: outputs.file() });
  const results = readSafetensors(end.outputs as Uint8Array);
  t.same(results.get('row')?.shape, [3, 2]);
  t.same([...(results.get('row') as Tensor).data], [1, 2, 3, 4, 5, 6]);
  t.same(results.get('scalar')?.shape, [2]);
  t.equal(end.outputsRoot, commitmentOf(results));
  t.equal(end.stateRoot, stateRootOf(end.state as Uint8Array));
});

t.test('no results have their own root, an unchanged state keeps its root and is not written', async (t) => {
  const root = sha256Hash(Uint8Array.of(1));
  const end = sealSegment({ state: { unchanged: root }, outputs: new SegmentOutputs(new Set()).file() });
  t.same(end, { state: null, stateRoot: root, outputs: null, outputsRoot: NO_OUTPUTS });
});

t.test('a commitment sees type and shape, not only bytes', async (t) => {
  const roots = [zeros('float32', [2]), zeros('int32', [2]), zeros('int64', [1]), zeros('float32', [2, 1])].map((w) =>
    commitmentOf(new Map([['w', w]])),
  );
  t.equal(new Set(roots).size, 4);
});
