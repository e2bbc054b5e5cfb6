/** A property for each operator of a family: whatever is drawn, its trial holds. */
import fc from 'fast-check';
import t from 'tap';
import { checkTrial } from './check-trial.ts';
import { Dice, type Generators } from './trial.ts';

const RUNS = 10;
/** Draws and the shrinking of a failing one end after this. */
const MOST_MS = 20_000;

/** @param coarse operators for which the runtime has kernels in float32 alone; the others are checked in float64 */
export function testFamily(generators: Generators, coarse: ReadonlySet<string>): void {
  for (const [op, generator] of Object.entries(generators)) {
    t.test(op, async (t) => {
      const precisions = new Set<string>();
      const property = fc.asyncProperty(fc.gen(), async (gen) => {
        precisions.add(await checkTrial(generator(new Dice(gen))));
      });
      const { failed, seed, counterexamplePath, errorInstance } = await fc.check(property, {
        numRuns: RUNS,
        interruptAfterTimeLimit: MOST_MS,
      });
      if (failed) t.fail(`seed ${seed}, path ${counterexamplePath}\n${errorInstance}`);
      else t.equal(precisions.has('float32'), coarse.has(op), `its trials ran in ${[...precisions].join(', ')}`);
    });
  }
}
