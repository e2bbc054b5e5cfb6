/** Audits of honest workers between pairs of providers, and of cheaper computations: how many are withheld, how many are faults. */
//   node tools/honest-audits.ts --audits 10000                    cpu and portable, and webgpu where there is a Vulkan driver
//   … --pairs cpu-portable,portable-cpu --cheats 200 --operators 50 --subjects 3 --seed 7
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SeededRandom } from '#engine/data/random.ts';
import { isProviderName, type ProviderName } from '#engine/run/providers.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { commitmentOf } from '#engine/state/state.ts';
import { CHEATS } from '#node/local/calibration/cheats.ts';
import { advance, type Compiled, compileSubject, courseOf, type Tensors } from '#node/local/calibration/course.ts';
import { builtIn } from '#node/local/calibration/models.ts';
import { hashText } from '#protocol/codec/abi.ts';
import { cidOf } from '#protocol/codec/cid.ts';
import { address } from '#protocol/ids.ts';
import { NO_OUTPUTS } from '#protocol/work/trace.ts';
import { compareTensors, type SegmentComparison } from '#verifier/bounded/compare.ts';
import { judgeSegment } from '#verifier/bounded/segment.ts';
import { checkOperators } from './honest-operators.ts';
import { InProcess } from './in-process.ts';

const { values } = parseArgs({
  options: {
    audits: { type: 'string', default: '1000' },
    pairs: { type: 'string', default: 'cpu-portable,portable-cpu,cpu-webgpu,webgpu-portable' },
    /** Audits of each cheaper computation and pair. */
    cheats: { type: 'string', default: '20' },
    /** Steps of which each operator is held against its sound bound. */
    operators: { type: 'string', default: '10' },
    /** Only the first so many models. */
    subjects: { type: 'string', default: '6' },
    /** Of each pair's honest audits, at most. */
    minutes: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
  },
});

const WORKER = address(`0x${'11'.repeat(20)}`);
const MOST_STEPS = 16;
const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Models, lengths and places in a course, as the seed says. */
class Draws {
  readonly #random: SeededRandom;
  readonly #subjects: readonly Compiled[];

  constructor(name: string, subjects: readonly Compiled[]) {
    this.#random = new SeededRandom(hashText(name), 'audits');
    this.#subjects = subjects;
  }

  next(least: number) {
    const of = this.#subjects[this.#random.below(this.#subjects.length)] as Compiled;
    const steps = least + this.#random.below(MOST_STEPS + 1 - least);
    const warm = this.#random.below(4);
    const course = courseOf(of, `audit ${this.#random.word()}`, warm + steps);
    return { course, warm, stretch: { firstStep: warm, steps } };
  }
}

/** The tensor that is farthest from what is allowed, for the report. */
function worstOf(of: SegmentComparison): string {
  const compared = compareTensors(of) ?? [];
  const [worst] = [...compared].sort((a, b) => b.share - a.share);
  return worst === undefined ? 'other tensors' : `${worst.name} at ${worst.share.toPrecision(3)} thresholds`;
}

interface Pair {
  readonly name: string;
  readonly worker: InProcess;
  readonly validator: InProcess;
}

/** One audit, as a validator judges a segment; the worker has done `cheat`, or the segment. @returns null where the cheat does not apply */
async function audit({ worker, validator }: Pair, draws: Draws, cheat: string | null) {
  const { course, warm, stretch } = draws.next(cheat === null ? 1 : 2);
  const begun = { firstStep: 0, steps: Math.max(1, warm) };
  const start = warm === 0 ? course.start : (await advance(worker, course, course.start, begun)).state;
  const honest = await advance(worker, course, start, stretch);
  let state: Tensors = honest.state;
  if (cheat !== null) {
    const before = warm === 0 ? null : course.start;
    const done = await CHEATS[cheat]?.({ machine: worker, course, start, before, stretch });
    if (done == null) return null;
    state = new Map(
      [...done].map(([name, one]) => [name, one.dtype === 'float32' ? one : (honest.state.get(name) ?? one)]),
    );
  }
  const files = { state: writeSafetensors(state), outputs: writeSafetensors(honest.outputs) };
  const run: ShardRun = {
    kind: 'train',
    graph: course.of.graph,
    state: writeSafetensors(start),
    data: writeSafetensors(course.data),
    batch: course.of.batch,
    ...stretch,
    segment: stretch.steps,
    seed: course.seed,
    comparison: 'fast',
  };
  const [found] = (await validator.run(run)).checkpoints;
  if (found === undefined) throw new RangeError('a run without a checkpoint');
  const committed = {
    state: cidOf(files.state, 'raw'),
    stateRoot: commitmentOf(state),
    outputs: cidOf(files.outputs, 'raw'),
    outputsRoot: honest.outputs.size === 0 ? NO_OUTPUTS : commitmentOf(honest.outputs),
  };
  const blobs = { get: async (cid: string) => (cid === committed.state ? files.state : files.outputs) };
  let again = 0;
  const outcome = await judgeSegment(blobs, { run, found, committed, worker: WORKER }, async (other) => {
    again += 1;
    return (await validator.run(other)).checkpoints[0];
  });
  const own = {
    state: readSafetensors(found.state ?? new Uint8Array()),
    outputs: readSafetensors(found.outputs ?? new Uint8Array()),
  };
  const worst = worstOf({
    start,
    mine: own,
    theirs: { state, outputs: honest.outputs },
    steps: stretch.steps,
    flips: 0,
  });
  return { outcome, again, what: `${course.of.name}, ${stretch.steps} steps from ${warm}: ${worst}` };
}

const paid = new Set(['same', 'within']);

async function honest(pair: Pair, draws: Draws): Promise<void> {
  const counts = new Map<string, number>();
  let [resolved, number] = [0, 0];
  const until = performance.now() + Number(values.minutes) * 60_000;
  for (; number < Number(values.audits) && performance.now() < until; number++) {
    const found = await audit(pair, draws, null);
    if (found === null) continue;
    counts.set(found.outcome, (counts.get(found.outcome) ?? 0) + 1);
    if (found.again > 0 && paid.has(found.outcome)) resolved += 1;
    if (!paid.has(found.outcome)) say(`  ${pair.name} audit ${number}, ${found.what}: ${found.outcome}`);
  }
  const text = ['same', 'within', 'withhold', 'wrong-checkpoint'].map((name) => `${name} ${counts.get(name) ?? 0}`);
  say(`${pair.name}: ${number} honest audits: ${text.join(', ')}; ${resolved} within only after a nudge`);
}

async function cheating(pair: Pair, draws: Draws): Promise<void> {
  for (const name of Object.keys(CHEATS)) {
    let [tried, seen] = [0, 0];
    for (let number = 0; number < Number(values.cheats); number++) {
      const found = await audit(pair, draws, name);
      if (found === null) continue;
      tried += 1;
      if (!paid.has(found.outcome)) seen += 1;
      else say(`  ${pair.name} ${name}, ${found.what}: ${found.outcome}, ${found.again} nudges`);
    }
    say(`${pair.name}: ${name}: ${seen} of ${tried} withheld`);
  }
}

/** A single one outside would be a false proof: the bound is not sound. */
async function operators(name: ProviderName, machine: InProcess, draws: Draws): Promise<void> {
  const counts = new Map<string, number>();
  let outside = 0;
  for (let number = 0; number < Number(values.operators); number++) {
    const { course } = draws.next(1);
    for (const checked of await checkOperators(machine, course, course.start)) {
      counts.set(checked.op, (counts.get(checked.op) ?? 0) + 1);
      if (checked.outside === null) continue;
      outside += 1;
      say(
        `  ${name} ${course.of.name} ${checked.op} ${checked.node.outputs[0]}: element ${checked.outside} is outside`,
      );
    }
  }
  const seen = [...counts].map(([op, count]) => `${op} ${count}`).join(', ');
  say(`${name}: ${outside} operators outside their sound bound, of ${seen}`);
}

if (process.env.VK_DRIVER_FILES === undefined && existsSync(SOFTWARE_VULKAN))
  process.env.VK_DRIVER_FILES = SOFTWARE_VULKAN;
const subjects = builtIn()
  .slice(0, Number(values.subjects))
  .map((subject) => compileSubject(subject));
const machines = new Map<ProviderName, InProcess>();
const machineOf = (name: string): InProcess => {
  if (!isProviderName(name)) throw new RangeError(`there is no provider ${name}`);
  const machine = machines.get(name) ?? new InProcess(name);
  machines.set(name, machine);
  return machine;
};
for (const name of values.pairs.split(',')) {
  const [worker = '', validator = ''] = name.split('-');
  const pair = { name, worker: machineOf(worker), validator: machineOf(validator) };
  await honest(pair, new Draws(`${name} ${values.seed}`, subjects));
  await cheating(pair, new Draws(`${name} cheats ${values.seed}`, subjects));
}
for (const [name, machine] of machines) await operators(name, machine, new Draws(`${name} operators`, subjects));
for (const machine of machines.values()) await machine.close();
// The software driver's threads outlive their sessions.
process.exit(0);
