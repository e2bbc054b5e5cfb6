/** Precedence of flags, environment, file, profile and default; and that nothing unknown passes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readSettings, settingsError, withSettings } from '#node/settings-read.ts';

const homeWith = (name: string, yaml: string): string => {
  const home = t.testdir({ [name]: { 'corex.yaml': yaml } });
  return join(home, name);
};

t.test('flags win over environment over file over profile over default', (t) => {
  const home = homeWith('a', 'chain:\n  pollMs: 300\n  confirmations: 5\napi:\n  port: 1001\nlog: { level: warn }\n');
  const settings = readSettings({
    flags: { home, 'api.port': '1003', roles: 'compute,validator' },
    environment: { COREX_API_PORT: '1002', COREX_LOG_LEVEL: 'debug', COREX_P2P_MDNS: 'no' },
  });
  t.equal(settings.api.port, 1003, 'flag');
  t.equal(settings.log.level, 'debug', 'environment');
  t.equal(settings.p2p.mdns, false, 'environment switch');
  t.equal(settings.chain.pollMs, 300, 'file over profile');
  t.equal(settings.keys.scryptN, 4096, 'profile over default');
  t.equal(settings.compute.workers, 1, 'default');
  t.same(settings.roles, ['compute', 'validator']);
  t.end();
});

t.test('the result is frozen through and through', (t) => {
  const settings = readSettings({ flags: { home: t.testdir() } });
  t.ok(Object.isFrozen(settings) && Object.isFrozen(settings.p2p) && Object.isFrozen(settings.p2p.listen));
  const changed = withSettings(settings, { roles: [], 'api.port': 0 });
  t.same(changed.roles, []);
  t.equal(settings.api.port, 4680);
  t.end();
});

t.test('an unknown key names file, line, key and the nearest known one', (t) => {
  const home = homeWith('b', 'log:\n  level: info\np2p:\n  listne: [/ip4/0.0.0.0/tcp/1]\n');
  t.throws(() => readSettings({ flags: { home } }), {
    code: 'SETTINGS_UNKNOWN_KEY',
    message: /b\/corex\.yaml:4: unknown key "p2p\.listne"; did you mean "p2p\.listen"\?/,
  });
  t.end();
});

t.test('a wrong value names its place and what is expected', (t) => {
  const home = homeWith('c', 'api:\n  port: many\n');
  t.throws(() => readSettings({ flags: { home } }), {
    code: 'SETTINGS_BAD_VALUE',
    message: /c\/corex\.yaml:2: api\.port: .*"many"/,
  });
  const bad = (environment: Record<string, string>) => () =>
    readSettings({ flags: { home: t.testdir() }, environment });
  t.throws(bad({ COREX_API_PORT: '99999' }), { code: 'SETTINGS_BAD_VALUE', message: /^COREX_API_PORT: api\.port/ });
  t.throws(bad({ COREX_API_PROT: '1' }), {
    code: 'SETTINGS_UNKNOWN_VARIABLE',
    message: /did you mean "COREX_API_PORT"/,
  });
  t.throws(bad({ COREX_STAKE_TARGET: 'lots' }), { code: 'SETTINGS_BAD_VALUE', message: /minimum/ });
  t.throws(bad({ COREX_CHAIN_RPC: 'ftp://x' }), { code: 'SETTINGS_BAD_VALUE', message: /http/ });
  t.end();
});

t.test('broken YAML, duplicate keys and aliases are refused', (t) => {
  for (const yaml of ['log: [', 'profile: devnet\nprofile: devnet\n', 'roles: &a [compute]\np2p:\n  listen: *a\n']) {
    const home = homeWith('d', yaml);
    t.throws(() => readSettings({ flags: { home } }), { code: 'SETTINGS_BAD_FILE' }, yaml);
  }
  t.end();
});

t.test('an unknown profile names the known ones', (t) => {
  const home = t.testdir({ 'p.yaml': 'name: p\nchainId: 1\nlwa: {}\n' });
  t.throws(() => readSettings({ flags: { home, profile: 'devnte' } }), {
    code: 'PROFILE_UNKNOWN',
    message: /did you mean "devnet"/,
  });
  const profile = join(home, 'p.yaml');
  t.throws(() => readSettings({ flags: { home, profile } }), {
    code: 'PROFILE_BAD',
    message: /p\.yaml:3: lwa: unknown key "lwa"; did you mean "law"/,
  });
  t.end();
});

t.test('every code has its remedy', (t) => {
  for (const { code, todo } of settingsError.entries) t.ok(todo.length > 10, code);
  t.end();
});

t.test('an empty file and a missing one are the same', (t) => {
  const home = homeWith('e', '');
  mkdirSync(join(home, 'x'));
  writeFileSync(join(home, 'corex.yaml'), '# nothing\n');
  t.equal(readSettings({ flags: { home } }).api.port, 4680);
  t.end();
});
