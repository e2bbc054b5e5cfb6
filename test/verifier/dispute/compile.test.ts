/** Programs of the reference models against one step on the runtime: elements of every operator, from their raw operands. */
import t from 'tap';
import { elementsOf, widthOf } from '#protocol/dispute/access.ts';
import { decodeInstruction } from '#protocol/dispute/instruction.ts';
import { hasForm, OPCODES, opcodeName } from '#protocol/dispute/opcodes.ts';
import { programRoot } from '#protocol/dispute/program.ts';
import { elementOf, isSame } from '#verifier/dispute/adjudicate.ts';
import { gather } from '#verifier/dispute/gather.ts';
import { ABSENT, REFERENCES } from '../../engine/onnx/reference-models.ts';
import { Numbers } from '#tools/adjudicate-numbers.ts';
import { referenceStep, seeStep } from '#tools/dispute-steps.ts';
import { root } from '#tools/sources.ts';
import { join } from 'node:path';

/** Compared of each value, besides the first and the last element. */
const DRAWN = 6;

const NONE: Readonly<Record<string, readonly string[]>> = {
  mlp: [],
  cnn: ['MaxPool', 'MaxPool'],
  gpt: [],
};

for (const reference of REFERENCES) {
  const step = referenceStep(join(root, '..', 'shared', 'reference', reference));
  t.test(reference, { skip: step === null ? ABSENT : false }, async (t) => {
    if (step === null) return;
    const { program, values, operators, read } = await seeStep(step.graph, step.feeds, 2);
    t.equal(program.root, programRoot(program.instructions));
    const numbers = new Numbers(7);
    const rows = new Map<string, { values: number; elements: number; wrong: number }>();
    const without: string[] = [];
    program.instructions.forEach((bytes, i) => {
      const instruction = decodeInstruction(bytes);
      const operator = operators[i];
      if (operator === undefined) return;
      if (!hasForm(instruction.op)) {
        without.push(operator);
        return;
      }
      const count = elementsOf(instruction);
      const width = widthOf(instruction.type);
      t.equal(values[i]!.length, count * width, program.values[i]!.name);
      const drawn = Array.from({ length: DRAWN }, () => numbers.below(count));
      const elements = count === 0 ? [] : [...new Set([0, count - 1, ...drawn])];
      const wrong = elements.filter((element) => {
        const seen = values[i]!.subarray(element * width, (element + 1) * width);
        return !isSame(instruction, elementOf(instruction, gather(instruction, element, read)), seen);
      });
      if (wrong.length > 0) t.fail(`${operator} ${program.values[i]!.name}: elements ${wrong.join(', ')}`);
      const title = `${operator} ${instruction.type} -> ${opcodeName(instruction.op)}`;
      const row = rows.get(title) ?? { values: 0, elements: 0, wrong: 0 };
      rows.set(title, {
        values: row.values + 1,
        elements: row.elements + elements.length,
        wrong: row.wrong + wrong.length,
      });
    });
    for (const [title, { values: count, elements, wrong }] of [...rows].sort())
      t.comment(`${title}: ${count} values, ${elements} elements compared, ${wrong} differ`);
    t.comment(`without a form: ${without.join(', ') || 'none'}`);
    t.same(without.sort(), NONE[reference]);
    const longest = Math.max(...program.instructions.map(({ length }) => length));
    t.comment(`${program.values.length} values, instructions of up to ${longest} bytes`);
    t.equal(opcodeName(decodeInstruction(program.instructions[program.indexOf('x')]!).op), 'FEED');
    t.equal(decodeInstruction(program.instructions[program.indexOf('loss')]!).op >= OPCODES.MOVE, true);
  });
}
