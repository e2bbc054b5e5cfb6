/** The embedded chain: a free port, a taken one, a state that survives, and no child left behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { address } from '#protocol/ids.ts';
import { startAnvil } from '#node/chain/anvil.ts';
import { systemClock as clock } from '#node/clock.ts';
import { CHAIN_ID, quiet, testChain } from './world.ts';

const ports = { clock, log: quiet };
const settings = { chainId: CHAIN_ID, port: 0, stateFile: null, blockSeconds: 1 };

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

t.test('it answers, and is gone after stop', async (t) => {
  const anvil = await startAnvil(settings, ports);
  t.ok(anvil.port > 0);
  t.equal(await listens(anvil.port), true);
  await anvil.stop();
  t.equal(await listens(anvil.port), false);
});

t.test('a taken port is an error with a code', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  await t.rejects(startAnvil({ ...settings, port }, ports), { code: 'CHAIN_PORT_TAKEN', details: { port } });
  server.close();
});

t.test('balances, blocks and receipts survive a restart', async (t) => {
  const stateFile = join(t.testdir(), 'nested', 'chain.json');
  const to = address(`0x${'17'.repeat(20)}`);
  const first = await testChain(stateFile);
  const [dev] = await first.rpc.accounts();
  if (dev === undefined) return t.fail('anvil has no accounts');
  const transaction = await first.rpc.sendFrom(dev, to, 5n);
  await first.mine();
  const before = await first.rpc.header(1);
  await first.stop();

  const second = await testChain(stateFile);
  t.equal(await second.rpc.balance(to), 5n);
  t.equal((await second.rpc.header(1))?.hash, before?.hash);
  t.equal((await second.rpc.receipt(transaction))?.status, 1);
  await second.stop();
});

t.test('it ends when its owner is killed', async (t) => {
  const world = fileURLToPath(new URL('./world.ts', import.meta.url));
  const script = `import { testChain } from ${JSON.stringify(world)};
    const { anvil } = await testChain();
    console.log(anvil.port);
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(owner.stdout, 'data');
  const port = Number(said);
  t.equal(await listens(port), true);
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  for (let i = 0; i < 200 && (await listens(port)); i += 1) await clock.sleep(50);
  t.equal(await listens(port), false);
});
