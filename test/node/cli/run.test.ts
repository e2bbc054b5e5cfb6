/** The command line: help, and that every mistake ends in one coded error with its exit code and no stack. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { systemClock, systemRandom } from '#node/clock.ts';
import { commands } from '#node/cli/commands.ts';
import { runCommandLine } from '#node/cli/run.ts';
import { readSettings } from '#node/settings-read.ts';

const job = join(import.meta.dirname, '..', '..', '..', 'examples', 'digits', 'train.yaml');

async function corex(argv: readonly string[], environment: Record<string, string> = {}) {
  const text = { out: '', err: '' };
  const sink = (name: 'out' | 'err') => ({
    write: (more: string) => {
      text[name] += more;
    },
  });
  const world = {
    environment,
    terminal: null,
    clock: systemClock,
    random: systemRandom,
    signal: new AbortController().signal,
  };
  const code = await runCommandLine(argv, world, { out: sink('out'), err: sink('err') });
  return { code, ...text };
}

t.test('help is there for all and for each, with an example and exit codes', async (t) => {
  const all = await corex(['help']);
  t.equal(all.code, 0);
  t.same(await corex([]), all);
  for (const name of Object.keys(commands)) {
    t.match(all.out, new RegExp(`^  ${name}\\b`, 'm'));
    const page = await corex([name, '--help']);
    t.equal(page.code, 0);
    t.match(page.out, new RegExp(`Usage: corex ${name}[^]*--json[^]*Examples?:\n  corex ${name}[^]*Exit codes:`));
    t.same(await corex(['help', name]), page);
  }
  t.match((await corex(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
});

t.test('mistakes', async (t) => {
  const home = t.testdir({ 'bad.yaml': readFileSync(job, 'utf8').replace('batch:', 'bacth:') });
  const mistakes: ReadonlyArray<readonly [readonly string[], number, RegExp]> = [
    [['sumbit'], 2, /^error CLI_UNKNOWN_COMMAND: .*did you mean "submit"/],
    [['help', 'nothing'], 2, /CLI_UNKNOWN_COMMAND/],
    [['status', '--jsno'], 2, /CLI_UNKNOWN_FLAG: corex status has no option --jsno; did you mean --json/],
    [['status', '--home'], 2, /CLI_NO_VALUE: --home/],
    [['job'], 2, /CLI_WRONG_WORDS: expected: corex job ID/],
    [['job', '1', '2'], 2, /CLI_WRONG_WORDS/],
    [['devnet', '--compute', 'some'], 2, /CLI_BAD_VALUE: --compute: a whole number from 1 to 64/],
    [['stake', '-1'], 2, /CLI_/],
    [['stake', '0', '--home', home], 2, /CLI_BAD_VALUE: AMOUNT/],
    [['send', '0x1', '1', '--home', home], 2, /CLI_BAD_VALUE: ADDRESS/],
    [['submit', join(home, 'none.yaml'), '--home', home], 2, /JOBFILE_UNREADABLE/],
    [
      ['submit', join(home, 'bad.yaml'), '--home', home],
      2,
      /JOBFILE_BAD_KEY: .*bad\.yaml:\d+: bacth: unknown key "bacth"; did you mean "batch"\?\n {2}→ /,
    ],
    [['status', '--home', home], 4, /KEY_NO_KEYSTORE: .*\n {2}→ run `corex init`/],
    [['start', '--home', home, '--api-port', 'x'], 2, /SETTINGS_BAD_VALUE: --api-port: api\.port/],
    [['init', '--home', home], 4, /KEY_NO_PASSWORD/],
  ];
  for (const [argv, code, message] of mistakes) {
    const done = await corex(argv);
    t.equal(done.code, code, argv.join(' '));
    t.match(done.err, message);
    t.equal(done.err.trimEnd().split('\n').length, 2, 'an error and its mend, no stack');
    t.equal(done.out, '');
  }
});

t.test('with --json errors are JSON; with --trace there is a stack', async (t) => {
  const { err } = await corex(['sumbit', '--json']);
  t.match(JSON.parse(err), { error: { code: 'CLI_UNKNOWN_COMMAND', todo: /help/ } });
  t.match((await corex(['sumbit', '--trace'])).err, /\n\s+at /);
  t.match((await corex(['sumbit'], { COREX_TRACE: '1' })).err, /\n\s+at /);
});

t.test('init makes keys and settings once', async (t) => {
  const home = join(t.testdir(), 'miner');
  const secret = { COREX_PASSWORD: 'pw' };
  const made = await corex(['init', '--home', home, '--role', 'validator', '--chain-poll-ms', '77', '--json'], secret);
  t.equal(made.code, 0);
  const { address } = JSON.parse(made.out);
  t.match(address, /^0x[0-9a-f]{40}$/);
  const settings = readSettings({ flags: { home } });
  t.same(settings.roles, ['validator'], 'corex.yaml is read back');
  t.equal(settings.chain.pollMs, 77, 'so is what was asked for beside');
  t.match(await corex(['init', '--home', home], secret), { code: 4, err: /KEY_EXISTS/ });
  t.equal(
    JSON.parse((await corex(['init', '--home', home, '--force', '--json'], secret)).out).address,
    address,
    'keys stay',
  );
});
