/** Whatever is wrong is said in one clear error, with file, key and mend; nothing is spent, no stack trace. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { systemClock, systemRandom } from '#node/clock.ts';
import { openChain } from '#node/chain/chain.ts';
import { startEmbeddedChain } from '#node/devnet/embedded.ts';
import { createKeys } from '#node/keys/keystore.ts';
import { createLog } from '#node/log.ts';
import { linear, node, withExternalData } from '../engine/onnx/models.ts';
import { corex, type Ran } from './program.ts';

const PASSWORD = 'correct horse';
const ROWS = '1,2,3,4,0\n4,3,2,1,1\n';

const job = (changes: Readonly<Record<string, unknown>>): string =>
  stringify({
    name: 'small',
    program: 'train',
    model: 'good.onnx',
    data: { csv: 'rows.csv', features: '0-3', label: 4 },
    loss: 'softmax-cross-entropy',
    optimizer: { kind: 'sgd', lr: 0.1 },
    batch: 2,
    steps: 1,
    segment: 1,
    fee: '1.0',
    ...changes,
  });

/** Job file → what its error must say: the file, the key, the mend. */
const CASES: ReadonlyArray<
  readonly [name: string, changes: Readonly<Record<string, unknown>>, says: readonly RegExp[]]
> = [
  ['a wrong key', { optimzer: 1 }, [/optimzer/, /optimizer/]],
  ['a model that is no ONNX', { model: 'rows.csv' }, [/model/, /rows\.csv/]],
  ['an unknown operator', { model: 'unknown.onnx' }, [/model/, /unknown\.onnx/, /Frobnicate/]],
  ['external data', { model: 'external.onnx' }, [/model/, /external\.onnx/, /external/]],
  ['a custom domain', { model: 'custom.onnx' }, [/model/, /custom\.onnx/, /com\.example/]],
  ['data of the wrong shape', { data: { csv: 'rows.csv', features: '0-2', label: 4 } }, [/data/, /3/, /4/]],
  ['a file that is not there', { model: 'nowhere.onnx' }, [/model/, /nowhere\.onnx/]],
  ['a fee above the balance', {}, [/fee/, /1\.0/, /balance|account/]],
];

t.setTimeout(600_000);

t.test('the program refuses what is wrong', { timeout: 600_000 }, async (t) => {
  const home = t.testdir();
  const random = systemRandom;
  const log = createLog({ level: 'silent', json: true });
  const { address } = await createKeys(home, { password: PASSWORD, scryptN: 2 }, random);
  const embedded = await startEmbeddedChain(home, [address], { clock: systemClock, random, log });
  t.teardown(() => embedded.stop());
  const { genesis: _, ...law } = embedded.profile.law;
  const profile = join(home, 'profile.yaml');
  await writeFile(profile, stringify({ ...embedded.profile, law }));
  const p2p = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false };
  await writeFile(join(home, 'corex.yaml'), stringify({ profile, api: { port: 0 }, p2p }));
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'rows.csv': ROWS,
    'good.onnx': linear(),
    'unknown.onnx': linear({ nodes: [node('Frobnicate', ['input'], 'output')] }),
    'custom.onnx': linear({ nodes: [{ ...node('Gemm', ['input', 'w', 'b'], 'output'), domain: 'com.example' }] }),
    'external.onnx': withExternalData(),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(home, name), bytes);
  const run = (words: readonly string[], password = PASSWORD): Promise<Ran> =>
    corex([...words, '--home', home], { COREX_PASSWORD: password });
  const refuses = (t: Test, { code, err }: Ran, says: readonly RegExp[]): void => {
    t.ok((code ?? 0) > 0, `exit code ${code}`);
    t.match(err, /^error [A-Z0-9_]+: /m);
    t.match(err, /^ +→ /m, 'says what to do');
    t.notMatch(err, /\n {4}at /, 'no stack trace');
    for (const part of says) t.match(err, part);
  };

  for (const [name, changes, says] of CASES) {
    await t.test(name, async (t) => {
      await writeFile(join(home, 'job.yaml'), job(changes));
      refuses(t, await run(['submit', join(home, 'job.yaml'), '--wait']), [/job\.yaml/, ...says]);
    });
  }
  await t.test('a wrong password', async (t) => refuses(t, await run(['start'], 'wrong'), [/password/i]));
  await t.test('an unreachable RPC', async (t) => {
    refuses(t, await run(['start', '--chain-rpc', 'http://127.0.0.1:9']), [/127\.0\.0\.1:9/, /chain\.rpc/]);
  });
  await t.test('a taken port', async (t) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => new Promise((resolve) => server.close(resolve)));
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    refuses(t, await run(['start', '--p2p-listen', `/ip4/127.0.0.1/tcp/${port}`]), [
      new RegExp(String(port)),
      /p2p\.listen/,
    ]);
  });

  const { settings, ports } = embedded.observe({ clock: systemClock, random, log });
  const chain = await openChain(settings, ports);
  await chain.start();
  t.equal(chain.view.jobs().length, 0, 'nothing was posted');
  await chain.stop();
});
