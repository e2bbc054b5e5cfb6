/** The log: readable or JSON, never a secret, bigints as text. */
import t from 'tap';
import { createLog, withFields } from '#node/log.ts';

const logged = (json: boolean): { lines: string[]; log: ReturnType<typeof createLog> } => {
  const lines: string[] = [];
  return { lines, log: createLog({ level: 'info', json }, { write: (line: string) => void lines.push(line) }) };
};

t.test('JSON lines with fixed names', (t) => {
  const { lines, log } = logged(true);
  withFields(log, { part: 'chain' }).warn({ block: 7, amount: 10n ** 18n, password: 'hush' }, 'late');
  log.debug({}, 'below the level');
  t.equal(lines.length, 1);
  t.match(JSON.parse(lines[0] ?? ''), {
    level: 40,
    part: 'chain',
    block: 7,
    amount: '1000000000000000000',
    message: 'late',
    password: '[Redacted]',
  });
  t.end();
});

t.test('lines for people', (t) => {
  const { lines, log } = logged(false);
  log.info({ epoch: 3, worker: '0xab' }, 'committed');
  t.match(lines[0], /^\d\d:\d\d:\d\d\.\d{3} INFO {2}committed epoch=3 worker=0xab\n$/);
  t.end();
});
