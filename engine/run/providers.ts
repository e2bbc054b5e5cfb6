/** The execution providers, a row each: what ONNX Runtime calls them, what their results are worth, and how they fail to load. */
import type { InferenceSession } from 'onnxruntime-common';

export interface Provider {
  /** As in an engine profile. */
  readonly name: string;
  /** The npm package with the runtime. */
  readonly runtime: 'onnxruntime-node' | 'onnxruntime-web';
  /** `executionProviders` of the session; what none of them can compute runs on the cpu. */
  readonly runtimeNames: readonly InferenceSession.ExecutionProviderConfig[];
  /**
   * Which other engines' checkpoints its own may be compared with: `exact` and `portable` byte by byte within the class of that
   * name, if the golden suite agrees; `bounded` within tolerances only.
   */
  readonly comparison: 'exact' | 'portable' | 'bounded';
  /** Can it leave results where it computed them? */
  readonly keepsState: boolean;
  /** Variables of the environment that decide what its libraries find, or compute; a child process needs them. */
  readonly environment: readonly string[];
  /** Set before the first session of a process. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the runtime says when the provider itself is missing, and not the model to blame. */
  readonly missing: RegExp | null;
}

const COMMON = { keepsState: false, environment: [], settings: {}, missing: null } as const;

export const PROVIDERS = {
  cpu: { ...COMMON, name: 'cpu', runtime: 'onnxruntime-node', runtimeNames: ['cpu'], comparison: 'exact' },
  webgpu: {
    name: 'webgpu',
    runtime: 'onnxruntime-node',
    runtimeNames: ['webgpu'],
    comparison: 'bounded',
    keepsState: true,
    environment: ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'LD_LIBRARY_PATH'],
    settings: {},
    missing: /WebGPU adapter|WebGPU device|wgpu::RequestAdapterStatus|'webgpu'/,
  },
  cuda: {
    name: 'cuda',
    runtime: 'onnxruntime-node',
    runtimeNames: ['cuda'],
    comparison: 'bounded',
    // The binding's device buffers are WebGPU's only.
    keepsState: false,
    environment: ['CUDA_VISIBLE_DEVICES', 'CUDA_PATH', 'LD_LIBRARY_PATH'],
    // Products in full float32: the binding passes no provider option but the device, and cuBLAS and cuDNN obey this.
    settings: { NVIDIA_TF32_OVERRIDE: '0' },
    missing: /Provider_Cuda|providers_cuda|libcud|CUDA driver|CUDA failure 100|'cuda'/i,
  },
  portable: { ...COMMON, name: 'portable', runtime: 'onnxruntime-web', runtimeNames: ['wasm'], comparison: 'portable' },
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof PROVIDERS;

/** The row as its type, for whoever reads a provider that is not known when the code is written. */
export function providerOf(name: ProviderName): Provider {
  return PROVIDERS[name];
}

export function isProviderName(text: string): text is ProviderName {
  return Object.hasOwn(PROVIDERS, text);
}
