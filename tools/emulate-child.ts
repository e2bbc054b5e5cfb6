/** Runs a job's graphs in this process and prints a digest of each one's results. */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { bytesPerElement, type DataType, type Tensor } from '#engine/graph/tensor.ts';
import type { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-common';
import { type LabCase, type LabOptions, readJob } from './emulate-job.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runtime: { type: 'string', default: 'cpu' },
    threads: { type: 'string', default: '1' },
    misplaced: { type: 'string', default: '0' },
    optimized: { type: 'boolean', default: false },
  },
});
const options: LabOptions = {
  runtime: values.runtime === 'portable' ? 'portable' : 'cpu',
  threads: Number(values.threads),
  misplaced: Number(values.misplaced),
  optimized: values.optimized,
};

/** The part of either runtime that is used here. */
interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof RuntimeTensor;
}

async function openRuntime(): Promise<Runtime> {
  if (options.runtime === 'cpu') return import('onnxruntime-node');
  const web = await import('onnxruntime-web');
  web.env.wasm.numThreads = options.threads;
  return web;
}

/** A copy that starts `misplaced` bytes behind a boundary of 64. */
function placed(data: Uint8Array, width: number): { buffer: ArrayBuffer; at: number } {
  const buffer = new ArrayBuffer(data.length + 128, { maxByteLength: data.length + 128 });
  const at = Math.ceil(options.misplaced / width) * width;
  new Uint8Array(buffer).set(data, at);
  return { buffer, at };
}

function feedOf({ Tensor }: Runtime, { dtype, shape, data }: Tensor): RuntimeTensor {
  const { buffer, at } = placed(data, bytesPerElement[dtype]);
  const count = data.length / bytesPerElement[dtype];
  const arrays = {
    float32: () => new Float32Array(buffer, at, count),
    float64: () => new Float64Array(buffer, at, count),
    int64: () => new BigInt64Array(buffer, at, count),
    int32: () => new Int32Array(buffer, at, count),
    uint8: () => new Uint8Array(buffer, at, count),
    bool: () => new Uint8Array(buffer, at, count),
  } as const satisfies Record<DataType, () => unknown>;
  return new Tensor(dtype, arrays[dtype](), shape);
}

function digestOf(results: Record<string, RuntimeTensor>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(results).sort()) {
    const data = results[name]?.data;
    if (!ArrayBuffer.isView(data)) throw new RangeError(`${name} is no tensor of numbers`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}

async function run(runtime: Runtime, { model, feeds }: LabCase): Promise<string> {
  const session = await runtime.InferenceSession.create(new Uint8Array(model), {
    executionProviders: [options.runtime === 'cpu' ? 'cpu' : 'wasm'],
    graphOptimizationLevel: options.optimized ? 'all' : 'disabled',
    executionMode: 'sequential',
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const given = [...feeds].map(([name, tensor]) => [name, feedOf(runtime, tensor)] as const);
  const digest = digestOf(await session.run(Object.fromEntries(given)));
  await session.release();
  return digest;
}

const runtime = await openRuntime();
const digests: Record<string, string> = {};
for (const each of readJob(positionals[0] ?? '')) {
  try {
    digests[each.name] = await run(runtime, each);
  } catch (error) {
    digests[each.name] = `failed: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`;
  }
}
process.stdout.write(JSON.stringify(digests));
