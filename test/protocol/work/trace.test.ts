/** The trace: its root binds every checkpoint in its place, and its schema bounds it. */
import t from 'tap';
import { encodeCbor } from '#protocol/codec/cbor.ts';
import { MAX_CHECKPOINTS, MAX_CHUNK } from '#protocol/limits.ts';
import { checkpointHash, mergeStart, NO_OUTPUTS, type Trace, trace, traceRoot } from '#protocol/work/trace.ts';
import { cidFor, hashFor } from '#test/ports/memory.ts';

const traceOf = (count: number): Trace => ({
  v: 1,
  checkpoints: Array.from({ length: count }, (_, i) => ({
    state: cidFor(`state ${i}`),
    stateRoot: hashFor(`state ${i}`),
    outputs: i === 0 ? null : cidFor(`outputs ${i}`),
    outputsRoot: i === 0 ? NO_OUTPUTS : hashFor(`outputs ${i}`),
  })),
});

const changed = (at: number, change: Partial<Trace['checkpoints'][number]>): Trace => {
  const { v, checkpoints } = traceOf(4);
  return { v, checkpoints: checkpoints.map((entry, i) => (i === at ? { ...entry, ...change } : entry)) };
};

t.test('any state, any output and any order changes the root', async (t) => {
  const root = traceRoot(traceOf(4));
  for (const at of [0, 1, 2, 3]) {
    t.not(traceRoot(changed(at, { stateRoot: hashFor('bent') })), root, `state ${at}`);
    t.not(traceRoot(changed(at, { outputsRoot: hashFor('bent') })), root, `outputs ${at}`);
  }
  t.not(traceRoot({ v: 1, checkpoints: traceOf(4).checkpoints.toReversed() }), root);
  t.not(traceRoot(traceOf(3)), root);
});

t.test('where the bytes lie is not part of the root', async (t) => {
  t.equal(traceRoot(changed(2, { state: cidFor('elsewhere'), outputs: null })), traceRoot(traceOf(4)));
});

t.test('a checkpoint tells state from outputs', async (t) => {
  const [a, b] = [hashFor('a'), hashFor('b')];
  t.not(checkpointHash({ stateRoot: a, outputsRoot: b }), checkpointHash({ stateRoot: b, outputsRoot: a }));
});

t.test('a merge starts from its inputs in their order', async (t) => {
  const [a, b] = [hashFor('a'), hashFor('b')];
  t.not(mergeStart([a, b]), mergeStart([b, a]));
  t.not(mergeStart([a]), a);
});

t.test('the schema: a start and an end at least, no more than the limit, nothing unknown', async (t) => {
  t.same(trace.parse(traceOf(2)), traceOf(2));
  t.equal(trace.safeParse(traceOf(MAX_CHECKPOINTS)).success, true);
  for (const count of [0, 1, MAX_CHECKPOINTS + 1]) t.equal(trace.safeParse(traceOf(count)).success, false, `${count}`);
  t.equal(trace.safeParse({ ...traceOf(2), extra: 1 }).success, false);
  t.equal(trace.safeParse({ ...traceOf(2), v: 2 }).success, false);
});

t.test('the longest trace fits into one chunk', async (t) => {
  t.ok(
    encodeCbor(traceOf(MAX_CHECKPOINTS)).length <= MAX_CHUNK,
    `${encodeCbor(traceOf(MAX_CHECKPOINTS)).length} bytes`,
  );
});
