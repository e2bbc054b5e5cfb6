/** Whether a trial's result is that of the runtime's own operator, and each gradient that of finite differences. */
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { isCore } from '#engine/ops/catalogue.ts';
import { CorexError } from '#protocol/errors.ts';
import { numbersAt, openRunner, type Runner, worstError } from '#test/engine/train/running.ts';
import { type Built, core, imported, modelOf, type Precision } from './build-trial.ts';
import { operandsOf, tensorsOf, type Trial } from './trial.ts';

/** Central differences: the square of the step, and what rounding leaves of a difference over it. */
const STEP: Readonly<Record<Precision, number>> = { float64: 1e-4, float32: 2 ** -7 };
const MOST: Readonly<Record<Precision, number>> = { float64: 1e-5, float32: 1e-2 };
/** Of a result in float32. */
const MOST_FORWARD = 2e-5;

/** Null where the runtime has no kernel for one of the nodes. */
async function opened(graph: Uint8Array): Promise<Runner | null> {
  try {
    return await openRunner(graph);
  } catch (error) {
    if (
      error instanceof CorexError &&
      /NOT_IMPLEMENTED|Could not find an implementation|does not match expected type/.test(error.message)
    )
      return null;
    throw error;
  }
}

function fail(trial: Trial, how: string, why: string): never {
  const text = JSON.stringify({ ...trial, operands: trial.operands.map((each) => each && { ...each }) });
  throw new Error(`${how}: ${why}\n${text}`);
}

async function checkGradients(trial: Trial, runner: Runner, built: Built, precision: Precision, how: string) {
  const { feeds, slope, reached } = built;
  const exact = await runner.run(feeds);
  const result = exact.get('result') as Tensor;
  if (result.dtype !== built.result.dtype || result.shape.join() !== built.result.shape.join())
    fail(trial, how, `told ${JSON.stringify(built.result)}, found ${result.dtype} [${result.shape.join()}]`);
  if (result.dtype !== precision) return;
  const lossWith = async (name: string, numbers: readonly number[]): Promise<number> => {
    const { dtype, shape } = feeds.get(name) as Tensor;
    const results = await runner.run(new Map([...feeds, [name, tensorOf(dtype, shape, numbers)]]));
    return numbersAt(results, 'result').reduce((sum, number, i) => sum + number * (slope[i] as number), 0);
  };
  const step = STEP[precision];
  for (const { name, role, type } of operandsOf(trial)) {
    const tensor = feeds.get(name);
    if (role !== 'weight' || type !== 'float' || tensor === undefined) continue;
    const numbers = numbersOf(tensor);
    const differences: number[] = [];
    for (const [i, number] of numbers.entries()) {
      const up = await lossWith(name, numbers.with(i, number + step));
      const down = await lossWith(name, numbers.with(i, number - step));
      differences.push((up - down) / (2 * step));
    }
    const found = reached.includes(name) ? numbersAt(exact, `grad.${name}`) : numbers.map(() => 0);
    const scale = Math.max(...differences.map(Math.abs), 1);
    const worst = Math.max(...differences.map((each, i) => Math.abs(each - (found[i] ?? Number.NaN)))) / scale;
    if (!(worst <= MOST[precision]))
      fail(trial, how, `gradient of ${name} is off by ${worst}: [${found.join()}] for [${differences.join()}]`);
  }
}

/** @returns whether the runtime has the kernels for this precision */
export async function checkBuilt(trial: Trial, built: Built, precision: Precision, how: string): Promise<boolean> {
  const runner = await opened(built.graph);
  if (runner === null) return false;
  try {
    await checkGradients(trial, runner, built, precision, how);
    return true;
  } finally {
    await runner.close();
  }
}

/** @returns the precision that the runtime had kernels for */
async function checkPath(trial: Trial, build: (precision: Precision) => Built, how: string): Promise<Precision> {
  if (await checkBuilt(trial, build('float64'), 'float64', how)) return 'float64';
  if (await checkBuilt(trial, build('float32'), 'float32', how)) return 'float32';
  return fail(trial, how, 'no kernel, not even in float32');
}

async function resultOf(graph: Uint8Array, feeds: ReadonlyMap<string, Tensor>): Promise<Tensor | null> {
  const runner = await opened(graph);
  if (runner === null) return null;
  const results = await runner.run(feeds);
  await runner.close();
  return [...results.values()][0] ?? null;
}

/** What is imported makes what the runtime's own operator makes of the same model. */
export async function checkForward(trial: Trial, built: Built): Promise<void> {
  const input = operandsOf(trial).find(({ role }) => role === 'input')?.name ?? 'unread';
  const given = tensorsOf(trial, 'float32').get(input) ?? tensorOf('float32', [1], [0]);
  const expected = await resultOf(modelOf(trial, 'float32', built.result.shape), new Map([[input, given]]));
  if (expected === null) fail(trial, 'runtime', 'no kernel');
  const found = await resultOf(built.graph, built.feeds);
  if (found?.dtype !== expected.dtype || found.shape.join() !== expected.shape.join())
    fail(
      trial,
      'imported',
      `${found?.dtype} [${found?.shape.join()}], not ${expected.dtype} [${expected.shape.join()}]`,
    );
  const worst = worstError(numbersOf(found), numbersOf(expected));
  if (!(worst <= MOST_FORWARD) && expected.data.length > 0)
    fail(trial, 'imported', `off by ${worst}: [${numbersOf(found).join()}] for [${numbersOf(expected).join()}]`);
}

/** @returns the least precision that it was checked in */
export async function checkTrial(trial: Trial): Promise<Precision> {
  const whole = { ...trial, results: [...trial.results, ...trial.beside] };
  if (!trial.isUnknownToRuntime) await checkForward(whole, imported(whole, 'float32', false));
  const found = [await checkPath(trial, (precision) => imported(trial, precision), 'imported')];
  const { op } = trial;
  if (isCore(op) && !trial.isImportOnly)
    found.push(await checkPath(trial, (precision) => core(trial, op, precision), 'core'));
  return found.includes('float32') ? 'float32' : 'float64';
}
