/** Detection: what loads here is present, what does not says why, and a process that dies is an answer too. */
import t from 'tap';
import { detectProviders } from '#engine/run/detect.ts';
import { ProviderProcess } from '#engine/run/provider-process.ts';
import { systemClock } from '#node/clock.ts';
import { whyNoVulkan } from './vulkan.ts';

const noVulkan = await whyNoVulkan();

t.test('each provider is present, or there is a reason and a remedy', async (t) => {
  const found = new Map((await detectProviders(systemClock)).map((one) => [one.provider, one]));
  t.same([...found.keys()], ['cpu', 'webgpu', 'cuda', 'portable']);
  t.match(found.get('cpu'), { isPresent: true, runtime: /^onnxruntime-\d+\.\d+\.\d+$/ });
  t.match(found.get('portable'), { isPresent: true, runtime: /^onnxruntime-web-\d+\.\d+\.\d+$/ });
  t.equal(found.get('webgpu')?.isPresent, noVulkan === false);
  for (const one of found.values()) {
    if (!one.isPresent) t.match(one, { code: /^PROVIDER_/, why: /./, todo: /./ });
  }
});

t.test('no driver is no GPU', async (t) => {
  const before = process.env.VK_DRIVER_FILES;
  t.teardown(() => {
    if (before === undefined) delete process.env.VK_DRIVER_FILES;
    else process.env.VK_DRIVER_FILES = before;
  });
  process.env.VK_DRIVER_FILES = '/nonexistent.json';
  const found = (await detectProviders(systemClock)).find(({ provider }) => provider === 'webgpu');
  t.match(found, process.platform === 'linux' ? { isPresent: false, code: 'PROVIDER_NO_GPU' } : {});
});

t.test('a process that dies or does not answer is unusable', async (t) => {
  const dead = new ProviderProcess('cpu', systemClock);
  await dead.end();
  await t.rejects(dead.ask({ type: 'run', steps: 1 }, 'ran', 5_000), { code: 'PROVIDER_UNUSABLE' });
  const early = new ProviderProcess('cpu', systemClock);
  await t.rejects(early.ask({ type: 'run', steps: 1 }, 'ran', 30_000), { code: 'PROVIDER_UNUSABLE', message: /died/ });
  await early.end();
  const late = new ProviderProcess('cpu', systemClock);
  const load = { graph: new Uint8Array(), inputs: new Map() };
  const request = { type: 'open', provider: 'cpu', load, comparison: 'exact' } as const;
  await t.rejects(late.ask(request, 'opened', 1), { code: 'PROVIDER_UNUSABLE', message: /no answer/ });
  await late.end();
});
