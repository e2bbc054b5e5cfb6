/** What CUDA needs of this machine, looked for before the runtime fails with less to say. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Beside the binding; too large for the npm package, its install script fetches them when asked to. */
const LIBRARIES = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];

/** Null where nothing is known to be missing; CUDA's own libraries are found, or not, by the loader. */
export function whyNoCuda(platform = process.platform, arch = process.arch): string | null {
  if (platform !== 'linux' || arch !== 'x64')
    return `onnxruntime-node has CUDA on Linux x64, not on ${platform} ${arch}`;
  const home = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const folder = join(home, 'bin', 'napi-v6', platform, arch);
  const missing = LIBRARIES.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) return `onnxruntime-node lacks ${missing.join(' and ')}`;
  return existsSync('/proc/driver/nvidia') ? null : "NVIDIA's driver is not loaded";
}
