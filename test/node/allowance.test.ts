/** Allowances: a burst, a refill, and strangers that do not take each other's. */
import t from 'tap';
import { Allowance } from '#node/allowance.ts';

t.test('a burst, then as the seconds go', (t) => {
  let now = 0;
  const allowance = new Allowance({ now: () => now }, { burst: 10, perSecond: 2 });
  t.equal(allowance.take('a', 10), true);
  t.equal(allowance.take('a', 1), false);
  t.equal(allowance.take('b', 10), true, 'another one has its own');
  now = 1_000;
  t.equal(allowance.take('a', 3), false, 'takes nothing when it is not enough');
  t.equal(allowance.take('a', 2), true);
  now = 1_000_000;
  t.equal(allowance.take('a', 11), false, 'never more than the burst');
  t.equal(allowance.take('a', 10), true);
  t.end();
});

t.test('many names do not make a fresh allowance for one that is known and active', (t) => {
  let now = 0;
  const allowance = new Allowance({ now: () => now }, { burst: 1, perSecond: 1 });
  for (let n = 0; n < 4_096; n++) allowance.take(`n${n}`, 1);
  now = 10;
  allowance.take('new', 1);
  t.equal(allowance.take('n4095', 1), false);
  t.end();
});
