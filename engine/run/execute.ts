/** Execution of a shard as a pure function of its run; inside a child process, which lends it sessions and a clock. */
import { Batches, readSlice } from '#engine/data/slice.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { endSegment, type SegmentEnd, SegmentOutputs } from '#engine/state/checkpoint.ts';
import { readSafetensors, type Tensors } from '#engine/state/safetensors.ts';
import { commitmentOf, isSameShape } from '#engine/state/state.ts';
import type { Hash } from '#protocol/ids.ts';
import { mergeStart } from '#protocol/work/trace.ts';
import { engineError } from './errors.ts';
import type { Session } from './session.ts';
import type { GraphInfo, ShardResult, ShardRun, ValueInfo } from './shard-run.ts';
import { fromValue, fromValues, toValues, type Value, type Values } from './values.ts';

/** What a run may ask of its sessions. */
export type SessionChoice = Pick<ShardRun, 'threads' | 'comparison'>;

/** What the execution is lent. */
export interface ExecuteDeps {
  /** A session for the graph; the lender closes it. */
  session(graph: Uint8Array, how: SessionChoice): Promise<Session>;
  /** Milliseconds of a monotonic clock, for the metrics only. */
  now(): number;
  /** Called after each step. */
  beat(): void;
  /** Called with each checkpoint as it is made. */
  checkpoint(end: SegmentEnd): Promise<void>;
}

const NEXT = '.next';

/** Where each output of the graph goes. */
interface Outputs {
  /** Name of the state's tensor by name of the output. */
  readonly next: ReadonlyMap<string, string>;
  readonly results: readonly string[];
  /** Results that have one row for each row of the batch. */
  readonly rows: ReadonlySet<string>;
}

function sortOutputs(info: GraphInfo, run: ShardRun): Outputs {
  const next = info.outputs
    .filter(({ name }) => name.endsWith(NEXT))
    .map(({ name }) => [name, name.slice(0, -NEXT.length)] as const);
  const results = info.outputs.filter(({ name }) => !name.endsWith(NEXT));
  if (run.kind === 'infer' && next.length > 0)
    throw engineError('BAD_GRAPH', { why: 'inference does not change the state' });
  const rows = run.kind === 'infer' ? results.filter(({ shape }) => shape[0] === run.batch) : [];
  return { next: new Map(next), results: results.map(({ name }) => name), rows: new Set(rows.map(({ name }) => name)) };
}

function checkShape(expected: ValueInfo, given: Pick<Tensor, 'dtype' | 'shape'> | undefined): void {
  const { name, dtype, shape } = expected;
  const wants = `${dtype} [${shape.join(', ')}]`;
  if (given === undefined) throw engineError('BAD_INPUT', { name, why: `there is none, the graph takes ${wants}` });
  const isStatic = shape.every((size): size is number => typeof size === 'number');
  if (!isStatic) throw engineError('BAD_GRAPH', { why: `${name} has a dimension without a number: ${wants}` });
  if (given.dtype === dtype && isSameShape(given.shape, shape)) return;
  throw engineError('BAD_INPUT', {
    name,
    why: `it is ${given.dtype} [${given.shape.join(', ')}], the graph takes ${wants}`,
  });
}

/** The inputs of the graph are these tensors and no others, each of the right shape. */
function checkInputs(info: GraphInfo, feeds: Tensors): void {
  for (const input of info.inputs) checkShape(input, feeds.get(input.name));
  const known = new Set(info.inputs.map(({ name }) => name));
  for (const name of feeds.keys()) {
    if (!known.has(name)) throw engineError('BAD_INPUT', { name, why: 'the graph does not take it' });
  }
}

/** Each tensor of the state has its next one, of the same type and shape. */
function checkNext(info: GraphInfo, outputs: Outputs, state: Tensors): void {
  for (const output of info.outputs) {
    const name = outputs.next.get(output.name);
    if (name !== undefined) checkShape(output, state.get(name));
  }
  if (outputs.next.size !== state.size)
    throw engineError('BAD_GRAPH', { why: 'a tensor of the state has no next one' });
}

function lossOf(results: Values): number | undefined {
  const loss = results.get('loss')?.data[0];
  return typeof loss === 'number' ? loss : undefined;
}

/** y is dropped where the graph does not ask for it. */
function openBatches(run: ShardRun, info: GraphInfo): Batches {
  if (run.data === undefined) throw engineError('BAD_INPUT', { name: 'x', why: 'the run has no data' });
  const { rows, columns } = readSlice(run.data);
  const taken = [...columns].filter(([name]) => info.inputs.some((input) => input.name === name));
  return new Batches({
    slice: { rows, columns: new Map(taken) },
    batch: run.batch,
    seed: run.kind === 'infer' ? null : run.seed,
  });
}

interface Ran {
  readonly startRoot: Hash;
  readonly tapped?: Uint8Array;
  readonly loss?: number | undefined;
}

/** The state between steps stays in the runtime's own values; only a checkpoint copies it. */
async function runSteps(run: ShardRun, session: Session, deps: ExecuteDeps): Promise<Ran> {
  const start = readSafetensors(run.state);
  const outputs = sortOutputs(session.info, run);
  const batches = openBatches(run, session.info);
  for (const name of batches.tensors.keys()) {
    if (start.has(name)) throw engineError('BAD_INPUT', { name, why: 'it is both state and data' });
  }
  checkInputs(session.info, new Map([...start, ...batches.tensors]));
  if (run.kind === 'train') checkNext(session.info, outputs, start);
  const startRoot = commitmentOf(start);
  const batchValues = toValues(batches.tensors);
  const wanted = [...outputs.next.keys(), ...outputs.results];
  let state = toValues(start);
  let gathered = new SegmentOutputs(outputs.rows);
  let tapped: Uint8Array | undefined;
  let loss: number | undefined;
  for (let step = 0; step < run.steps; step++) {
    const validRows = batches.load(run.firstStep + step);
    const feeds = new Map([...state, ...batchValues]);
    if (run.tap?.step === step) tapped = await tapStep(run, run.tap, feeds, deps);
    const results = await session.run(feeds, wanted);
    if (run.kind === 'train')
      state = new Map([...outputs.next].map(([output, name]) => [name, results.get(output) as Value]));
    for (const name of outputs.results) gathered.add(name, fromValue(results.get(name) as Value), validRows);
    loss = lossOf(results);
    deps.beat();
    if ((step + 1) % run.segment === 0 || step + 1 === run.steps) {
      await deps.checkpoint(
        endSegment(run.kind === 'train' ? { tensors: fromValues(state) } : { unchanged: startRoot }, gathered),
      );
      gathered = new SegmentOutputs(outputs.rows);
    }
  }
  return { startRoot, loss, ...(tapped === undefined ? {} : { tapped }) };
}

async function tapStep(
  run: ShardRun,
  tap: NonNullable<ShardRun['tap']>,
  feeds: Values,
  deps: ExecuteDeps,
): Promise<Uint8Array> {
  const session = await deps.session(tap.graph, run);
  if (!session.info.outputs.some(({ name }) => name === tap.value)) {
    throw engineError('BAD_GRAPH', { why: `the tapped graph has no output ${tap.value}` });
  }
  const results = await session.run(feeds, [tap.value]);
  return fromValue(results.get(tap.value) as Value).data;
}

/** One step that takes the tensors of several states as `s0.NAME`, `s1.NAME`, … */
async function runMerge(run: ShardRun, session: Session, deps: ExecuteDeps): Promise<Ran> {
  const states = (run.states ?? []).map((bytes) => readSafetensors(bytes));
  const inputs = new Map(
    states.flatMap((state, i) => [...state].map(([name, tensor]) => [`s${i}.${name}`, tensor] as const)),
  );
  const outputs = sortOutputs(session.info, run);
  checkInputs(session.info, inputs);
  checkNext(session.info, outputs, states[0] ?? new Map());
  const feeds = toValues(inputs);
  const tapped = run.tap === undefined ? undefined : await tapStep(run, run.tap, feeds, deps);
  const results = await session.run(feeds, [...outputs.next.keys(), ...outputs.results]);
  const merged = new Map([...outputs.next].map(([output, name]) => [name, fromValue(results.get(output) as Value)]));
  const gathered = new SegmentOutputs(outputs.rows);
  for (const name of outputs.results) gathered.add(name, fromValue(results.get(name) as Value), 0);
  deps.beat();
  await deps.checkpoint(endSegment({ tensors: merged }, gathered));
  return { startRoot: mergeStart(states.map(commitmentOf)), ...(tapped === undefined ? {} : { tapped }) };
}

function checkCounts({ batch, firstStep, steps, segment, tap, kind }: ShardRun): void {
  const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
  if (![batch, firstStep, steps, segment].every(isCount) || batch < 1 || steps < 1 || segment < 1) {
    throw engineError('BAD_INPUT', { name: 'run', why: 'batch, steps and segment are positive integers' });
  }
  if (kind === 'merge' && steps !== 1) throw engineError('BAD_INPUT', { name: 'steps', why: 'a merge is one step' });
  if (tap !== undefined && (!isCount(tap.step) || tap.step >= steps)) {
    throw engineError('BAD_INPUT', { name: 'tap', why: `the run has no step ${tap.step}` });
  }
}

/** Checkpoints go to `deps.checkpoint` as they are made; the rest of the result comes back. */
export async function executeShard(run: ShardRun, deps: ExecuteDeps): Promise<Omit<ShardResult, 'checkpoints'>> {
  checkCounts(run);
  const began = deps.now();
  const session = await deps.session(run.graph, run);
  deps.beat();
  const { loss, ...result } = await (run.kind === 'merge' ? runMerge : runSteps)(run, session, deps);
  const metrics = {
    steps: run.steps,
    milliseconds: deps.now() - began,
    ...(loss === undefined ? {} : { lastLoss: loss }),
  };
  return { ...result, metrics };
}
