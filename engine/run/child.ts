/** The entry of an engine process: loads untrusted graphs, executes runs, answers the node that forked it, and dies with it. */
import { flushCompileCache } from 'node:module';
import { checkMemory } from '#engine/graph/memory.ts';
import { admitStep } from '#engine/onnx/admit.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { threadsOf } from '#engine/ops/determinism.ts';
import type { OpenSegment } from '#engine/state/checkpoint.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { CorexError } from '#protocol/errors.ts';
import { engineError } from './errors.ts';
import { type ExecuteDeps, executeShard, type SessionChoice } from './execute.ts';
import { failure, type Reply, type Request } from './messages.ts';
import { type Piece, Unpacker } from './parcels.ts';
import { Prefetcher } from './prefetch.ts';
import { measureProfile } from './profile.ts';
import { isProviderName, type ProviderName } from './providers.ts';
import { Sealer } from './seal.ts';
import { openSession, type Session } from './session.ts';
import type { ShardRun } from './shard-run.ts';

/** Milliseconds between signs of life. */
const BEAT_MS = 200;
/** Loaded graphs that are kept: a step graph and its tapped or merging sibling. */
const KEPT_SESSIONS = 2;

const [, , memory, named = ''] = process.argv;
const provider: ProviderName = isProviderName(named) ? named : 'cpu';
const settings = { provider, memoryBytes: Number(memory) } as const;
/** By digest of the graph and how it is computed, the one used last at the end. */
const sessions = new Map<string, Session>();

/** Resolves when the message is out of this process, so that checkpoints do not pile up in it. */
function send(reply: Reply): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) return reject(engineError('CLOSED', {}));
    process.send(reply, undefined, {}, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Where bits would follow the number of threads an exact graph runs on one. */
function threadsFor(graph: Uint8Array, { threads = 1, comparison = 'exact' }: SessionChoice): number {
  return threads === 1 || comparison === 'fast' ? threads : Math.min(threads, threadsOf(decodeModel(graph).graph));
}

async function sessionFor(graph: Uint8Array, how: SessionChoice): Promise<Session> {
  const { comparison = 'exact', keepsState = false, once = false } = how;
  const threads = threadsFor(graph, how);
  const options = { ...settings, threads, comparison, inPlace: keepsState, keepOnDevice: keepsState };
  if (once) return openSession(graph, options);
  const key = JSON.stringify([sha256Hash(graph), threads, comparison, keepsState]);
  const session = sessions.get(key) ?? (await openSession(graph, options));
  sessions.delete(key);
  sessions.set(key, session);
  const [oldest] = sessions.keys();
  if (sessions.size > KEPT_SESSIONS && oldest !== undefined) {
    await sessions.get(oldest)?.close();
    sessions.delete(oldest);
  }
  return session;
}

const prefetcher = new Prefetcher();
const unpacker = new Unpacker();
const checkpoints = new Sealer(send);

function createDeps(): Omit<ExecuteDeps, 'checkpoint'> {
  let lastBeat = performance.now();
  return {
    session: sessionFor,
    now: () => performance.now(),
    beat() {
      if (performance.now() - lastBeat < BEAT_MS) return;
      lastBeat = performance.now();
      // A lost beat means a lost node, and `disconnect` ends this process.
      send({ type: 'beat' }).catch(() => undefined);
    },
    feed: (plan) => prefetcher.feed(plan),
    ownsRun: true,
  };
}

/** Digests of graphs that were looked at. */
const admitted = new Set<string>();

/** A stranger's step graph, before the runtime sees it. @throws CorexError MODEL_* */
function admitGraph(graph: Uint8Array): void {
  const digest = sha256Hash(graph);
  if (admitted.has(digest)) return;
  checkMemory(admitStep(graph).graph, settings.memoryBytes);
  admitted.add(digest);
}

async function execute(run: ShardRun): Promise<Reply> {
  admitGraph(run.graph);
  const ports = {
    seal: (segment: OpenSegment) => checkpoints.seal(segment),
    checkpoint: async () => undefined,
  };
  try {
    return { type: 'ran', result: await executeShard(run, { ...createDeps(), ...ports }) };
  } finally {
    // A failed run's checkpoints too: the next request begins on an empty pipe.
    await checkpoints.settled();
  }
}

async function answer(request: Request): Promise<Reply> {
  switch (request.type) {
    case 'run':
      return execute(request.run);
    case 'probe': {
      admitGraph(request.graph);
      const session = await openSession(request.graph, settings);
      await session.close();
      return { type: 'probed', info: session.info };
    }
    case 'profile':
      return {
        type: 'profiled',
        profile: await measureProfile(
          { ...createDeps(), ownsRun: false, checkpoint: async () => undefined },
          settings.provider,
        ),
      };
  }
}

process.once('disconnect', () => process.exit(0));
// Written now: an engine process does not live to its regular end.
setImmediate(flushCompileCache);
process.on('message', (message: Piece | { readonly type: 'request' }) => {
  if (message.type === 'piece') return unpacker.add(message);
  answer(unpacker.unpack(message) as Request)
    .catch((error: unknown) => {
      if (error instanceof CorexError) return failure(error);
      // A mistake of ours: die loudly, the parent reports the crash with this text.
      process.stderr.write(error instanceof Error ? `${error.stack}\n` : `${error}\n`, () => process.exit(70));
      return null;
    })
    .then((reply) => (reply === null ? undefined : send(reply)))
    .catch(() => process.exit(71));
});
