/** Execution of a shard as a pure function of its run; inside a child process, which lends it sessions and a clock. */
import { directFeed, type Fed, type Feed, type FeedPlan, Filler } from '#engine/data/feed.ts';
import { checkNoise, isNoise } from '#engine/data/noise.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { type OpenSegment, type SegmentEnd, SegmentOutputs, sealSegment } from '#engine/state/checkpoint.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { commitmentOf, zeros } from '#engine/state/state.ts';
import type { Hash } from '#protocol/ids.ts';
import { mergeStart } from '#protocol/work/trace.ts';
import { overwritable } from './aliasing.ts';
import { engineError } from './errors.ts';
import { checkInputs, checkNext, type Outputs, type ShapedInput, sortOutputs } from './fit.ts';
import { LiveState } from './live-state.ts';
import { type Observation, observe } from './observe.ts';
import type { Session } from './session.ts';
import type { GraphInfo, ShardResult, ShardRun } from './shard-run.ts';
import { fromValue, toValues, type Value, type Values } from './values.ts';

/** What a run asks of a session. */
export interface SessionChoice extends Pick<ShardRun, 'threads' | 'comparison'> {
  /** Its results become its inputs: they should stay where the runtime has them. */
  readonly keepsState?: boolean;
  /** Whoever asks closes it; otherwise the lender does. */
  readonly once?: boolean;
}

/** What the execution is lent. */
export interface ExecuteDeps {
  session(graph: Uint8Array, how: SessionChoice): Promise<Session>;
  /** Milliseconds of a monotonic clock, for the metrics only. */
  now(): number;
  /** Called after each step. */
  beat(): void;
  /** Called with each checkpoint as it is made. */
  checkpoint(end: SegmentEnd): Promise<void>;
  /** Instead of `checkpoint`: commits to the segment and passes it on in its own time; resolves when the bytes may change again. */
  seal?(segment: OpenSegment): Promise<void>;
  /** Gathers the inputs ahead; without it each is gathered when its step begins. */
  feed?(plan: FeedPlan): Feed;
  /** May the next states be written over `run.state`? */
  readonly ownsRun?: boolean;
}

function lossOf(results: Values): number | undefined {
  const loss = results.get('loss')?.data[0];
  return typeof loss === 'number' ? loss : undefined;
}

/** y is dropped where the graph does not ask for it. */
function planFeed(run: ShardRun, { inputs }: GraphInfo): FeedPlan {
  if (run.data === undefined) throw engineError('BAD_INPUT', { name: 'x', why: 'the run has no data' });
  const noise = inputs.flatMap(({ name, dtype, shape }) => {
    if (!isNoise(name)) return [];
    checkNoise({ name, dtype });
    const sizes = shape.filter((size) => typeof size === 'number');
    if (sizes.length < shape.length)
      throw engineError('BAD_GRAPH', { why: `${name} has a dimension without a number` });
    return [{ name, dtype, shape: sizes }];
  });
  const { batch, seed, firstStep, steps } = run;
  const columns = inputs.map(({ name }) => name).filter((name) => name === 'x' || name === 'y');
  return { slice: run.data, batch, seed, isSequential: run.kind === 'infer', columns, noise, firstStep, steps };
}

/** The state's bytes, ours to change, where every element lies on its boundary. */
function liveFile({ state }: ShardRun, { ownsRun = false }: ExecuteDeps): Uint8Array {
  if (ownsRun && state.byteOffset % 8 === 0) return state;
  const own = new Uint8Array(new SharedArrayBuffer(state.length));
  own.set(state);
  return own;
}

/** Places for the results of a session that needs them: of each a step's one, since they are gathered before the next. */
function resultPlaces(session: Session, { results }: Outputs): Map<string, Value> {
  if (session.writesInto !== true) return new Map();
  const infos = session.info.outputs.flatMap(({ name, dtype, shape }) => {
    const sizes = shape.filter((size) => typeof size === 'number');
    // What has no static shape has no place either, and is allocated.
    return results.includes(name) && sizes.length === shape.length ? [[name, zeros(dtype, sizes)] as const] : [];
  });
  return toValues(new Map(infos));
}

interface Ran extends Partial<Observation> {
  readonly startRoot: Hash;
  readonly tapped?: Uint8Array;
  readonly loss?: number | undefined;
}

/** One run of steps, set up. */
interface Course {
  readonly run: ShardRun;
  readonly session: Session;
  readonly outputs: Outputs;
  readonly state: LiveState;
  readonly startRoot: Hash;
  readonly feed: Feed;
}

function setOut(run: ShardRun, session: Session, deps: ExecuteDeps): Course {
  const outputs = sortOutputs(session.info, run);
  const isTraining = run.kind === 'train' && run.comparison !== 'fast';
  const isPlaced = isTraining && session.writesInto === true;
  const overwritten = isPlaced ? overwritable(decodeModel(run.graph).graph) : new Set<string>();
  const state = new LiveState(liveFile(run, deps), overwritten, run.kind === 'train' ? session : {});
  const plan = planFeed(run, session.info);
  const filler = new Filler(plan);
  for (const { name } of filler.infos) {
    if (state.tensors.has(name)) throw engineError('BAD_INPUT', { name, why: 'it is both state and data' });
  }
  const fed = new Map(filler.infos.map((info) => [info.name, info]));
  checkInputs(session.info, new Map<string, ShapedInput>([...state.tensors, ...fed]));
  if (run.kind === 'train') checkNext(session.info, outputs, state.tensors);
  const startRoot = commitmentOf(state.tensors);
  return { run, session, outputs, state, startRoot, feed: deps.feed?.(plan) ?? directFeed(filler) };
}

/** The values of a set of buffers, made once. */
function valuesOf(known: Map<Fed['tensors'], Values>, { tensors }: Fed): Values {
  const values = known.get(tensors) ?? toValues(tensors);
  known.set(tensors, values);
  return values;
}

const sealer = (deps: ExecuteDeps): ((segment: OpenSegment) => Promise<void>) =>
  deps.seal?.bind(deps) ??
  (({ state, outputs }) =>
    deps.checkpoint(sealSegment({ outputs, state: state instanceof Uint8Array ? Uint8Array.from(state) : state })));

/** The state between steps stays where the session has it; only a checkpoint gathers it. */
async function takeSteps(course: Course, deps: ExecuteDeps): Promise<Ran> {
  const { run, session, outputs, state, startRoot, feed } = course;
  const seal = sealer(deps);
  const wanted = [...outputs.next.keys(), ...outputs.results];
  const places = resultPlaces(session, outputs);
  const known = new Map<Fed['tensors'], Values>();
  let gathered = new SegmentOutputs(outputs.rows);
  let seen: Partial<Ran> = {};
  for (let step = 0; step < run.steps; step++) {
    const fed = await feed.next();
    const feeds = new Map([...state.feeds(), ...valuesOf(known, fed)]);
    seen = { ...seen, ...(await lookAt(course, step, feeds, deps)) };
    const results = await session.run(feeds, wanted, new Map([...state.places(), ...places]));
    if (run.kind === 'train') state.advance(results);
    const shown = await session.read(new Map(outputs.results.map((name) => [name, results.get(name) as Value])));
    for (const [name, value] of shown) gathered.add(name, copied(value, places.has(name)), fed.validRows);
    const loss = lossOf(shown);
    seen = { ...seen, loss };
    deps.beat();
    if ((step + 1) % run.segment === 0 || step + 1 === run.steps) {
      const end = run.kind === 'train' ? await state.file(session) : { unchanged: startRoot };
      await seal({ state: end, outputs: gathered.file() });
      gathered = new SegmentOutputs(outputs.rows);
    }
  }
  return { ...seen, startRoot };
}

/** A place is written again by the next step. */
function copied(value: Value, isPlace: boolean): Tensor {
  const tensor = fromValue(value);
  return isPlace ? { ...tensor, data: tensor.data.slice() } : tensor;
}

async function runSteps(run: ShardRun, session: Session, deps: ExecuteDeps): Promise<Ran> {
  const course = setOut(run, session, deps);
  try {
    return await takeSteps(course, deps);
  } finally {
    course.feed.close();
  }
}

/** What the run wants to see of this step, before the step changes its inputs. */
async function lookAt(
  { run, session }: Pick<Course, 'run' | 'session'>,
  step: number,
  feeds: Values,
  deps: ExecuteDeps,
): Promise<Partial<Ran>> {
  const tapped = run.tap?.step === step ? { tapped: await tapStep(run, run.tap, feeds, deps) } : {};
  if (run.observe?.step !== step) return tapped;
  const open = (graph: Uint8Array) => {
    deps.beat();
    return deps.session(graph, { ...howOf(run), once: true });
  };
  const read = (values: Values) => session.read(values);
  return { ...tapped, ...(await observe({ graph: run.graph, observe: run.observe, feeds, read }, open)) };
}

const howOf = ({ threads, comparison }: ShardRun): SessionChoice => ({
  ...(threads === undefined ? {} : { threads }),
  ...(comparison === undefined ? {} : { comparison }),
});

async function tapStep(
  run: ShardRun,
  tap: NonNullable<ShardRun['tap']>,
  feeds: Values,
  deps: ExecuteDeps,
): Promise<Uint8Array> {
  const session = await deps.session(tap.graph, howOf(run));
  if (!session.info.outputs.some(({ name }) => name === tap.value)) {
    throw engineError('BAD_GRAPH', { why: `the tapped graph has no output ${tap.value}` });
  }
  const results = await session.run(feeds, [tap.value]);
  const read = await session.read(results);
  return fromValue(read.get(tap.value) as Value).data;
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
  const seen = await lookAt({ run, session }, 0, feeds, deps);
  const results = await session.read(await session.run(feeds, [...outputs.next.keys(), ...outputs.results]));
  const merged = new Map([...outputs.next].map(([output, name]) => [name, fromValue(results.get(output) as Value)]));
  const gathered = new SegmentOutputs(outputs.rows);
  for (const name of outputs.results) gathered.add(name, fromValue(results.get(name) as Value), 0);
  deps.beat();
  await sealer(deps)({ state: writeSafetensors(merged), outputs: gathered.file() });
  return { ...seen, startRoot: mergeStart(states.map(commitmentOf)) };
}

function checkCounts({ batch, firstStep, steps, segment, tap, observe: seen, kind }: ShardRun): void {
  const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
  if (![batch, firstStep, steps, segment].every(isCount) || batch < 1 || steps < 1 || segment < 1) {
    throw engineError('BAD_INPUT', { name: 'run', why: 'batch, steps and segment are positive integers' });
  }
  if (kind === 'merge' && steps !== 1) throw engineError('BAD_INPUT', { name: 'steps', why: 'a merge is one step' });
  for (const [name, look] of Object.entries({ tap, observe: seen })) {
    if (look !== undefined && (!isCount(look.step) || look.step >= steps))
      throw engineError('BAD_INPUT', { name, why: `the run has no step ${look.step}` });
  }
}

/** Checkpoints go to `deps.checkpoint` as they are made; the rest of the result comes back. */
export async function executeShard(run: ShardRun, deps: ExecuteDeps): Promise<Omit<ShardResult, 'checkpoints'>> {
  checkCounts(run);
  const began = deps.now();
  const session = await deps.session(run.graph, { ...howOf(run), keepsState: run.kind === 'train' });
  deps.beat();
  const { loss, ...result } = await (run.kind === 'merge' ? runMerge : runSteps)(run, session, deps);
  const metrics = {
    steps: run.steps,
    milliseconds: deps.now() - began,
    ...(loss === undefined ? {} : { lastLoss: loss }),
  };
  return { ...result, metrics };
}
