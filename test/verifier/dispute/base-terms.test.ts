/** The terms of base tasks are those of the graph that every base task runs, and of the shard that it is. */
import t from 'tap';
import { epoch } from '#protocol/ids.ts';
import { BASE_SHARD, BASE_UNITS, baseTask } from '#protocol/work/base-task.ts';
import { ann, bob, training } from '#test/ports/memory.ts';
import { baseTerms } from '#verifier/dispute/base-terms.ts';
import { compileProgram } from '#verifier/dispute/compile.ts';
import { jobTerms } from '#verifier/dispute/job-terms.ts';
import { findSource } from '#verifier/shard-run.ts';
import { MemoryBlobs } from '#test/ports/memory.ts';

t.test('whoever works and whichever shard it is', async (t) => {
  const ports = { blobs: new MemoryBlobs(), view: { job: () => null, seed: () => null } };
  for (const [worker, shard] of [
    [ann.address, 0],
    [bob.address, 7],
  ] as const) {
    const source = await findSource(ports, { task: baseTask(epoch(1)), shard, epoch: epoch(1), worker });
    const { root, instructions } = compileProgram(source?.graph as Uint8Array);
    t.match(baseTerms(), { program: root, values: instructions.length });
    t.match(source?.plan, { steps: baseTerms().steps, segment: baseTerms().segment });
  }
  t.equal(baseTerms().unitsPerStep * BigInt(BASE_SHARD.steps), BASE_UNITS);
  t.equal(baseTerms().unitsMerge, 0n);
});

t.test('inference has no program, and says so in one way', async (t) => {
  const terms = jobTerms({ ...training, program: 'infer', steps: 0 }, new Uint8Array());
  t.match(terms, { program: `0x${'00'.repeat(32)}`, values: 0, steps: 0, segment: 4 });
});

t.test(
  'a job of class fast has no program, so that no contract computes an accelerator by the kernels of another class',
  async (t) => {
    const terms = jobTerms({ ...training, class: 'fast' }, new Uint8Array());
    t.match(terms, { program: `0x${'00'.repeat(32)}`, values: 0, steps: training.steps });
  },
);
