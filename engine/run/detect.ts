/** detectProviders(): which providers compute on this machine; each is tried in a process of its own. */
import { tensorOf } from '#engine/graph/numbers.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Clock } from '#protocol/ports.ts';
import { deviceName } from './device-names.ts';
import type { Load } from './measure-child.ts';
import { encodePlainGraph } from './plain-onnx.ts';
import { ProviderProcess } from './provider-process.ts';
import { PROVIDERS, type ProviderName } from './providers.ts';

export type Detected =
  | {
      readonly provider: ProviderName;
      readonly isPresent: true;
      /** `onnxruntime-1.30.0` */
      readonly runtime: string;
      /** Processor or graphics card, null where nobody tells its name. */
      readonly device: string | null;
    }
  | {
      readonly provider: ProviderName;
      readonly isPresent: false;
      /** Code of the error that says why not, e.g. PROVIDER_NO_CUDA. */
      readonly code: string;
      readonly why: string;
      readonly todo: string;
    };

/** Drivers compile kernels when they are first used. */
const LIMIT_MS = 60_000;
const SIZE = 4;

/** One small product: a provider that opens it and fails to run it is of no use. */
function trial(): Load {
  const value = (name: string) => ({ name, dtype: 'float32' as const, shape: [SIZE, SIZE] });
  const graph = encodePlainGraph({
    inputs: [value('w'), value('x')],
    outputs: [value('w.next')],
    nodes: [{ op: 'MatMul', inputs: ['w', 'x'], outputs: ['w.next'] }],
  });
  const ones = tensorOf('float32', [SIZE, SIZE], new Array<number>(SIZE * SIZE).fill(1));
  return {
    graph,
    inputs: new Map([
      ['w', ones],
      ['x', ones],
    ]),
  };
}

export async function detectProvider(provider: ProviderName, clock: Clock): Promise<Detected> {
  const process = new ProviderProcess(provider, clock);
  try {
    const request = { type: 'open', provider, load: trial(), comparison: 'exact' } as const;
    const { runtime } = await process.ask(request, 'opened', LIMIT_MS);
    await process.ask({ type: 'run', steps: 2 }, 'ran', LIMIT_MS);
    return { provider, isPresent: true, runtime, device: await deviceName(provider) };
  } catch (error) {
    if (!(error instanceof CorexError)) throw error;
    return { provider, isPresent: false, code: error.code, why: error.message, todo: error.todo };
  } finally {
    await process.end();
  }
}

/** In the order of the table, one after the other: the tries would slow each other down. */
export async function detectProviders(clock: Clock): Promise<Detected[]> {
  const found: Detected[] = [];
  for (const provider of Object.keys(PROVIDERS) as ProviderName[]) found.push(await detectProvider(provider, clock));
  return found;
}
