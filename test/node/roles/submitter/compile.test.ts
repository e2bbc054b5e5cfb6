/** From job file to specification: the choices reach the graph and the state, and what does not fit is said before it costs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { decodeModel } from '#engine/onnx/decode.ts';
import { openSession } from '#engine/run/session.ts';
import { readSafetensors } from '#engine/state/safetensors.ts';
import { loadJob } from '#node/jobfile/load.ts';
import { parseJob } from '#node/jobfile/parse.ts';
import { compileJob, type GraphProbe } from '#node/roles/submitter/compile.ts';
import { linear } from '#test/engine/onnx/models.ts';
import { MemoryBlobs } from '#test/ports/memory.ts';
import { jobTerms } from '#verifier/dispute/job-terms.ts';

const ROWS = '1,2,3,4,0\n4,3,2,1,1\n2,2,2,2,2\n0,1,0,1,0\n';

const engine: GraphProbe = {
  async probe(graph) {
    const session = await openSession(graph, { provider: 'cpu', memoryBytes: 2 ** 30 });
    await session.close();
    return session.info;
  },
};

async function compiled(t: Test, changes: Readonly<Record<string, unknown>>, rows = ROWS) {
  const folder = t.testdir({ 'rows.csv': rows });
  writeFileSync(join(folder, 'model.onnx'), linear());
  const job = {
    name: 'small',
    program: 'train',
    model: 'model.onnx',
    data: { csv: 'rows.csv', features: '0-3', label: 4 },
    loss: 'softmax-cross-entropy',
    optimizer: { kind: 'sgd', lr: 0.1 },
    batch: 2,
    steps: 3,
    rounds: 2,
    fee: '1',
    ...changes,
  };
  const loaded = await loadJob({ job: parseJob(stringify(job), 'job.yaml'), file: 'job.yaml', baseDir: folder });
  const blobs = new MemoryBlobs();
  const random = { bytes: (count: number) => new Uint8Array(count) };
  const { spec, terms } = await compileJob({ blobs, engine, random }, loaded);
  const [graph, state] = [await blobs.get(spec.graph), await blobs.get(spec.state)];
  return { spec, terms, graph, nodes: decodeModel(graph).graph.nodes, state: readSafetensors(state) };
}

t.test('what the job file says reaches the graph and the state', async (t) => {
  const { spec, nodes, state } = await compiled(t, {
    class: 'fast',
    optimizer: { kind: 'adamw', lr: 0.1 },
    schedule: { kind: 'cosine', warmupSteps: 1 },
    clipNorm: 1,
    groups: [{ match: 'b', frozen: true }],
    accumulate: 2,
  });
  t.equal(spec.class, 'fast');
  t.same([...state.keys()].sort(), ['beta1.power', 'beta2.power', 'step', 'w', 'w.m', 'w.v'], 'b is frozen');
  t.equal(nodes.filter(({ op }) => op === 'Slice').length, 4, 'x and y in two parts');
  const plain = await compiled(t, {});
  t.equal(plain.spec.class, 'exact');
  t.same([...plain.state.keys()].sort(), ['b', 'w']);
});

t.test('the terms that are posted are those of the stored graph, and another graph has others', async (t) => {
  const { spec, terms, graph } = await compiled(t, {});
  t.same(terms, jobTerms(spec, graph));
  t.match(terms, { steps: 3, segment: spec.segment, unitsPerStep: spec.units.step, unitsMerge: 0n });
  const other = await compiled(t, { optimizer: { kind: 'sgd', lr: 0.2 } });
  t.not(other.terms.program, terms.program);
});

t.test('what does not fit', async (t) => {
  const refused = (changes: Readonly<Record<string, unknown>>, code: string, message: RegExp, rows?: string) =>
    t.rejects(compiled(t, changes, rows), { code, message });
  await refused({}, 'JOB_DATA_CLASS', /row 1 is of class 3, the model has classes 0 to 2/, '1,2,3,4,0\n1,2,3,4,3\n');
  const dealt = '1,2,3,4,0\n1,2,3,4,0\n1,2,3,4,0\n1,2,3,4,9\n';
  await refused({ slices: 2 }, 'JOB_DATA_CLASS', /row 3 is of class 9/, dealt);
  await refused({ groups: [{ match: 'c*' }] }, 'JOB_REFUSED', /groups: .*"c\*" has no weight: the weights are b, w/);
  await refused({ loss: 'l1' }, 'JOB_DATA_SHAPE', /y is float32 \[1\], the model takes float32 \[3\]/);
  const narrow = { csv: 'rows.csv', features: '0-2', label: 4 };
  await refused({ data: narrow }, 'JOB_DATA_SHAPE', /x is float32 \[3\], the model takes float32 \[4\]/);
  await refused({ loss: 'output' }, 'JOB_MODEL', /the loss takes float32 of one element/);
});
