/** The API over real HTTP: calls arrive, errors keep code and remedy, strangers and taken ports are refused. */
import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { createClient, openClient } from '#node/api/client.ts';
import { accessFile } from '#node/api/access.ts';
import { EventRing } from '#node/api/events.ts';
import type { NodeApi } from '#node/api/ports.ts';
import { startApi } from '#node/api/server.ts';
import { systemRandom } from '#node/clock.ts';
import { createLog } from '#node/log.ts';
import { Metrics } from '#node/metrics.ts';
import { CorexError } from '#protocol/errors.ts';

const log = createLog({ level: 'silent', json: true });
const receipt = { transaction: '0xab', block: 7, amount: '1.5' };

/** A node that answers what it was asked, so that a test sees what arrived. */
function echo(ring: EventRing, metrics: Metrics): NodeApi {
  const asked = (...words: readonly string[]) => Promise.resolve({ ...receipt, transaction: words.join(' ') });
  const broke = (): Promise<never> =>
    Promise.reject(new CorexError('SUBMIT_NO_FUNDS', 'the fee is 5.0, the balance 1.0', 'earn more', {}));
  return {
    status: () => Promise.reject(new TypeError('a defect')),
    quote: broke,
    submit: broke,
    job: (id) => Promise.reject(new CorexError('SUBMIT_NO_JOB', `no job ${id}`, 'look', {})),
    fetch: (id, outDir) => Promise.resolve({ files: [`${outDir}/${id}`], result: { accuracy: 0.95 } }),
    proof: (of, file) =>
      Promise.resolve({
        file,
        proof: of,
        task: '0x1',
        shard: 0,
        worker: `0x${'a'.repeat(40)}`,
        units: '7',
        blocks: 3,
        bytes: 9,
      }),
    stake: (amount) => asked('stake', amount),
    unstake: (amount) => asked('unstake', amount),
    withdraw: () => asked('withdraw'),
    claim: () =>
      Promise.resolve({ total: '2.0', epochs: [{ epoch: 3, work: '2.0', audit: '0.0' }], transactions: ['0x1'] }),
    send: (to, amount) => asked('send', to, amount),
    events: (since) => Promise.resolve(ring.since(since)),
    health: () => Promise.resolve({ ok: true, checks: { chain: 'ok' } }),
    metrics: () => Promise.resolve(metrics.render()),
  };
}

async function started(t: { teardown(undo: () => Promise<void>): void }, home: string, port = 0) {
  const ring = new EventRing({ now: () => 1 }, 3);
  const metrics = new Metrics();
  const running = await startApi({
    api: echo(ring, metrics),
    home,
    host: '127.0.0.1',
    port,
    random: systemRandom,
    log,
    metrics,
  });
  t.teardown(() => running.stop());
  return { running, ring, metrics };
}

t.test('calls arrive and answers come back', async (t) => {
  const home = t.testdir();
  const { ring } = await started(t, home);
  const client = await openClient(home);
  if (client === null) throw new Error('no client');
  t.equal((await client.stake('1.5')).transaction, 'stake 1.5');
  t.equal((await client.send(`0x${'a'.repeat(40)}`, '2')).transaction, `send 0x${'a'.repeat(40)} 2`);
  t.same((await client.fetch('4', '/out')).files, ['/out/4']);
  t.match(await client.proof('1/256', '/out/p.car'), { proof: '1/256', file: '/out/p.car', blocks: 3 });
  await t.rejects(client.proof('1', '/out/p.car'), { code: 'API_BAD_REQUEST', message: /JOB.SHARD/ });
  t.match(await client.claim(), { total: '2.0', epochs: [{ epoch: 3 }] });
  t.match(await client.health(), { ok: true });
  for (let i = 0; i < 5; i++) ring.push('proof', { units: 10n, i });
  t.match(await client.events(0), {
    next: 5,
    missed: 2,
    events: [{ seq: 2, kind: 'proof', fields: { units: '10', i: 2 } }, {}, {}],
  });
  t.match(await client.events(5), { next: 5, missed: 0, events: [] });
  t.match(
    await client.metrics(),
    /# TYPE corex_api_requests_total counter\ncorex_api_requests_total\{status="200"\} \d+/,
  );
});

t.test('errors keep their code and remedy; defects become API_INTERNAL', async (t) => {
  const home = t.testdir();
  const { running } = await started(t, home);
  const client = createClient(running);
  await t.rejects(client.job('9'), { name: 'CorexError', code: 'SUBMIT_NO_JOB', message: 'no job 9', todo: 'look' });
  await t.rejects(client.status(), { code: 'API_INTERNAL', message: /a defect/ });
  await t.rejects(client.job('x'), { code: 'API_BAD_REQUEST', message: /number of a job/ });
  await t.rejects(client.stake('0'), { code: 'API_BAD_REQUEST', message: /amount: .*above zero/ });
  await t.rejects(client.stake('1e3'), { code: 'API_BAD_REQUEST' });
  await t.rejects(client.send('0x12', '1'), { code: 'API_BAD_REQUEST', message: /to: / });
  const direct = (path: string, init: RequestInit) =>
    fetch(`${running.url}${path}`, { ...init, headers: { authorization: `Bearer ${running.token}` } });
  t.match(await (await direct('/v1/stake', { method: 'POST', body: '{' })).json(), {
    error: { code: 'API_BAD_REQUEST' },
  });
  t.match(await (await direct('/v1/stake', { method: 'POST', body: 'x'.repeat(2 << 20) })).json(), {
    error: { code: 'API_BAD_REQUEST' },
  });
  t.match(await (await direct('/nowhere', {})).json(), { error: { code: 'API_NO_ROUTE' } });
});

t.test('only who has the token comes in, and only the owner can read it', async (t) => {
  const home = t.testdir();
  const { running } = await started(t, home);
  t.equal(statSync(accessFile(home)).mode & 0o777, 0o600);
  await t.rejects(createClient({ url: running.url, token: '0'.repeat(64) }).health(), { code: 'API_BAD_TOKEN' });
  t.equal((await fetch(`${running.url}/metrics`)).status, 401);
});

t.test('a taken port is named with its key, and leaves no api.json', async (t) => {
  const home = t.testdir();
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
  });
  t.teardown(() => other.close());
  await t.rejects(started(t, join(home, 'x'), port), {
    code: 'API_PORT_TAKEN',
    message: /api\.port/,
    todo: /--api-port/,
  });
  t.notOk(existsSync(accessFile(join(home, 'x'))));
});

t.test('after the stop nobody answers and nobody is found', async (t) => {
  const home = t.testdir();
  const { running } = await started(t, home);
  await running.stop();
  t.equal(await openClient(home), null);
  await t.rejects(createClient(running).health(), { code: 'API_UNREACHABLE', todo: /corex start/ });
});
