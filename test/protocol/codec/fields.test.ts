/** The parsers of shared fields: one accepted form each, everything beside it refused. */
import t from 'tap';
import type { z } from 'zod';
import * as fields from '#protocol/codec/fields.ts';
import { cidFor, hashFor } from '#test/ports/memory.ts';

const count = fields.countField(7);

const cases: ReadonlyArray<
  readonly [name: string, field: z.ZodType, good: readonly unknown[], bad: readonly unknown[]]
> = [
  [
    'hash',
    fields.hashField,
    [hashFor('x')],
    [`0x${'AB'.repeat(32)}`, `0x${'ab'.repeat(31)}`, 'ab'.repeat(32), 1, null],
  ],
  ['address', fields.addressField, [`0x${'ab'.repeat(20)}`], [`0x${'AB'.repeat(20)}`, `0x${'ab'.repeat(32)}`, '']],
  ['cid', fields.cidField, [cidFor('x')], ['', 'b', `z${'a'.repeat(58)}`, `b${'A'.repeat(58)}`, `b${'1'.repeat(58)}`]],
  ['epoch', fields.epochField, [0, 2 ** 40], [-1, 0.5, 2 ** 40 + 1, '1']],
  ['count', count, [0, 7], [-1, 8, 0.5, '1', Number.NaN]],
  ['signature', fields.signatureField, [`0x${'ab'.repeat(65)}`], [`0x${'ab'.repeat(64)}`, `0x${'AB'.repeat(65)}`]],
];

for (const [name, field, good, bad] of cases) {
  t.test(name, async (t) => {
    for (const value of good) t.equal(field.safeParse(value).data, value, `${value}`);
    for (const value of bad) t.equal(field.safeParse(value).success, false, `${value}`);
  });
}

t.test('amounts have one text: no sign, no leading zero, no hex', async (t) => {
  for (const field of [fields.unitsField, fields.weiField]) {
    t.equal(field.parse('0'), 0n);
    t.equal(field.parse('12345678901234567890'), 12_345_678_901_234_567_890n);
    for (const bad of ['', '00', '01', '-1', '+1', '0x1', '1.0', ' 1', '1'.repeat(40), 1, 1n]) {
      t.equal(field.safeParse(bad).success, false, `${bad}`);
    }
  }
});

t.test('units above 128 bits are a refusal, not a crash', async (t) => {
  t.equal(fields.unitsField.parse(((1n << 128n) - 1n).toString()), (1n << 128n) - 1n);
  t.doesNotThrow(
    () => fields.unitsField.safeParse((1n << 128n).toString()),
    'safeParse answers, whatever a peer sends',
  );
  t.equal(fields.weiField.parse((1n << 128n).toString()), 1n << 128n, 'wei have no such bound');
});
