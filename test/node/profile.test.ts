/** Network profiles: the shipped ones hold, and a wrong one is named. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { profileNames, profilesFolder, readDeployedProfile, readProfile } from '#node/profile.ts';

const devnet = readFileSync(join(profilesFolder, 'devnet.yaml'), 'utf8');
const contracts = 'token beacon stakes ledger court pool market credential adjudicator disputes'
  .split(' ')
  .map((name, i) => `  ${name}: "0x${String(i).repeat(40)}"`)
  .join('\n');

const quicknet = readFileSync(join(profilesFolder, 'corex.yaml'), 'utf8').match(/^beacon:\n(?: .*\n)+/m)?.[0] ?? '';

t.test('every shipped profile is sound', (t) => {
  t.ok(profileNames().includes('devnet') && profileNames().includes('corex'));
  for (const name of profileNames()) t.equal(readProfile(name).name, name);
  t.end();
});

t.test('a network to join has contracts and a genesis', (t) => {
  t.throws(() => readDeployedProfile('devnet'), { code: 'PROFILE_NOT_DEPLOYED', todo: /corex devnet/ });
  const file = join(
    t.testdir({ 'p.yaml': `${devnet}\ngenesis: 1700000000\ncontracts:\n${contracts}\n${quicknet}` }),
    'p.yaml',
  );
  t.match(readDeployedProfile(file), {
    genesis: 1_700_000_000,
    law: { genesis: 1_700_000_000, epochSeconds: 6 },
    contracts: { pool: `0x${'5'.repeat(40)}` },
    beacon: { genesis: 1_692_803_367, period: 3 },
  });
  t.end();
});

const mistakes: ReadonlyArray<readonly [string, string, { code: string; message: RegExp }]> = [
  [
    'epochSeconds: 6',
    'epochSecond: 8',
    { code: 'PROFILE_BAD', message: /p\.yaml:5: law\.epochSecond: .*did you mean "epochSeconds"/ },
  ],
  ['epochSeconds: 6', 'epochSeconds: 0', { code: 'PROFILE_BAD', message: /law\.epochSeconds/ }],
  ['commitSeconds: 3', 'commitSeconds: 8', { code: 'PROFILE_BROKEN_LAW', message: /commit window/ }],
  [
    'chainId: 31337',
    'chainId: 31337\ncontracts: { token: "0x1" }',
    { code: 'PROFILE_BAD', message: /contracts\.token: a 20-byte address/ },
  ],
];

for (const [written, mistaken, expected] of mistakes) {
  t.test(mistaken, (t) => {
    t.ok(devnet.includes(written));
    const file = join(t.testdir({ 'p.yaml': devnet.replace(written, mistaken) }), 'p.yaml');
    t.throws(() => readProfile(file), expected);
    t.end();
  });
}

t.test('a key that is none is found at once', (t) => {
  const forged = quicknet.replace('publicKey: 83cf', 'publicKey: 83ce');
  const file = join(t.testdir({ 'p.yaml': `${devnet}\n${forged}` }), 'p.yaml');
  t.throws(() => readProfile(file), { code: 'PROFILE_BAD', message: /beacon\.publicKey: a point of G2/ });
  t.end();
});
