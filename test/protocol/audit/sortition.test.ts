/** Committees: who weighs enough is always drawn, nobody without weight is, and the rest as often as they weigh. */
import t from 'tap';
import { isDrawn } from '#protocol/audit/sortition.ts';
import { address, hash } from '#protocol/ids.ts';

const drawOf = (i: number) => ({
  seed: hash(`0x${i.toString(16).padStart(64, '0')}`),
  worker: address(`0x${'a1'.repeat(20)}`),
  validator: address(`0x${'b2'.repeat(20)}`),
});

t.test('the bounds', async (t) => {
  t.notOk(isDrawn(drawOf(1), 3, 0n, 10n), 'no weight');
  t.notOk(isDrawn(drawOf(1), 3, 5n, 0n), 'nobody weighs anything');
  t.ok(isDrawn(drawOf(1), 3, 4n, 12n), 'a third of the weight, for three members');
});

t.test('chances follow weights', async (t) => {
  const drawn = Array.from({ length: 4000 }, (_, i) => isDrawn(drawOf(i), 3, 10n, 100n)).filter(Boolean).length;
  t.ok(drawn > 1080 && drawn < 1320, `30 % of 4000 draws, found ${drawn}`);
});
