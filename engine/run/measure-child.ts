/** The entry of a process that tries a provider: opens a graph of ours with it, runs as many steps as it is asked for, and dies with its parent. */
import type { Tensor } from '#engine/graph/tensor.ts';
import { CorexError } from '#protocol/errors.ts';
import type { ProviderName } from './providers.ts';
import { openSession, runtimeName, type Session } from './session.ts';
import { toValues, type Value } from './values.ts';

export interface Load {
  /** Step graph, ONNX. */
  readonly graph: Uint8Array;
  /** Every input; those with a `NAME.next` are the state. */
  readonly inputs: ReadonlyMap<string, Tensor>;
}

export type MeasureRequest =
  | {
      readonly type: 'open';
      readonly provider: ProviderName;
      readonly load: Load;
      readonly comparison: 'exact' | 'fast';
    }
  | { readonly type: 'run'; readonly steps: number };

export type MeasureReply =
  /** `onnxruntime-1.30.0` */
  | { readonly type: 'opened'; readonly runtime: string }
  /** Most resident bytes of this process so far. */
  | { readonly type: 'ran'; readonly memoryBytes: number }
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly todo: string };

const NEXT = '.next';
let session: Session | null = null;
let feeds = new Map<string, Value>();

async function open({ provider, load, comparison }: Extract<MeasureRequest, { type: 'open' }>): Promise<MeasureReply> {
  await session?.close();
  session = await openSession(load.graph, {
    provider,
    comparison,
    memoryBytes: Number.MAX_SAFE_INTEGER,
    keepOnDevice: true,
  });
  feeds = toValues(load.inputs);
  return { type: 'opened', runtime: await runtimeName(provider) };
}

async function run(on: Session, steps: number): Promise<MeasureReply> {
  const wanted = on.info.outputs.map(({ name }) => name);
  for (let step = 0; step < steps; step++) {
    const results = await on.run(feeds, wanted);
    for (const [name, value] of results) {
      if (name.endsWith(NEXT)) feeds.set(name.slice(0, -NEXT.length), value);
    }
  }
  return { type: 'ran', memoryBytes: process.resourceUsage().maxRSS * 1024 };
}

async function answer(request: MeasureRequest): Promise<MeasureReply> {
  if (request.type === 'open') return open(request);
  if (session === null) throw new TypeError('nothing is open');
  return run(session, request.steps);
}

process.once('disconnect', () => process.exit(0));
process.on('message', (request: MeasureRequest) => {
  answer(request)
    .catch((error: unknown): MeasureReply => {
      if (error instanceof CorexError)
        return { type: 'failed', code: error.code, message: error.message, todo: error.todo };
      throw error;
    })
    .then((reply) => process.send?.(reply));
});
