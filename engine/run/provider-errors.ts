/** Why an execution provider does not run on this machine, and what to do about it. */
import { errorTable } from '#protocol/errors.ts';

export const providerError = errorTable('PROVIDER', {
  NO_CUDA: {
    what: (d: { why: string }) => `CUDA does not load here: ${d.why}`,
    todo: "README, 'As a compute node', says how to fetch the runtime's CUDA libraries; CUDA 12, cuDNN 9 and NVIDIA's driver come from NVIDIA. --provider webgpu needs none of them",
  },
  NO_GPU: {
    what: (d: { why: string }) => `WebGPU finds no graphics processor: ${d.why}`,
    todo: 'install the Vulkan driver of the graphics card (Linux), or name one in VK_DRIVER_FILES; --provider cpu runs everywhere',
  },
  UNUSABLE: {
    what: (d: { provider: string; why: string }) => `provider ${d.provider} computes nothing here: ${d.why}`,
    todo: 'choose another with --provider; corex bench lists those that run',
  },
  NONE: {
    what: (_: Record<string, never>) => 'no execution provider runs on this machine',
    todo: 'reinstall the dependencies with npm ci on a supported platform: Linux, macOS or Windows on x64 or ARM64',
  },
});
