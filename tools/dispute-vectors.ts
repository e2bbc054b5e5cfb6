/** Cases for the contract's adjudication, `node tools/dispute-vectors.ts FOLDER`: writes contracts/test/libraries/DisputeVectors.json. */
// FOLDER holds the reference models. `cases` are single elements of their steps, and every row of the table of formulas with numbers
// that are hard on it; `places` says what element of its value an operand reads, -1 where it is outside.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '#protocol/codec/digest.ts';
import { elementsOf, occurrencesOf, positionOf, termsOf } from '#protocol/dispute/access.ts';
import { decodeInstruction, encodeInstruction, type Instruction, type Operand } from '#protocol/dispute/instruction.ts';
import { BIAS, hasForm, OPCODES, opcodeName } from '#protocol/dispute/opcodes.ts';
import type { TensorType } from '#protocol/trees/tensor.ts';
import { bitsOf32 } from '#verifier/arithmetic/bits.ts';
import { elementOf } from '#verifier/dispute/adjudicate.ts';
import { elementBytes } from '#verifier/dispute/element.ts';
import { formulaTypes } from '#verifier/dispute/formulas.ts';
import { gather } from '#verifier/dispute/gather.ts';
import { Numbers } from './adjudicate-numbers.ts';
import { referenceStep, seeStep } from './dispute-steps.ts';
import { root } from './sources.ts';

const FILE = 'contracts/test/libraries/DisputeVectors.json';
const MODELS = ['mlp', 'cnn', 'gpt'];
/** Of each formula. */
const DRAWN = 3;
/** Of each kind of instruction of a model. */
const OF_A_KIND = 2;
/** Longer rows of operands are left to the tests of the products themselves. */
const MOST_OPERANDS = 1100;
/** Elements of a SCATTER, of which the one with the most terms is taken. */
const TRIES = 20;

interface Case {
  readonly title: string;
  readonly element: number;
  readonly instruction: string;
  readonly operands: string;
  readonly result: string;
}

interface Places {
  readonly cases: number[];
  readonly operands: number[];
  readonly terms: number[];
  readonly positions: number[];
}

const typesOf = ({ operands, type }: Instruction): string => `${operands.map((each) => each.type).join(' ')} > ${type}`;

function caseOf(title: string, instruction: Instruction, element: number, operands: Uint8Array): Case {
  const result = toHex(elementOf(instruction, operands));
  return { title, element, instruction: toHex(encodeInstruction(instruction)), operands: toHex(operands), result };
}

/** What distinguishes instructions of one opcode: types, number of operands, terms, attributes that are no sizes. */
function kindOf(instruction: Instruction): string {
  const { op, terms, attributes, operands } = instruction;
  const bias = op === OPCODES.DOT ? ` ${attributes[0]} ${attributes[1]}` : '';
  return `${opcodeName(op)} ${typesOf(instruction)} ${operands.length} ${terms.length}${bias}`;
}

async function modelCases(folder: string, numbers: Numbers): Promise<Case[]> {
  const cases: Case[] = [];
  const counts = new Map<string, number>();
  for (const model of MODELS) {
    const step = referenceStep(join(folder, model));
    if (step === null) throw new RangeError(`there is no ${model} in ${folder}`);
    const { program, read } = await seeStep(step.graph, step.feeds, 2);
    for (const bytes of program.instructions) {
      const instruction = decodeInstruction(bytes);
      const count = counts.get(kindOf(instruction)) ?? 0;
      const elements = elementsOf(instruction);
      if (!hasForm(instruction.op) || count >= OF_A_KIND || elements === 0) continue;
      const tries = Array.from({ length: instruction.op === OPCODES.SCATTER ? TRIES : 1 }, () =>
        numbers.below(elements),
      );
      const all = tries.map((element) => ({ element, operands: gather(instruction, element, read) }));
      const { element, operands } = all.reduce((a, b) => (b.operands.length > a.operands.length ? b : a));
      if (operands.length > MOST_OPERANDS) continue;
      counts.set(kindOf(instruction), count + 1);
      cases.push(caseOf(`${model}: ${kindOf(instruction)}`, instruction, element, operands));
    }
  }
  return cases;
}

function drawn(type: TensorType, numbers: Numbers): Uint8Array {
  if (type === 'float32') return elementBytes(type, numbers.float32(numbers.below(3) === 0 ? 'raw' : 'usual'));
  if (type === 'float64') return elementBytes(type, numbers.float64s(1)[0] as number);
  if (type === 'int64') return elementBytes(type, numbers.int64s(1)[0] as bigint);
  return elementBytes(type, numbers.below(type === 'bool' ? 2 : 256));
}

/** One scalar from scalars. */
function scalar(op: Instruction['op'], types: readonly TensorType[], type: TensorType): Instruction {
  const operands = types.map((each, source) => ({ source, type: each, size: 1, coordinates: [] }));
  return { op, type, dims: [], terms: [], attributes: [], operands, raw: new Uint8Array() };
}

function formulaCases(numbers: Numbers): Case[] {
  return formulaTypes().flatMap(({ op, operands, result }) =>
    // Whole numbers have fewer corners.
    Array.from({ length: operands.some((type) => type.startsWith('float')) ? DRAWN : 2 }, () => {
      const instruction = scalar(op, operands, result);
      const bytes = Buffer.concat(operands.map((type) => drawn(type, numbers)));
      return caseOf(`drawn: ${opcodeName(op)} ${typesOf(instruction)}`, instruction, 0, bytes);
    }),
  );
}

const along = (coefficient: number, bound = 5): Operand['coordinates'] => [
  { bound, stride: 1, offset: 0, coefficients: [coefficient] },
];

/** Products of blocks that do not come out even, scaled and with a bias on either side; sums; the largest. */
function foldCases(numbers: Numbers): Case[] {
  const [left, right]: Operand[] = [0, 1].map((source) => ({
    source,
    type: 'float32',
    size: 5,
    coordinates: along(1),
  }));
  const bias: Operand = { source: 2, type: 'float32', size: 1, coordinates: [] };
  if (left === undefined || right === undefined) return [];
  const folded = (op: Instruction['op'], operands: Operand[], attributes: number[] = []): Instruction => ({
    ...scalar(op, [], operands[0]?.type ?? 'float32'),
    terms: [5],
    attributes,
    operands,
  });
  const [one, alpha, beta] = [1, Math.fround(0.7), Math.fround(-1.3)].map(bitsOf32) as [number, number, number];
  const wide: Operand = { ...left, type: 'float64' };
  return [
    folded(OPCODES.DOT, [left, right], [2, BIAS.NONE, one, one]),
    folded(OPCODES.DOT, [left, right], [2, BIAS.NONE, alpha, one]),
    folded(OPCODES.DOT, [left, right, bias], [2, BIAS.FRONT, alpha, beta]),
    folded(OPCODES.DOT, [left, right, bias], [3, BIAS.BEHIND, one, one]),
    folded(OPCODES.SUM, [left]),
    folded(OPCODES.SUM, [wide]),
    folded(OPCODES.MAX, [left]),
  ].flatMap((instruction) =>
    Array.from({ length: 2 }, () => {
      const bytes = instruction.operands.flatMap(({ type }, i) =>
        Array.from({ length: occurrencesOf(instruction, i) }, () => drawn(type, numbers)),
      );
      return caseOf(`drawn: ${kindOf(instruction)}`, instruction, 0, Buffer.concat(bytes));
    }),
  );
}

/** The first and the last term of each operand. */
function placesOf(cases: readonly Case[]): Places {
  const places: Places = { cases: [], operands: [], terms: [], positions: [] };
  cases.forEach(({ title, element, instruction }, i) => {
    const decoded = decodeInstruction(Buffer.from(instruction.slice(2), 'hex'));
    if (title.startsWith('drawn')) return;
    decoded.operands.forEach((_, operand) => {
      for (const term of new Set([0, termsOf(decoded) - 1])) {
        places.cases.push(i);
        places.operands.push(operand);
        places.terms.push(term);
        places.positions.push(positionOf(decoded, operand, element, term) ?? -1);
      }
    });
  });
  return places;
}

async function main(): Promise<void> {
  const [folder = '.'] = process.argv.slice(2);
  const numbers = new Numbers(1);
  const cases = [...(await modelCases(folder, numbers)), ...formulaCases(numbers), ...foldCases(numbers)];
  const lines = cases.map((each) => ` ${JSON.stringify(each)}`).join(',\n');
  const text = `{"count":${cases.length},"places":${JSON.stringify(placesOf(cases))},"cases":[\n${lines}\n]}\n`;
  writeFileSync(join(root, FILE), text);
  const bytes = cases.reduce((most, { operands }) => Math.max(most, operands.length / 2 - 1), 0);
  process.stdout.write(`${cases.length} cases, ${text.length} bytes, operands of up to ${bytes} bytes\n`);
}

if (import.meta.main) await main();
