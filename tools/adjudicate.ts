/** The verifier's arithmetic against the runtime itself, `node tools/adjudicate.ts --elements 1000000 --seed 1`. */
import { parseArgs } from 'node:util';
import { ELEMENT_TRIALS } from './adjudicate-elements.ts';
import { Numbers } from './adjudicate-numbers.ts';
import { convolutionTrial, matrixTrial, transposedTrial } from './adjudicate-products.ts';
import { type Tally, type Trial, tried } from './adjudicate-trial.ts';

/** Of one graph. */
const SAMPLES = 500;

/** Half of the graphs are products. */
function nextTrial(numbers: Numbers): Trial {
  const way = numbers.below(8);
  if (way < 2) return matrixTrial(numbers);
  if (way < 4) return (way < 3 ? convolutionTrial : transposedTrial)(numbers);
  return numbers.pick(ELEMENT_TRIALS)(numbers);
}

/** Graphs of all kinds until so many of their elements are compared. @returns a tally for each operator, in alphabetical order */
export async function adjudicated(elements: number, seed: number): Promise<Tally[]> {
  const numbers = new Numbers(seed);
  const tallies = new Map<string, Tally>();
  for (let left = elements; left > 0; ) {
    const made = await tried(nextTrial(numbers), numbers, Math.min(SAMPLES, left));
    left -= made.elements;
    const known = tallies.get(made.op);
    tallies.set(made.op, {
      op: made.op,
      elements: made.elements + (known?.elements ?? 0),
      wrongs: made.wrongs + (known?.wrongs ?? 0),
      wrong: [...(known?.wrong ?? []), ...made.wrong],
    });
  }
  return [...tallies.values()].sort((a, b) => (a.op < b.op ? -1 : 1));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { elements: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
  });
  const tallies = await adjudicated(Number(values.elements), Number(values.seed));
  for (const { op, elements, wrongs, wrong } of tallies) {
    process.stdout.write(`${op}: ${elements} elements, ${wrongs} differ\n`);
    for (const sentence of wrong.slice(0, 3)) process.stdout.write(`  ${sentence}\n`);
  }
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
  process.stdout.write(`${sum(({ elements }) => elements)} elements, ${sum(({ wrongs }) => wrongs)} differ\n`);
  if (sum(({ wrongs }) => wrongs) > 0) process.exitCode = 1;
}

if (import.meta.main) await main();
