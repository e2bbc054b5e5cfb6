/** Two and three real hosts: records, gossip verdicts, questions, foreign networks, taken ports. */
import { cidOf } from '#protocol/codec/cid.ts';
import { CorexError } from '#protocol/errors.ts';
import { systemClock } from '#node/clock.ts';
import { startP2p } from '#node/p2p/start.ts';
import t from 'tap';
import { scratch, silent, testNode, until } from './fixture.ts';

const spec = cidOf(new Uint8Array([1]), 'dag-cbor');

t.test('three nodes in a line know each other, with addresses', async (t) => {
  const a = await testNode(t, 1);
  const b = await testNode(t, 2, { bootstrap: [a.address] });
  const c = await testNode(t, 3, { bootstrap: [b.address] });
  const nodes = [a, b, c];
  await until(() => nodes.every((node) => node.p2p.directory.known().length === 2));
  t.same(a.p2p.directory.peersOf(c.operator), [c.peer]);
  t.equal(c.p2p.directory.operatorOf(a.peer), a.operator);
  const record = a.p2p.directory.known().find(({ operator }) => operator === c.operator);
  t.equal(record?.engine, 'engine-3');
  t.ok(record?.addrs.includes(c.address));
});

t.test('a changed profile reaches the others', async (t) => {
  const a = await testNode(t, 1);
  const b = await testNode(t, 2, { bootstrap: [a.address] });
  await until(() => b.p2p.directory.known().length === 1);
  a.p2p.directory.describe({ roles: ['validator'], engine: 'engine-1', golden: 'class-7' });
  await until(() => b.p2p.directory.known()[0]?.golden === 'class-7');
  t.same(b.p2p.directory.known()[0]?.roles, ['validator']);
});

t.test('records survive a restart, and a node finds back without a first peer', async (t) => {
  const folder = await scratch(t);
  const a = await testNode(t, 1);
  const b = await testNode(t, 2, { bootstrap: [a.address], folder });
  await until(() => b.p2p.directory.known().length === 1 && a.p2p.directory.known().length === 1);
  await b.stop();
  const again = await testNode(t, 2, { folder });
  t.same(again.p2p.directory.peersOf(a.operator), [a.peer], 'known before any connection');
  await until(() => again.p2p.directory.connected().includes(a.peer));
  t.pass('connected from the stored record');
});

t.test('gossip: accepted messages spread over a node in between, rejected ones do not', async (t) => {
  const b = await testNode(t, 2, { wanted: 0 });
  const a = await testNode(t, 1, { wanted: 0, bootstrap: [b.address] });
  const c = await testNode(t, 3, { wanted: 0, bootstrap: [b.address] });
  const atB: unknown[] = [];
  const atC: unknown[] = [];
  b.p2p.gossip.subscribe('tasks', async (message, from) => {
    atB.push(message);
    t.equal(from, a.peer, 'the author');
    return (message as { job: string }).job === '13' ? 'reject' : 'accept';
  });
  c.p2p.gossip.subscribe('tasks', async (message, from) => {
    atC.push(message);
    t.equal(from, a.peer, 'the author, although B passed it on');
    return 'accept';
  });
  await until(() => [a, c].every((node) => node.p2p.directory.known().length === 2));
  await a.p2p.gossip.publish('tasks', { job: '13', spec });
  await a.p2p.gossip.publish('tasks', { job: '14', spec });
  await until(() => atB.length === 2 && atC.length > 0);
  t.same(atB, [
    { job: '13', spec },
    { job: '14', spec },
  ]);
  t.same(atC, [{ job: '14', spec }]);
  t.same(a.p2p.directory.connected(), [b.peer], 'they never spoke directly');
  await t.rejects(a.p2p.gossip.publish('tasks', { job: 'x', spec }), { code: 'P2P_BAD_MESSAGE' });
});

t.test('a message that nobody could hear is sent to the first who comes', async (t) => {
  const a = await testNode(t, 1);
  await a.p2p.gossip.publish('tasks', { job: '1', spec });
  const b = await testNode(t, 2);
  const heard: unknown[] = [];
  b.p2p.gossip.subscribe('tasks', async (message) => {
    heard.push(message);
    return 'accept';
  });
  await b.p2p.host.dial(a.address);
  await until(() => heard.length === 1);
  t.same(heard, [{ job: '1', spec }]);
});

t.test('gossip that fits no schema reaches no handler, and who repeats it is no longer heard', async (t) => {
  const b = await testNode(t, 2, { wanted: 0 });
  const a = await testNode(t, 1, { wanted: 0, bootstrap: [b.address] });
  const c = await testNode(t, 3, { wanted: 0, bootstrap: [b.address] });
  const heard: unknown[] = [];
  b.p2p.gossip.subscribe('tasks', async (message) => {
    heard.push(message);
    return 'accept';
  });
  await until(() => [a, c].every((node) => node.p2p.directory.known().length === 2));
  await a.p2p.gossip.publish('tasks', { job: '1', spec });
  await until(() => heard.length === 1);
  for (let n = 0; n < 5; n++) await a.p2p.host.publish('/corex/test/tasks/1', Uint8Array.of(0xff, n));
  await c.p2p.gossip.publish('tasks', { job: '2', spec });
  await until(() => heard.length === 2);
  // gossipsub looks at a peer's score at most once a second
  await systemClock.sleep(1_100);
  await a.p2p.gossip.publish('tasks', { job: '3', spec });
  await c.p2p.gossip.publish('tasks', { job: '4', spec });
  await until(() => heard.length > 2);
  t.same(heard, [
    { job: '1', spec },
    { job: '2', spec },
    { job: '4', spec },
  ]);
});

t.test('questions: an answer, no answer, and an operator that nobody runs', async (t) => {
  const a = await testNode(t, 1);
  const b = await testNode(t, 2, { bootstrap: [a.address] });
  a.p2p.ask.answer(async (question, from) => ((question as { n: number }).n === 1 ? { twice: 2, from } : null));
  await until(() => b.p2p.directory.known().length === 1);
  t.same(await b.p2p.ask.ask(a.operator, { n: 1 }), { twice: 2, from: b.peer });
  t.equal(await b.p2p.ask.ask(a.operator, { n: 2 }), null);
  t.same(await a.p2p.ask.ask(a.operator, { n: 1 }), { twice: 2, from: 'self' });
  t.equal(await b.p2p.ask.ask(`0x${'ab'.repeat(20)}` as typeof a.operator, { n: 1 }), null);
  await t.rejects(b.p2p.ask.ask(a.operator, { n: undefined }), { code: 'CBOR_NOT_PLAIN' });
});

t.test('a peer that does not answer in time is a timeout, and stop does not wait for it', async (t) => {
  const a = await testNode(t, 1);
  const b = await testNode(t, 2, { bootstrap: [a.address] });
  await until(() => b.p2p.directory.known().length === 1);
  const limits = { maxBytes: 100, timeoutMs: 60_000, burst: 2, perSecond: 0.001 };
  await a.p2p.exchange.serve('/slow/1', limits, () => new Promise(() => {}));
  const ask = (timeoutMs: number) =>
    b.p2p.exchange.request(a.peer, '/slow/1', new Uint8Array(3), { maxBytes: 10, timeoutMs });
  await t.rejects(ask(200), { code: 'P2P_TIMEOUT' });
  const hanging = ask(60_000);
  const ended = t.rejects(hanging, { code: /^P2P_/ });
  await t.rejects(ask(60_000), { code: 'P2P_UNREACHABLE' }, 'the third is over the allowance');
  await a.stop();
  await ended;
});

t.test('an answer or a request above its limit is refused', async (t) => {
  const a = await testNode(t, 1);
  const b = await testNode(t, 2, { bootstrap: [a.address] });
  await until(() => b.p2p.directory.known().length === 1);
  const limits = { maxBytes: 100, timeoutMs: 5_000, burst: 10, perSecond: 10 };
  await a.p2p.exchange.serve('/echo/1', limits, async (request) => request);
  const ask = (bytes: number, maxBytes: number) =>
    b.p2p.exchange.request(a.peer, '/echo/1', new Uint8Array(bytes), { maxBytes, timeoutMs: 5_000 });
  t.equal((await ask(100, 100)).length, 100);
  await t.rejects(ask(101, 200), { code: 'P2P_UNREACHABLE' });
  await t.rejects(ask(50, 49), { code: 'P2P_UNREACHABLE' });
});

t.test('a node that nobody can dial is asked through a relay', async (t) => {
  const relay = await testNode(t, 1, { wanted: 0 });
  const hidden = await testNode(t, 2, { wanted: 0, viaRelay: true, bootstrap: [relay.address] });
  await until(() => hidden.p2p.host.addresses().some((address) => address.includes('/p2p-circuit')));
  const asker = await testNode(t, 3, { wanted: 0, bootstrap: [relay.address] });
  hidden.p2p.ask.answer(async () => 'here');
  await until(() =>
    asker.p2p.directory
      .known()
      .some(
        ({ operator, addrs }) =>
          operator === hidden.operator && addrs.some((address) => address.includes('/p2p-circuit')),
      ),
  );
  t.equal(await asker.p2p.ask.ask(hidden.operator, 'where are you?'), 'here');
});

t.test('two networks do not meet', async (t) => {
  const a = await testNode(t, 1, { network: 'one' });
  const b = await testNode(t, 2, { network: 'two' });
  const c = await testNode(t, 3, { network: 'one' });
  await b.p2p.host.dial(a.address);
  await c.p2p.host.dial(a.address);
  await until(() => a.p2p.directory.known().length === 1);
  t.same(a.p2p.directory.connected(), [c.peer]);
  t.same(b.p2p.directory.connected(), []);
});

t.test('a taken port is named together with its setting', async (t) => {
  const a = await testNode(t, 1);
  const port = Number(/tcp\/(\d+)/.exec(a.address)?.[1]);
  const starting = startP2p({
    key: new Uint8Array(32).fill(9),
    network: 'test',
    listen: [`/ip4/127.0.0.1/tcp/${port}`],
    bootstrap: [],
    mdns: false,
    profile: { roles: [], engine: '', golden: '' },
    keep: { get: async () => undefined, put: async () => {}, del: async () => {}, list: async () => [] },
    signer: { address: a.operator, sign: async () => '0x' },
    clock: systemClock,
    log: silent,
  });
  const error = await starting.then(
    () => null,
    (e: unknown) => e,
  );
  t.type(error, CorexError);
  t.match(error, { code: 'P2P_PORT_TAKEN', details: { port, key: 'p2p.listen' } });
});
