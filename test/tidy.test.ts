/** The house rules that no linter says: captions, names, forbidden calls, twins, documented errors, and the linter's own floors. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import t from 'tap';
import { allErrors, tableFiles } from '#tools/errors.ts';
import { captionOf, filesIn, read, rooms, root } from '#tools/sources.ts';

const sources = rooms.flatMap((room) => filesIn(room, ['.ts', '.js']));
const written = sources.filter((file) => !file.startsWith('contracts-abi/'));
const tests = ['test', 'bench']
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => filesIn(folder, ['.ts']));
const solidity = filesIn('contracts/src', ['.sol']);

/** The lines of the files on which a pattern stands, outside comments. */
const linesWith = (files: readonly string[], pattern: RegExp): string[] =>
  files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, i) =>
        pattern.test(line) && !/^\s*(\/\/|\/?\*)/.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [],
      ),
  );

t.test('every file starts with its caption', (t) => {
  t.same(
    [...written, ...tests].filter((file) => captionOf(read(file)) === null),
    [],
  );
  t.end();
});

t.test('names say what a file holds', (t) => {
  const refused =
    /(^|\/)(utils?|helpers?|common|misc|managers?|shared|index|core)([./]|$)|-(utils?|helpers?|managers?)\b/;
  t.same(
    [...written, ...tests, ...solidity].filter((file) => refused.test(file)),
    [],
  );
  t.same(
    [...written, ...tests].filter((file) => !/^[a-z0-9./-]+$/.test(file)),
    [],
    'lower-case with dashes',
  );
  t.end();
});

/** The real clock, and the child process that tells its parent when it is alive. */
const realTime = new Set(['node/clock.ts', 'engine/run/child.ts']);

t.test('time and chance come in as ports', (t) => {
  const asked =
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bset(Timeout|Interval)\(|\brandomBytes\(|\bperformance\.now\(/;
  const files = written.filter((file) => !realTime.has(file) && !file.startsWith('tools/'));
  t.same(linesWith(files, asked), []);
  t.end();
});

t.test('no loose ends', (t) => {
  t.same(
    linesWith(
      [...written, ...tests, ...solidity].filter((file) => file !== 'test/tidy.test.ts'),
      /\b(TODO|FIXME|XXX|HACK)\b/,
    ),
    [],
  );
  t.same(
    linesWith(written, /\bas unknown as\b|@ts-expect-error|@ts-ignore|: any\b|\bas any\b/).filter(
      (line) => !line.startsWith('protocol/errors.ts'),
    ),
    [],
  );
  t.same(
    linesWith(written, /\bthrow new Error\(|\bcatch \{\s*\}/).filter((line) => !line.startsWith('tools/')),
    [],
    'errors have codes',
  );
  t.same(
    linesWith(
      tests.filter((file) => file !== 'test/tidy.test.ts'),
      /\.(only|skip|todo)\(|\b(only|skip|todo): true/,
    ),
    [],
    'no test is left out',
  );
  t.same(
    linesWith([...written, ...tests], /['"`](\/home\/|\/root\/|\/work\/|\/Users\/)/).filter(
      (line) => !line.startsWith('test/tidy'),
    ),
    [],
    'no absolute paths',
  );
  t.end();
});

t.test('every file is imported or run by something', (t) => {
  const all = [...sources, ...tests].map((file) => ({ file, text: read(file) }));
  const scripts = read('package.json');
  const isUsed = (file: string): boolean =>
    scripts.includes(file) || all.some((other) => other.file !== file && other.text.includes(basename(file)));
  t.same(
    written.filter((file) => !isUsed(file)),
    [],
  );
  t.end();
});

t.test('what has rules has a test of its own', (t) => {
  const twin = (file: string): string => `test/${file.replace(/\.(ts|js)$/, '.test.ts')}`;
  const folderIsTested = (file: string): boolean => tests.some((test) => test.startsWith(`test/${dirname(file)}/`));
  const bare = written.filter(
    (file) => !file.startsWith('tools/') && !existsSync(join(root, twin(file))) && !folderIsTested(file),
  );
  t.same(
    bare.filter((file) => file.startsWith('protocol/') && dirname(file) !== 'protocol'),
    [],
    'every room of the law is tested',
  );
  for (const file of bare) t.comment(`no test beside ${file}`);
  t.end();
});

t.test('error codes are unique, and documented with a remedy', async (t) => {
  const errors = await allErrors();
  const codes = errors.map(({ code }) => code);
  t.same(
    codes.filter((code, i) => codes.indexOf(code) !== i),
    [],
  );
  t.same(
    errors.filter(({ code, todo }) => !/^[A-Z][A-Z0-9_]+$/.test(code) || todo.trim().length < 8),
    [],
  );
  const documented = read('docs/errors.md');
  t.same(
    codes.filter((code) => !documented.includes(`\`${code}\``)),
    [],
  );
  const made = written.filter((file) => file !== 'protocol/errors.ts' && /= errorTable\(/.test(read(file)));
  t.same(
    made,
    tableFiles().map(({ file }) => file),
    'every table is exported',
  );
});

t.test('nothing large is checked in', (t) => {
  const { stdout } = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const allowed = new Set(['package-lock.json', 'examples/digits/digits.csv']);
  const files = stdout.split('\n').filter((file) => file !== '' && existsSync(join(root, file)) && !allowed.has(file));
  t.ok(files.length > 10);
  t.same(
    files.filter((file) => statSync(join(root, file)).size > 300_000 && !file.startsWith('contracts-abi/')),
    [],
  );
  t.end();
});

/** Each rule of biome.json about floors and doors, with a line that it must refuse. */
const trespasses: ReadonlyArray<readonly [file: string, line: string]> = [
  ['protocol/trespass.ts', "import { x } from '#engine/graph/tensor.ts';"],
  ['protocol/trespass.ts', "import { readFileSync } from 'node:fs';"],
  ['engine/trespass.ts', "import { x } from '#verifier/audit.ts';"],
  ['engine/run/trespass.ts', "import { x } from '../../node/clock.ts';"],
  ['engine/run/trespass.ts', "import { x } from 'onnxruntime-node';"],
  ['verifier/trespass.ts', "import { x } from '#node/clock.ts';"],
  ['node/chain/trespass.ts', "import { x } from '#node/p2p/host.ts';"],
  ['node/p2p/trespass.ts', "import { x } from 'ethers';"],
  ['node/roles/trespass.ts', "import { x } from '../chain/chain.ts';"],
  ['node/roles/trespass.ts', "import { x } from 'level';"],
  ['node/cli/trespass.ts', "import { x } from 'libp2p';"],
  ['node/api/trespass.ts', "import { x } from '#test/tidy.test.ts';"],
];

t.test('the linter refuses imports through floors and walls', (t) => {
  const house = t.testdir({ 'biome.json': read('biome.json') });
  for (const [file, line] of trespasses) {
    const at = join(house, file);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, `/** x. */\n${line}\n\nexport const y = x;\n`);
    const biome = join(root, 'node_modules', '.bin', 'biome');
    const { stdout, stderr } = spawnSync(
      biome,
      ['lint', '--only=style/noRestrictedImports', `--config-path=${house}`, at],
      { cwd: house, encoding: 'utf8' },
    );
    t.match(stdout + stderr, /noRestrictedImports/, `${file}: ${line}`);
    rmSync(at);
  }
  t.end();
});
