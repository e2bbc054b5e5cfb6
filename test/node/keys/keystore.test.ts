/** Keys at rest: they come back with the right password, and every wrong way is refused with its code. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { recoverAddress } from 'ethers';
import t from 'tap';
import { hash } from '#protocol/ids.ts';
import { systemRandom } from '#node/clock.ts';
import { createKeys, hasKeys, keysFolder, openKeys, operatorFile, readAddress } from '#node/keys/keystore.ts';
import { readPassword } from '#node/keys/password.ts';

const light = { password: 'correct horse', scryptN: 2 };

t.test('what was stored opens again, and signs as its address', async (t) => {
  const home = join(t.testdir(), 'home');
  t.notOk(hasKeys(home));
  const made = await createKeys(home, light, systemRandom);
  const opened = await openKeys(home, light.password);
  t.equal(opened.address, made.address);
  t.equal(await readAddress(home), made.address);
  t.same([...opened.peerSeed], [...made.peerSeed]);
  t.equal(opened.peerSeed.length, 32);
  const digest = hash(`0x${'5a'.repeat(32)}`);
  t.equal(recoverAddress(digest, await opened.signer.sign(digest)).toLowerCase(), made.address);
});

t.test('no secret stands in the files, and only the owner reads them', async (t) => {
  const home = t.testdir();
  const { operatorKey, peerSeed } = await createKeys(home, light, systemRandom);
  for (const name of ['operator.json', 'peer.json']) {
    const file = join(keysFolder(home), name);
    const text = readFileSync(file, 'utf8');
    t.notOk(text.includes(operatorKey.slice(2)) || text.includes(Buffer.from(peerSeed).toString('base64')));
    t.equal(statSync(file).mode & 0o777, 0o600);
  }
});

t.test('wrong ways in', async (t) => {
  const home = t.testdir();
  await t.rejects(openKeys(home, 'x'), { code: 'KEY_NO_KEYSTORE', todo: /corex init/ });
  const { address } = await createKeys(home, light, systemRandom);
  await t.rejects(openKeys(home, 'wrong'), {
    code: 'KEY_WRONG_PASSWORD',
    message: /operator\.json/,
    todo: /--password-file/,
  });
  await t.rejects(createKeys(home, light, systemRandom), { code: 'KEY_EXISTS' });
  t.equal(await readAddress(home), address, 'the first keys are still there');
  const peer = join(keysFolder(home), 'peer.json');
  const sealed = readFileSync(peer, 'utf8');
  writeFileSync(peer, sealed.replace(/"tag":"..../, '"tag":"AAAA'));
  await t.rejects(openKeys(home, light.password), { code: 'KEY_DAMAGED', message: /peer\.json/ });
  writeFileSync(operatorFile(home), '{}');
  await t.rejects(openKeys(home, light.password), { code: 'KEY_DAMAGED' });
  await t.rejects(readAddress(home), { code: 'KEY_DAMAGED' });
});

t.test('the password comes from the file, the environment or the terminal', async (t) => {
  const folder = t.testdir({ p: 'from file\n', empty: '\n' });
  const environment = { COREX_PASSWORD: 'from environment' };
  t.equal(await readPassword({ passwordFile: join(folder, 'p'), environment, terminal: null }), 'from file');
  t.equal(await readPassword({ passwordFile: '', environment, terminal: null }), 'from environment');
  await t.rejects(readPassword({ passwordFile: join(folder, 'empty'), environment, terminal: null }), {
    code: 'KEY_EMPTY_PASSWORD',
  });
  await t.rejects(readPassword({ passwordFile: join(folder, 'none'), environment, terminal: null }), {
    code: 'KEY_PASSWORD_FILE',
    message: /none/,
  });
  await t.rejects(readPassword({ passwordFile: '', environment: {}, terminal: null }), {
    code: 'KEY_NO_PASSWORD',
    todo: /COREX_PASSWORD/,
  });
  t.equal(existsSync(join(folder, 'none')), false);
});

t.test('the terminal does not show what is typed, and a new password is typed twice', async (t) => {
  const typed = async (
    lines: readonly string[],
    times: 'once' | 'twice',
  ): Promise<{ password: string; shown: string }> => {
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = '';
    const rest = [...lines];
    output.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      if (chunk.toString().endsWith(': ')) setImmediate(() => input.write(`${rest.shift() ?? ''}\n`));
    });
    return {
      password: await readPassword({ passwordFile: '', environment: {}, terminal: { input, output } }, times),
      shown,
    };
  };
  const { password, shown } = await typed(['hush', 'hush'], 'twice');
  t.equal(password, 'hush');
  t.notMatch(shown, /hush/);
  await t.rejects(typed(['hush', 'hash'], 'twice'), { code: 'KEY_PASSWORDS_DIFFER' });
  await t.rejects(typed([''], 'once'), { code: 'KEY_EMPTY_PASSWORD' });
});
