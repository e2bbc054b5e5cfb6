/** The table of providers: each row opens or says why not, and only rows whose bits repeat may be compared byte by byte. */
import t from 'tap';
import { whyNoCuda } from '#engine/run/cuda.ts';
import { detectProvider } from '#engine/run/detect.ts';
import { isProviderName, PROVIDERS, type ProviderName, providerOf } from '#engine/run/providers.ts';
import { openSession } from '#engine/run/session.ts';
import { systemClock } from '#node/clock.ts';
import { CorexError } from '#protocol/errors.ts';
import { inferGraph } from './step-graphs.ts';

const names = Object.keys(PROVIDERS) as ProviderName[];

t.test('four rows, each under its own name', async (t) => {
  t.same(names, ['cpu', 'webgpu', 'cuda', 'portable']);
  for (const name of names) {
    t.equal(providerOf(name).name, name);
    t.ok(isProviderName(name));
  }
  t.notOk(isProviderName('tpu'));
  t.notOk(isProviderName('constructor'));
  t.same(
    names.filter((name) => providerOf(name).comparison !== 'bounded'),
    ['cpu', 'portable'],
  );
});

for (const provider of ['webgpu', 'cuda'] as const) {
  t.test(`${provider} opens with its settings, or the error names what is missing and not the model`, async (t) => {
    const found = await detectProvider(provider, systemClock);
    const opened = openSession(inferGraph, { provider, memoryBytes: 2 ** 32 });
    if (!found.isPresent) {
      t.equal(found.code, provider === 'cuda' ? 'PROVIDER_NO_CUDA' : 'PROVIDER_NO_GPU');
      const error = await opened.then(() => null).catch((reason: unknown) => reason);
      t.ok(error instanceof CorexError && error.code === found.code, 'here as well as in its own process');
    } else await (await opened).close();
    for (const [name, value] of Object.entries(providerOf(provider).settings)) t.equal(process.env[name], value);
  });
}

t.test('what CUDA lacks has a name', async (t) => {
  t.match(whyNoCuda('darwin', 'arm64'), /darwin arm64/);
  const found = await detectProvider('cuda', systemClock);
  if (!found.isPresent) t.match(found.why, whyNoCuda() ?? /./);
});

t.test('a broken model is the model to blame', async (t) => {
  for (const provider of ['cpu', 'portable'] as const) {
    await t.rejects(openSession(new Uint8Array(9).fill(1), { provider, memoryBytes: 2 ** 30 }), {
      code: 'ENGINE_MODEL_REFUSED',
    });
  }
});
