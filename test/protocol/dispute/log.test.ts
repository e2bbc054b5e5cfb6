/** The log of a segment: blocks about as many as they are long, and openings that only their own position has. */
import t from 'tap';
import { sha256Hash } from '#protocol/codec/digest.ts';
import {
  blockRange,
  blockShorts,
  blocksIn,
  isInLog,
  leavesOf,
  openLog,
  packShorts,
  placeIn,
  rootOfShorts,
  sideOf,
  unpackShorts,
} from '#protocol/dispute/log.ts';
import type { Short } from '#protocol/dispute/moves.ts';
import { short } from '#protocol/dispute/short.ts';

const logOf = (count: number): Short[] =>
  Array.from({ length: count }, (_, i) => short(sha256Hash(Uint8Array.of(i & 255, i >> 8))));

t.test('blocks', async (t) => {
  t.same([1, 2, 4, 5, 9, 10, 15, 16, 17, 1_000_000].map(sideOf), [1, 2, 2, 3, 3, 4, 4, 4, 5, 1000]);
  for (const count of [1, 2, 3, 5, 6, 7, 12, 13, 16, 17, 101, 1_371]) {
    const ranges = Array.from({ length: blocksIn(count) }, (_, block) => blockRange(count, block));
    t.equal(ranges[0]?.first, 0);
    t.equal(ranges.at(-1)?.end, count);
    ranges.forEach(({ first, end }, i) => {
      t.ok(end > first && end - first <= sideOf(count), `${count}: ${first} to ${end}`);
      if (i > 0) t.equal(first, ranges[i - 1]?.end);
      t.same(placeIn(count, end - 1), { block: i, index: end - 1 - first });
    });
  }
});

t.test('a value is opened at its own position and at no other', async (t) => {
  for (const count of [1, 2, 7, 12, 13]) {
    const log = logOf(count);
    const blocks = blockShorts(log);
    const root = rootOfShorts(blocks);
    for (let position = 0; position < count; position++) {
      const at = placeIn(count, position);
      const opening = openLog(blocks, leavesOf(log, at.block), at);
      t.equal(opening.short, log[position]);
      const places = Array.from({ length: count + 2 }, (_, place) => place).filter((place) =>
        isInLog(root, count, place, opening),
      );
      t.same(places, [position], `${position} of ${count}`);
      const other = { ...opening, short: short(sha256Hash(Uint8Array.of(9, 9, 9))) };
      t.notOk(isInLog(root, count, position, other));
      t.notOk(isInLog(root, count, position, { ...opening, inLog: [...opening.inLog, root] }));
    }
  }
  t.throws(() => openLog(['0x00'], ['0x00'], { block: 0, index: 1 }), RangeError);
});

t.test('packed shorts', async (t) => {
  const log = logOf(5);
  t.equal(packShorts(log).length, 100);
  t.same(unpackShorts(packShorts(log)), log);
  t.same(unpackShorts(new Uint8Array()), []);
  t.throws(() => unpackShorts(new Uint8Array(21)), RangeError);
});
