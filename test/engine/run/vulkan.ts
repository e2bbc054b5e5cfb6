/** The Vulkan driver that the tests of webgpu run on: the machine's own, or the software one in Debian's package chromium. */
import { existsSync } from 'node:fs';
import { openSession } from '#engine/run/session.ts';
import { inferGraph } from './step-graphs.ts';

const SOFTWARE = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Why the tests cannot run here; false where they can. */
export async function whyNoVulkan(): Promise<string | false> {
  if (process.env.VK_DRIVER_FILES === undefined && existsSync(SOFTWARE)) process.env.VK_DRIVER_FILES = SOFTWARE;
  try {
    await (await openSession(inferGraph, { provider: 'webgpu', memoryBytes: 2 ** 31 })).close();
    return false;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'PROVIDER_NO_GPU')) throw error;
    return `no Vulkan driver here (Debian's package chromium has one): ${error.message}`;
  }
}
