/** The command: the same seed gives the same bytes, CSV parses, the page stands alone, and wrong flags are refused. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { parseCxt } from '#protocol/ids.ts';
import { SUPPLY } from '#simulation/rules.ts';
import { scenarios } from '#simulation/scenarios/all.ts';

const main = resolve(import.meta.dirname, '..', '..', 'simulation', 'main.ts');
const simulate = (...argv: string[]) => spawnSync(process.execPath, [main, ...argv], { encoding: 'utf8' });

/** A field holds no quote here; fields with commas are quoted. */
const fieldsOf = (line: string): string[] =>
  [...line.matchAll(/("[^"]*"|[^,]*)(,|$)/g)]
    .slice(0, line.endsWith(',') ? undefined : -1)
    .map(([, field = '']) => field);

t.test('all scenarios, twice', async (t) => {
  const folder = t.testdir({});
  const [first, second, other, page] = ['1.csv', '2.csv', '3.csv', 'page.html'].map((name) => join(folder, name));
  const run = simulate('--years', '0.2', '--csv', `${first}`, '--html', `${page}`);
  t.equal(run.status, 0, run.stderr);
  t.equal(run.stderr, '');
  t.ok(
    run.stdout.split('\n').every((line) => line.length <= 120),
    'fits 120 columns',
  );
  for (const { name } of scenarios) t.match(run.stdout, name);
  simulate('--years', '0.2', '--csv', `${second}`);
  t.ok(readFileSync(`${first}`).equals(readFileSync(`${second}`)), 'the same bytes');

  const years = ['--years', '1.5', '--scenario', 'lazy'];
  simulate(...years, '--csv', `${second}`);
  simulate(...years, '--seed', '2', '--csv', `${other}`);
  t.notOk(readFileSync(`${second}`).equals(readFileSync(`${other}`)), 'another seed, other fates');

  const [header = '', ...lines] = readFileSync(`${first}`, 'utf8').trimEnd().split('\n');
  const titles = fieldsOf(header);
  const at = (line: string, title: string): string => fieldsOf(line)[titles.indexOf(title)] ?? '';
  const worlds = scenarios.reduce((sum, scenario) => sum + scenario.worlds.length, 0);
  t.equal(lines.length, worlds * 4, 'genesis, two months, and the end');
  for (const line of lines) {
    const places = ['pool', 'unclaimed', 'wallets', 'staked', 'escrowed', 'burned'].map((title) =>
      parseCxt(at(line, title)),
    );
    if (fieldsOf(line).length !== titles.length || places.reduce((sum, amount) => sum + amount, 0n) !== SUPPLY)
      t.fail(line);
  }
  const html = readFileSync(`${page}`, 'utf8');
  for (const { worlds: plans } of scenarios)
    for (const { name } of plans) t.ok(html.includes(`<h3>${name}</h3>`), name);
  t.notMatch(html, /<script|https?:|NaN|undefined/);
});

t.test('wrong flags are one line and exit code 2', async (t) => {
  for (const argv of [
    ['--yeers', '3'],
    ['--years', 'ten'],
    ['--years', '0'],
    ['--seed', '1.5'],
    ['--scenario', 'boom'],
    ['--profile', 'nowhere'],
    ['more'],
    ['--csv'],
  ]) {
    const { status, stdout, stderr } = simulate(...argv);
    t.equal(status, 2, argv.join(' '));
    t.equal(stdout, '');
    t.match(stderr, /^error [A-Z_]+: [^\n]+\n$/);
  }
  const unwritable = simulate('--years', '0.01', '--scenario', 'whale', '--csv', join(t.testdir({}), 'none', 'x.csv'));
  t.equal(unwritable.status, 2);
  t.match(unwritable.stderr, /^error SIMULATION_CANNOT_WRITE: [^\n]+\n$/);
});

t.test('--help', async (t) => {
  const { status, stdout } = simulate('--help');
  t.equal(status, 0);
  t.match(stdout, /--scenario NAME/);
});
