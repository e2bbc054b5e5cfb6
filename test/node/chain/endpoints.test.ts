/** Endpoints: nobody answers, the wrong chain answers, the second answers when the first does not. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import t from 'tap';
import { openEndpoints, refusal } from '#node/chain/endpoints.ts';
import { CHAIN_ID, quiet, testChain } from './world.ts';

const ports = { log: quiet };
/** Port 1 is never listened on. */
const DEAD = 'http://127.0.0.1:1';

t.test('nobody answers', async (t) => {
  const opening = openEndpoints({ urls: [DEAD], chainId: CHAIN_ID }, ports);
  await t.rejects(opening, { code: 'CHAIN_UNREACHABLE', message: /127\.0\.0\.1:1/, details: { key: 'chain.rpc' } });
});

t.test('a real chain behind several endpoints', async (t) => {
  const chain = await testChain();
  t.teardown(() => chain.stop());
  const { url } = chain.anvil;

  await t.rejects(openEndpoints({ urls: [url], chainId: 5 }, ports), {
    code: 'CHAIN_WRONG_NETWORK',
    details: { url, expected: 5, found: CHAIN_ID },
  });

  const second = await openEndpoints({ urls: [DEAD, url], chainId: CHAIN_ID }, ports);
  t.match(await second.send('eth_blockNumber', []), /^0x/);
  t.equal(second.shown(), url);
  second.close();
  await t.rejects(second.send('eth_blockNumber', []), { code: 'CHAIN_STOPPED' });

  const refused = await chain.endpoints.send('eth_nonsense', []).catch((error: unknown) => refusal(error));
  t.match(refused, { kind: 'other', data: null });
});

t.test('a web page is not an endpoint, and keys in addresses are not shown', async (t) => {
  const server = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  const urls = [`http://127.0.0.1:${port}/v3/0123456789abcdef0123456789abcdef`];
  const error = await openEndpoints({ urls, chainId: CHAIN_ID }, ports).catch((cause: unknown) => cause);
  t.match(error, { code: 'CHAIN_UNREACHABLE', message: /does not speak JSON-RPC/ });
  t.notMatch(error, { message: /0123456789abcdef/ });
});
