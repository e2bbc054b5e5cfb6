/** A fast job is replayed on another provider: honest work is ok, cheaper work is withheld, what is no checkpoint is a fault; and the elements. */
import t from 'tap';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { commitmentOf } from '#engine/state/state.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import { executeShard } from '#engine/run/execute.ts';
import { openSession } from '#engine/run/session.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { CHEATS } from '#node/local/calibration/cheats.ts';
import { advance, compileSubject, courseOf } from '#node/local/calibration/course.ts';
import { builtIn, type Subject } from '#node/local/calibration/models.ts';
import { type Hash, units } from '#protocol/ids.ts';
import { NO_OUTPUTS } from '#protocol/work/trace.ts';
import { compareElements, type Elements, elements, elementsDigest, elementsPick } from '#verifier/bounded/elements.ts';
import { combinedDigest } from '#verifier/audit.ts';
import { compareShown } from '#verifier/cross-check.ts';
import { type Choice, type Executor, replaySegment } from '#verifier/replay.ts';
import type { LawfulProof } from '#verifier/rules.ts';
import { ann, bob, cidFor, hashFor, MemoryBlobs } from '#test/ports/memory.ts';
import { InProcess } from '#tools/in-process.ts';

t.setTimeout(120_000);
const MEMORY = 2 ** 31;

/** As an engine process runs it, in this one. */
function executor(provider: 'cpu' | 'portable'): Executor {
  return {
    async run(run: ShardRun) {
      const checkpoints: SegmentEnd[] = [];
      const comparison = run.comparison ?? 'exact';
      const result = await executeShard(run, {
        session: (graph) => openSession(graph, { provider, memoryBytes: MEMORY, comparison }),
        now: () => 0,
        beat: () => undefined,
        checkpoint: async (end) => void checkpoints.push(end),
      });
      return { ...result, checkpoints };
    },
  };
}

const subject = builtIn().find(({ name }) => name === 'mlp momentum') as Subject;
const course = courseOf(compileSubject(subject), 'replay test', 4);
const cpu = new InProcess('cpu');
t.teardown(() => cpu.close());
const stretch = { firstStep: 0, steps: 4 };
const honest = await advance(cpu, course, course.start, stretch);
type State = typeof course.start;

/** A proof of one segment that ends as given. */
async function lawfulWith(
  blobs: MemoryBlobs,
  state: Uint8Array,
  root = commitmentOf(readSafetensors(state)),
): Promise<LawfulProof> {
  const outputs = writeSafetensors(honest.outputs);
  const startRoot = commitmentOf(course.start);
  const end = {
    state: await blobs.put(state),
    stateRoot: root,
    outputs: await blobs.put(outputs),
    outputsRoot: commitmentOf(honest.outputs),
  };
  const plan = {
    index: 0,
    kind: 'train',
    round: 0,
    slice: 0,
    ...stretch,
    segment: 4,
    inputs: [],
    units: units(4n),
  } as const;
  const from = [ann.address];
  return {
    proof: {
      task: hashFor('task'),
      shard: 0,
      worker: ann.address,
      inputs: [],
      trace: hashFor('trace'),
      traceCid: cidFor('trace'),
      output: end.state,
      outputRoot: root,
      units: units(4n),
      engine: 'test',
    },
    source: {
      plan,
      graph: course.of.graph,
      data: writeSafetensors(course.data),
      start: { state: writeSafetensors(course.start), root: startRoot },
      batch: course.of.batch,
      comparison: 'fast',
      orderSeed: course.seed,
      from,
    },
    trace: { v: 1, checkpoints: [{ state: null, stateRoot: startRoot, outputs: null, outputsRoot: NO_OUTPUTS }, end] },
    inputs: [],
  };
}

const draw = { seed: hashFor('seed'), worker: ann.address, validator: bob.address };
const choice: Choice = { draw, segment: 0, pick: 7n };

async function replay(state: State | Uint8Array, provider: 'cpu' | 'portable' = 'portable', root?: Hash) {
  const blobs = new MemoryBlobs();
  const bytes = state instanceof Uint8Array ? state : writeSafetensors(state);
  const lawful = await lawfulWith(blobs, bytes, root);
  return replaySegment({ blobs, engine: executor(provider) }, lawful, choice);
}

t.test('honest work is ok on another provider, and on the same', async (t) => {
  const [other, same] = [await replay(honest.state), await replay(honest.state, 'cpu')];
  t.match(
    [other, same],
    [
      { fault: null, isWithheld: false },
      { fault: null, isWithheld: false },
    ],
  );
  const [a, b] = [other.elements as Elements, same.elements as Elements];
  t.ok(elements.safeParse(a).success);
  t.ok(['same', 'within'].includes(compareElements(a, b) ?? ''), 'two validators show near elements');
  t.equal(other.digest, elementsDigest(bob.address, a));
});

t.test('cheaper work is withheld, and nobody is accused', async (t) => {
  for (const cheat of ['float16, mixed', 'half of the batch', 'nothing computed']) {
    const done = await CHEATS[cheat]?.({ machine: cpu, course, start: course.start, before: null, stretch });
    t.match(await replay(done as State), { fault: null, isWithheld: true }, cheat);
  }
});

t.test('what is no checkpoint of the graph is one', async (t) => {
  const fewer = new Map([...honest.state].slice(1));
  t.match(await replay(fewer), { fault: 'wrong-checkpoint', isWithheld: false });
  t.match(
    await replay(honest.state, 'portable', hashFor('another')),
    { fault: 'wrong-checkpoint' },
    'bytes of another root',
  );
});

t.test('elements: the same for all validators, bound to whoever shows them, compared by the profile', async (t) => {
  const at = { task: hashFor('task'), shard: 0, segment: 0 };
  t.equal(elementsPick({ ...draw }, at), elementsPick({ seed: draw.seed, worker: draw.worker }, at));
  t.not(elementsPick(draw, at), elementsPick(draw, { ...at, segment: 1 }));
  const bits = (...numbers: number[]) => [...new Uint32Array(Float32Array.from(numbers).buffer)];
  const show = (numbers: number[], largest = 4): Elements => ({
    step: 1,
    value: 'v',
    op: 'Gemm',
    places: [3, 9],
    bits: bits(...numbers),
    largest: bits(largest)[0] as number,
  });
  t.equal(compareElements(show([1, 2]), show([1, 2])), 'same');
  t.equal(compareElements(show([1, 2]), show([1 + 2 ** -22, 2])), 'within');
  t.equal(compareElements(show([1, 2]), show([1.01, 2])), 'apart');
  t.equal(compareElements(show([1, 2]), show([1.01, 2], 1e30)), 'apart', 'an invented scale opens nothing');
  t.equal(compareElements(show([1, 2]), show([Number.NaN, 2])), 'apart');
  t.equal(compareElements(show([1, 2]), { ...show([1, 2]), step: 0 }), null);
  t.not(elementsDigest(ann.address, show([1, 2])), elementsDigest(bob.address, show([1, 2])));
  t.not(elementsDigest(ann.address, show([1, 2])), elementsDigest(ann.address, show([1, 3])));
});

t.test('a member of the committee is checked by the elements in its report', async (t) => {
  const sample = ({ elements: shown, digest }: Awaited<ReturnType<typeof replay>>) => ({
    task: hashFor('task'),
    shard: 0,
    segment: 0,
    fault: null,
    digest,
    ...(shown === undefined ? {} : { elements: shown }),
  });
  const mine = sample(await replay(honest.state, 'cpu'));
  const theirs = await replay(honest.state);
  const [shown, digest] = [theirs.elements as Elements, theirs.digest as Hash];
  const check = (elements: ReadonlyArray<Elements | undefined>, digests: readonly Hash[], samples = [mine]) =>
    compareShown({ samples }, { validator: bob.address, shown: combinedDigest(digests), elements });
  t.equal(check([shown], [digest]), 'right');
  t.equal(check([shown], [elementsDigest(ann.address, shown)]), 'incomparable', 'the report is not what was revealed');
  t.equal(check([], []), 'apart', 'a fast job and nothing shown of it');
  const invented = { ...shown, bits: shown.bits.map((bits) => bits ^ 0x400000) };
  t.equal(check([invented], [elementsDigest(bob.address, invented)]), 'apart');
  const elsewhere = { ...shown, places: shown.places.map((place) => place + 1) };
  t.equal(check([elsewhere], [elementsDigest(bob.address, elsewhere)]), 'apart');
  const exact = { ...sample(theirs), digest: hashFor('exact') };
  const { elements: _, ...plain } = exact;
  t.equal(check([undefined, shown], [plain.digest, digest], [plain, mine]), 'right', 'beside a sample of an exact job');
  t.equal(check([undefined, shown], [hashFor('lie'), digest], [plain, mine]), 'incomparable');
});
