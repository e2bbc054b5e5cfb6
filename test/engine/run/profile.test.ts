/** The name of an engine and the golden suite: the same answers every time, and those of the exact class on this machine. */
import t from 'tap';
import { goldenSuite } from '#engine/run/golden.ts';
import { EnginePool } from '#engine/run/pool.ts';
import { EXACT_CLASS, instructionSet, PORTABLE_CLASS } from '#engine/run/profile.ts';
import { systemClock } from '#node/clock.ts';

t.test('instruction sets by the flags of the processor', async (t) => {
  t.equal(instructionSet('x64', 'processor : 0\nflags\t\t: fpu sse2 avx avx2 avx512f\n'), 'avx512');
  t.equal(instructionSet('x64', 'flags : fpu sse2 avx avx2\n'), 'avx2');
  t.equal(instructionSet('x64', 'flags : fpu sse2\n'), 'sse2');
  t.equal(instructionSet('x64', null), 'unknown');
  t.equal(instructionSet('arm64', null), 'neon');
});

const CLASSES = { cpu: EXACT_CLASS, portable: PORTABLE_CLASS } as const;
const NAMES = {
  cpu: /^onnxruntime-\d+\.\d+\.\d+\/cpu\/(x64|arm64)-[a-z0-9]+$/,
  portable: /^onnxruntime-web-.*\/portable\//,
};

for (const provider of ['cpu', 'portable'] as const) {
  t.test(`the golden suite puts ${provider} in its class, twice`, async (t) => {
    const pool = new EnginePool({ size: 1, provider, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
    t.teardown(() => pool.close());
    const profile = await pool.profile();
    t.match(profile.engine, NAMES[provider]);
    t.same(
      profile.digests.map(({ name }) => name),
      goldenSuite().map(({ name }) => name),
    );
    t.equal(new Set(profile.digests.map(({ digest }) => digest)).size, profile.digests.length, 'no two cases agree');
    t.equal(profile.classId, CLASSES[provider]);
    t.equal(profile.isExact, true);
    t.same(await pool.profile(), profile);
  });
}
