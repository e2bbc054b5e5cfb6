/** An error table: stable codes, facts in the message, a remedy, and the cause underneath. */
import t from 'tap';
import { CorexError, errorTable } from '#protocol/errors.ts';

const roomError = errorTable('ROOM', {
  FULL: { what: (d: { seats: number }) => `all ${d.seats} seats are taken`, todo: 'come back later' },
  DARK: { what: (_: Record<string, never>) => 'the light is off', todo: 'switch it on' },
});

t.test('an error carries code, message, remedy, details and cause', async (t) => {
  const cause = new RangeError('below');
  const error = roomError('FULL', { seats: 7 }, cause);
  t.ok(error instanceof CorexError && error instanceof Error);
  t.match(error, { name: 'CorexError', code: 'ROOM_FULL', message: 'all 7 seats are taken', todo: 'come back later' });
  t.same(error.details, { seats: 7 });
  t.equal(error.cause, cause);
});

t.test('without a cause there is none', async (t) => t.equal('cause' in roomError('DARK', {}), false));

t.test('the table lists its codes, and knows no others', async (t) => {
  t.same(roomError.entries, [
    { code: 'ROOM_FULL', todo: 'come back later' },
    { code: 'ROOM_DARK', todo: 'switch it on' },
  ]);
  t.throws(() => roomError('LOUD' as 'DARK', {}), RangeError);
});
