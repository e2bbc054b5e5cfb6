/** What the table of determinism calls the same has the same bytes on other processors, threads and places in memory. */
import t from 'tap';
import { inexactNode, threadsOf } from '#engine/ops/determinism.ts';
import { EXACT, type LabGraph, labCases } from '#tools/emulate-case.ts';
import { productCases } from '#tools/emulate-cases-products.ts';
import { simpleCases } from '#tools/emulate-cases-simple.ts';
import { missingFor } from '#tools/emulate-launch.ts';
import { COLUMNS, type Column, type Digests, differing, failures, measure } from '#tools/emulate-measure.ts';

/** Emulation is some hundred times slower: what is small, and of everything something. */
const SMALL_BYTES = 120_000;
const isSmall = ({ feeds }: LabGraph): boolean =>
  [...feeds.values()].reduce((sum, { data }) => sum + data.length, 0) < SMALL_BYTES;

// Of the whole file, where the runner sets none.
t.setTimeout(900_000);

const graphs = [...simpleCases(), ...productCases()];
/** Cases that the table promises, and on how many threads. */
const promised = new Map(
  graphs.filter(({ graph }) => inexactNode(graph) === null).map(({ name, graph }) => [name, threadsOf(graph)]),
);

/** Cases with other bytes than promised. */
function broken(results: ReadonlyMap<string, Digests>, column: Column): string[] {
  return differing(results, column).filter((name) => {
    if (column.options.runtime === 'portable' || name.startsWith(EXACT)) return true;
    return column.options.threads <= (promised.get(name) ?? 0);
  });
}

const HERE = ['native', '2 threads', '4 threads', 'inputs at 4'];

t.test('on this processor, with more threads and other places in memory', { timeout: 400_000 }, async (t) => {
  const columns = COLUMNS.filter(({ name }) => HERE.includes(name));
  const results = await measure(labCases(graphs), columns);
  t.same(failures(results), []);
  for (const column of columns) t.same(broken(results, column), [], column.name);
  const native = results.get('native') ?? {};
  t.ok(Object.keys(native).filter((name) => name.startsWith(EXACT)).length > 100);
  const threads = differing(results, COLUMNS.find(({ name }) => name === '4 threads') as Column);
  t.ok(threads.length > 0, 'threads show where nothing is promised');
});

const EMULATED = ['haswell', 'neoverse-n1', 'portable nehalem'];

for (const column of COLUMNS.filter(({ name }) => EMULATED.includes(name))) {
  t.test(`as on ${column.name}`, { timeout: 400_000 }, async (t) => {
    const missing = await missingFor(column.profile);
    if (missing !== null) {
      t.pass(`${column.profile.name} cannot run here`, { skip: missing });
      return;
    }
    const base = COLUMNS.filter(({ name }) => name === column.against);
    const results = await measure(labCases(graphs.filter(isSmall)), [...base, column]);
    t.same(failures(results), []);
    t.same(broken(results, column), []);
  });
}
