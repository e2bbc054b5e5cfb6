/** The lab: what the operators, the golden suite or a whole shard compute on other processors. */
//   node tools/emulate.ts --write                     measure every operator, print docs/determinism.md
//   node tools/emulate.ts --golden                    the comparison class under every profile
//   node tools/emulate.ts --graph step.onnx --state s.safetensors --data d.safetensors --batch 32 --steps 200
//   … --profiles native,haswell,neoverse-n1           only these
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { labCases } from './emulate-case.ts';
import { productCases } from './emulate-cases-products.ts';
import { simpleCases } from './emulate-cases-simple.ts';
import { missingFor, runUnder } from './emulate-launch.ts';
import { COLUMNS, differing, failures, measure } from './emulate-measure.ts';
import { measured, measurementsFile, writePage } from './emulate-page.ts';
import { PROFILES, type Profile, profileNamed } from './emulate-profiles.ts';
import { root } from './sources.ts';

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    golden: { type: 'boolean', default: false },
    profiles: { type: 'string' },
    graph: { type: 'string' },
    state: { type: 'string' },
    data: { type: 'string' },
    kind: { type: 'string', default: 'train' },
    steps: { type: 'string', default: '10' },
    batch: { type: 'string', default: '32' },
    segment: { type: 'string', default: '10' },
  },
});

const profiles = values.profiles?.split(',').map(profileNamed) ?? PROFILES;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** One process for each way that a class promises: providers, and 1 and 2 threads here. */
async function shards(args: readonly string[]): Promise<void> {
  const script = join(root, 'tools/emulate-shard.ts');
  for (const profile of profiles) {
    const missing = await missingFor(profile);
    if (missing !== null) {
      say(`${profile.name}: left out, ${missing}`);
      continue;
    }
    for (const [provider, threads] of waysOf(profile)) {
      const began = performance.now();
      const text = await runUnder(profile, [script, ...args, `--provider=${provider}`, `--threads=${threads}`]);
      say(`${profile.name} ${provider} ${threads} ${Math.round((performance.now() - began) / 1000)} s ${text}`);
    }
  }
}

function waysOf({ name, classes }: Profile): Array<readonly [provider: string, threads: number]> {
  const cpu = classes.includes('exact') ? [['cpu', 1] as const] : [];
  return [...cpu, ...(name === 'native' ? [['cpu', 2] as const] : []), ['portable', 1]];
}

async function operators(): Promise<void> {
  const cases = labCases([...simpleCases(), ...productCases()]);
  const columns = COLUMNS.filter(({ profile }) => profiles.includes(profile));
  const results = await measure(cases, columns, ({ name }, why) => say(`${name}: left out, ${why}`));
  for (const failure of failures(results)) say(failure);
  for (const column of columns) say(`${column.name}: ${differing(results, column).length} of ${cases.length} differ`);
  if (!values.write) return;
  writeFileSync(join(root, measurementsFile), `${JSON.stringify(measured(results), null, 1)}\n`);
  writePage();
}

const { graph, state, data, kind, steps, batch, segment } = values;
if (values.golden) await shards(['--golden']);
else if (graph !== undefined && state !== undefined && data !== undefined) {
  const files = [`--graph=${resolve(graph)}`, `--state=${resolve(state)}`, `--data=${resolve(data)}`];
  await shards([...files, `--kind=${kind}`, `--steps=${steps}`, `--batch=${batch}`, `--segment=${segment}`]);
} else await operators();
