/** `corex verify`: honest bundles hold offline with every byte, and each falsified one ends with the code of its fault. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeSafetensors, readSafetensors } from '#engine/state/safetensors.ts';
import { stateRootOf } from '#engine/state/state.ts';
import { CarFile, writeCar } from '#node/bundle/car-file.ts';
import { cidOf, isCid } from '#protocol/codec/cid.ts';
import type { Cid } from '#protocol/ids.ts';
import { units } from '#protocol/ids.ts';
import { type Checkpoint, trace, type Trace } from '#protocol/work/trace.ts';
import { bob } from '#test/ports/memory.ts';
import { corex, lastJson } from './corex.ts';
import { Bench } from './proven.ts';

const folder = t.testdir();
const bench = new Bench(folder);
t.teardown(() => bench.engine.close());
const base = await bench.prove(null, 3);
const honest = await bench.bundle(base.cid);

interface Told {
  readonly what: string;
  readonly class: string;
  readonly holds: boolean | null;
  readonly margin: string;
}

async function verified(file: string, ...flags: string[]) {
  const ran = await corex(['verify', file, '--json', ...flags]);
  // What is no bundle has no table.
  const result = (ran.out === '' ? {} : lastJson(ran)) as { holds?: boolean; rows?: Told[] };
  const failure = ran.err === '' ? null : (JSON.parse(ran.err) as { error: { code: string } }).error.code;
  return { code: ran.code, holds: result.holds, rows: result.rows ?? [], failure };
}

t.test('a base shard holds, every segment with the same bytes', async (t) => {
  const { code, holds, rows, failure } = await verified(honest);
  t.same([code, holds, failure], [0, true, null]);
  t.same(
    rows.map(({ what }) => what),
    [
      ...['blocks', 'signature', 'shard', 'units', 'trace', 'start', 'output', 'units'],
      ...[
        'segment 0, steps 0 to 3',
        'segment 1, steps 4 to 7',
        'segment 2, steps 8 to 11',
        'segment 3, steps 12 to 15',
      ],
    ],
  );
  t.ok(rows.every((row) => row.holds === true));
  for (const row of rows.slice(-4))
    t.match(row, { class: 'exact', margin: /^identical bytes, \d+ tensors, [\d.]+ [KM]iB$/ });
});

t.test('people get a table, what was only stated, and a summary', async (t) => {
  const { code, out } = await corex(['verify', honest, '--segment', '2']);
  t.equal(code, 0);
  t.match(out, /what +compared with +class +holds +margin/);
  t.match(out, /segment 2, steps 8 to 11 +executed again +exact +yes +identical bytes/);
  t.notMatch(out, /segment 1/);
  t.match(out, /as stated by the bundle[\s\S]*epoch +1, seed of the genesis/);
  t.match(out, /holds: 493204112 units, 1 of 4 segments executed again/);
});

t.test('a sample executes as many, and a segment that is not there is said', async (t) => {
  const { code, rows } = await verified(honest, '--sample', '2');
  t.equal(code, 0);
  t.equal(rows.filter(({ what }) => what.startsWith('segment')).length, 2);
  t.match(await verified(honest, '--segment', '4'), { code: 2, failure: 'CLI_OPTION' });
});

/** The bundle with its blocks changed; a null leaves one out. */
async function falsified(file: string, change: (cid: Cid, bytes: Uint8Array) => Uint8Array | null): Promise<string> {
  const car = await CarFile.open(file);
  const root = { cid: car.root, bytes: await car.block(car.root) };
  const out = join(folder, 'falsified.car');
  await writeCar(out, root, async (put) => {
    for (const cid of await cidsOf(file)) {
      const bytes = cid === car.root ? null : change(cid, await car.block(cid));
      if (bytes !== null) await put(cid, bytes);
    }
  });
  await car.close();
  return out;
}

async function cidsOf(file: string): Promise<Cid[]> {
  const { CarIndexedReader } = await import('@ipld/car/indexed-reader');
  const reader = await CarIndexedReader.fromFile(file);
  const names: Cid[] = [];
  for await (const cid of reader.cids()) {
    const name = cid.toString();
    if (isCid(name)) names.push(name);
  }
  await reader.close();
  return names;
}

const flipped = (bytes: Uint8Array, at = bytes.length - 3): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

const traced = trace.parse(await bench.blobs.getObject(base.signed.proof.traceCid));
const at = (index: number): Checkpoint => traced.checkpoints[index] as Checkpoint;
/** A chunk, or the whole, of a checkpoint's state. */
const stateOf = (index: number): Cid => at(index).state as Cid;

t.test('one bit of a checkpoint on its way: the block no longer has its name', async (t) => {
  const own = await bench.blobs.get(stateOf(2));
  const first = cidOf(own.subarray(0, 256 * 1024), 'raw');
  const file = await falsified(honest, (cid, bytes) => (cid === first ? flipped(bytes) : bytes));
  t.match(await verified(file), { code: 1, failure: 'BUNDLE_DAMAGED' });
});

t.test('a missing block, a torn file, no bundle at all', async (t) => {
  for (const gone of [base.cid, base.signed.proof.traceCid, stateOf(4)]) {
    const file = await falsified(honest, (cid, bytes) => (cid === gone ? null : bytes));
    t.match(await verified(file), { code: 1, failure: 'BUNDLE_MISSING' }, gone);
  }
  const torn = join(folder, 'torn.car');
  writeFileSync(torn, readFileSync(honest).subarray(0, -100));
  t.match(await verified(torn), { code: 1, failure: 'BUNDLE_UNREADABLE' });
  writeFileSync(torn, 'no bundle');
  t.match(await verified(torn), { code: 1, failure: 'BUNDLE_UNREADABLE' });
  t.match(await verified(join(folder, 'nowhere.car')), { code: 1, failure: 'BUNDLE_UNREADABLE' });
});

t.test('another signature, other units, another trace: the rule that is broken is named', async (t) => {
  const { signed } = base;
  const cases = [
    ['VERIFY_FORGED_PROOF', 'signature', await bench.resign(signed, {}, bob)],
    ['VERIFY_INFLATED_UNITS', 'units', await bench.resign(signed, { units: units(signed.proof.units + 1n) })],
    [
      'VERIFY_BAD_TRACE',
      'trace',
      await bench.resign(signed, { traceCid: (await bench.prove(null, 4)).signed.proof.traceCid }),
    ],
    ['VERIFY_WRONG_OUTPUT', 'output', await bench.resign(signed, { outputRoot: at(2).stateRoot })],
    ['VERIFY_WRONG_START', 'start', await bench.retrace(base, (trace) => swapped(trace, 0, 1))],
    ['VERIFY_NO_SUCH_SHARD', 'shard', await bench.resign(signed, { shard: 5000 })],
  ] as const;
  for (const [failure, what, cid] of cases) {
    const found = await verified(await bench.bundle(cid));
    t.match(found, { code: 1, holds: false, failure }, failure);
    t.match(found.rows.at(-1), { what, holds: false });
    t.ok(found.rows.slice(0, -1).every((row) => row.holds === true));
  }
});

/** The state of one checkpoint in the place of another's. */
function swapped(of: Trace, place: number, by: number): Trace {
  const { state, stateRoot } = of.checkpoints[by] as Checkpoint;
  const checkpoints = of.checkpoints.map((entry, i) => (i === place ? { ...entry, state, stateRoot } : entry));
  return { ...of, checkpoints };
}

t.test('a worker that signs another result is found in the segment, with the margin', async (t) => {
  const tensors = readSafetensors(await bench.blobs.get(stateOf(3)));
  const [name, tensor] = [...tensors][0] as readonly [string, ReturnType<typeof tensors.get> & object];
  const state = writeSafetensors(new Map([...tensors, [name, { ...tensor, data: flipped(tensor.data, 0) }]]));
  const entry = { state: await bench.blobs.put(state), stateRoot: stateRootOf(state) as Checkpoint['stateRoot'] };
  const bent = await bench.retrace(base, (honest) => ({
    ...honest,
    checkpoints: honest.checkpoints.map((one, i) => (i === 3 ? { ...one, ...entry } : one)),
  }));
  const file = await bench.bundle(bent);
  const found = await verified(file);
  t.match(found, { code: 1, holds: false, failure: 'VERIFY_WRONG_RESULT' });
  t.match(found.rows.at(-1), { what: /^segment 2,/, class: 'exact', holds: false, margin: /^wrong-result: 1 of/ });
  t.match(found.rows.at(-1)?.margin, new RegExp(`most ${name.replaceAll('.', '\\.')} by \\d`));
  t.match(await verified(file, '--segment', '0'), { code: 0, failure: null }, 'a segment before it holds');
});

t.test('a checkpoint that is not what its root says', async (t) => {
  const bent = await bench.retrace(base, (honest) => {
    const { state } = honest.checkpoints[1] as Checkpoint;
    return { ...honest, checkpoints: honest.checkpoints.map((one, i) => (i === 3 ? { ...one, state } : one)) };
  });
  t.match(await verified(await bench.bundle(bent)), { code: 1, failure: 'VERIFY_WRONG_CHECKPOINT' });
});

t.test('a slice of a job and the merge of two hold; who was granted them is stated', async (t) => {
  await bench.post({ slices: '2', rounds: '1', steps: '5', segment: '2' });
  const slices = [await bench.prove(1n, 0), await bench.prove(1n, 1)];
  const slice = await verified(await bench.bundle((slices[1] as (typeof slices)[0]).cid));
  t.match(slice, { code: 0, failure: null });
  t.equal(slice.rows.filter(({ class: judged }) => judged === 'exact').length, 3);
  const merge = await bench.prove(1n, 256, slices);
  const file = await bench.bundle(merge.cid);
  t.match(await verified(file), { code: 0, failure: null });
  const { out } = await corex(['verify', file]);
  for (const shard of [256, 0, 1]) t.match(out, new RegExp(`shard ${shard} +granted to 0x`));
  const alone = await bench.resign(merge.signed, { inputs: merge.signed.proof.inputs.toReversed() });
  t.match(await verified(await bench.bundle(alone)), { code: 1, failure: 'VERIFY_WRONG_START' });
});

t.test('a shard that was granted to nobody, and a specification that overstates its graph', async (t) => {
  const { units: stated } = await bench.post({ slices: '1', rounds: '1', steps: '2', segment: '2' }, 7n);
  const { cid, signed } = await bench.prove(1n, 0);
  t.equal(signed.proof.units, stated.step * 2n);
  const found = await verified(await bench.bundle(cid));
  t.match(found, { code: 1, holds: false, failure: 'VERIFY_WRONG_UNITS' });
  t.match(found.rows.at(-1), { margin: `${signed.proof.units - 14n} counted`, holds: false });
  bench.granted = false;
  const claimed = await verified(await bench.bundle(cid));
  bench.granted = true;
  t.match(claimed, { code: 1, holds: false, failure: 'VERIFY_NOT_CLAIMED' });
});

t.test('class fast: the same bytes hold, others decide nothing', async (t) => {
  await bench.post({ slices: '1', rounds: '1', steps: '4', segment: '2', class: 'fast' });
  const proof = await bench.prove(1n, 0);
  t.match(await verified(await bench.bundle(proof.cid)), { code: 0, failure: null });
  const last = trace.parse(await bench.blobs.getObject(proof.signed.proof.traceCid)).checkpoints[1] as Checkpoint;
  const bent = await bench.retrace(proof, (honest) => ({
    ...honest,
    checkpoints: honest.checkpoints.map((one, i) =>
      i === 2 ? { ...one, state: last.state, stateRoot: last.stateRoot } : one,
    ),
  }));
  const found = await verified(await bench.bundle(bent));
  t.match(found, { code: 1, holds: false, failure: 'VERIFY_UNDECIDED' });
  t.match(found.rows.at(-1), { class: 'fast', holds: null, margin: /nothing follows from that$/ });
});
