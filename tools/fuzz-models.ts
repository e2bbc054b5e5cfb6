/** Feeds damaged models to the engine and counts what becomes of them: npm run fuzz -- --cases 10000 --seed 1 [--models FOLDER] [--case N]. */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { EnginePool } from '#engine/run/pool.ts';
import { systemClock } from '#node/clock.ts';
import { type Defect, type Findings, runCampaign } from '#test/engine/fuzz/campaign.ts';
import { exampleModels, modelsIn, smallModels } from '#test/engine/fuzz/seed-models.ts';

const MIB = 2 ** 20;
const LIMITS = { memoryBytes: 768 * MIB, stepTimeoutMs: 10_000 };
/** Milliseconds of one case in the parent. */
const CASE_MS = 10_000;
const REPORT_EVERY = 500;

const OPTIONS = {
  cases: { type: 'string', default: '1000' },
  seed: { type: 'string', default: '1' },
  /** Number of the first case. */
  from: { type: 'string', default: '0' },
  /** One case again, with everything that it answers. */
  case: { type: 'string' },
  models: { type: 'string', multiple: true, default: [] as string[] },
} as const;

/** This thread cannot look at a clock while it hangs, so another one does: it names the case, says where it is, and ends the process. */
const WATCHDOG = `
const { workerData } = require('node:worker_threads');
const { Session } = require('node:inspector');
const { writeSync } = require('node:fs');
const state = new Int32Array(workerData.state);
let [seen, since] = [-1, Date.now()];
function end(stack) {
  writeSync(1, 'HANG: case ' + (seen - 1) + ' or the one beside it' + stack + '\\n');
  process.kill(process.pid, 'SIGKILL');
}
setInterval(() => {
  const number = Atomics.load(state, 0);
  if (number !== seen) [seen, since] = [number, Date.now()];
  else if (Date.now() - since > workerData.limitMs) {
    since = Infinity;
    const session = new Session();
    session.connectToMainThread();
    session.on('Debugger.paused', ({ params }) =>
      end(params.callFrames.slice(0, 12).map((at) => '\\n  ' + at.functionName + ' ' + at.url + ':' + (at.location.lineNumber + 1)).join('')));
    session.post('Debugger.enable');
    session.post('Debugger.pause');
    setTimeout(() => end(' (in native code)'), 3000);
  }
}, 1000);
`;

function watchdog(limitMs: number): { note(number: number): void; end(): Promise<number> } {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(WATCHDOG, { eval: true, workerData: { state: state.buffer, limitMs } });
  return { note: (number) => void Atomics.store(state, 0, number + 1), end: () => worker.terminate() };
}

/** At once: after a hang nothing more is printed. */
function print(title: string, { number, how, what }: Defect): void {
  process.stdout.write(`${title}: case ${number} (${how})\n${what}\n\n`);
}

function report({ cases, counts, defects, crashes, slowestMs, slowestCase }: Findings, seconds: number): void {
  process.stdout.write('\n');
  for (const [key, count] of [...counts].sort()) process.stdout.write(`${String(count).padStart(7)}  ${key}\n`);
  const summary = [
    `${cases} cases in ${seconds.toFixed(0)} s`,
    `${crashes.length} children crashed`,
    `${defects.length} defects`,
    `this process used ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB at most`,
    `slowest case in the parent: ${slowestCase} with ${slowestMs.toFixed(0)} ms`,
  ];
  process.stdout.write(`\n${summary.join('; ')}\n`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  const seeds = [...smallModels(), ...exampleModels(), ...values.models.flatMap(modelsIn)];
  const [from, cases] = values.case === undefined ? [values.from, values.cases] : [values.case, '1'];
  const numbers = Array.from({ length: Number(cases) }, (_, i) => Number(from) + i);
  process.stdout.write(`seed ${values.seed}, ${numbers.length} cases of ${seeds.map(({ name }) => name).join(', ')}\n`);
  const pool = new EnginePool({ size: 2, ...LIMITS, clock: systemClock });
  const dog = watchdog(CASE_MS + 2 * LIMITS.stepTimeoutMs);
  const began = systemClock.now();
  const findings = await runCampaign({
    ...{ seeds, seed: Number(values.seed), cases: numbers, pool, memoryBytes: LIMITS.memoryBytes },
    ...{ limitMs: CASE_MS, clock: systemClock, places: 2 },
    onCase(number) {
      dog.note(number);
      if (number % REPORT_EVERY === REPORT_EVERY - 1) process.stderr.write(`${number + 1}\n`);
    },
    onDefect: (defect) => print('DEFECT', defect),
    onCrash: (crash) => print('CRASHED CHILD', crash),
    onOutcome(number, how, { use, stage, code, message }) {
      if (values.case !== undefined) process.stdout.write(`${number} (${how}) ${use} ${stage} ${code}: ${message}\n`);
    },
  });
  await pool.close();
  await dog.end();
  report(findings, (systemClock.now() - began) / 1000);
  return findings.defects.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main();
