/** Entries of a state: in the order of its commitment, and each leads up to it. */
import t from 'tap';
import { entriesOf, stateRootOf } from '#engine/state/state.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { openEntry, pathOf, tensorDigest } from '#protocol/trees/tensor.ts';
import { chunkRoot, entryRoot } from '#test/verifier/dispute/climbs.ts';

for (const count of [1, 2, 3, 5, 8])
  t.test(`${count} tensors`, async (t) => {
    const tensors = Array.from({ length: count }, (_, i) => {
      const data = Uint8Array.from({ length: 4 * (i + 1) }, (_, at) => at + i);
      return [i % 2 === 0 ? `b${i}` : `a.${i}`, { dtype: 'float32', shape: [i + 1], data }] as const;
    });
    const file = writeSafetensors(new Map(tensors));
    const entries = entriesOf(file);
    t.same(
      entries.map(({ name }) => name),
      tensors.map(([name]) => name).sort(),
    );
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    entries.forEach(({ head, digest, data }, place) => {
      const path = pathOf(openEntry(byName, place));
      t.equal(entryRoot(head, digest, place, count, path), stateRootOf(file));
      t.equal(digest, tensorDigest(data));
      t.equal(chunkRoot(data.length, 0, { chunk: data, path: [] }, 16384), digest);
      t.not(entryRoot(head, digest, (place + 1) % count, count, path), count === 1 ? null : stateRootOf(file));
    });
  });
