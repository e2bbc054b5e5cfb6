/** Every gradient rule against central differences of its operator, run by the runtime; a rule without a case fails. */
import t from 'tap';
import { withIslands } from '#engine/canon/islands.ts';
import { type AttributeArgument, GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { isTrainable, type OperatorName } from '#engine/ops/catalogue.ts';
import type { GRADIENTS } from '#engine/ops/gradients.ts';
import { addBackward } from '#engine/train/backward.ts';
import { numbersAt, openRunner } from '#test/engine/train/running.ts';

/** Shapes are operands to differentiate; the rest are constants. */
interface Case {
  readonly shapes: ReadonlyArray<readonly number[]>;
  readonly constants?: (b: GraphBuilder) => readonly string[];
  /** Puts the constants before the operands. */
  readonly leads?: boolean;
  readonly attributes?: Readonly<Record<string, AttributeArgument>>;
  readonly isPositive?: boolean;
}

const pair: readonly Case[] = [
  {
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  { shapes: [[2, 3], [3]] },
  {
    shapes: [
      [2, 1],
      [4, 1, 3],
    ],
  },
];
const single: readonly Case[] = [{ shapes: [[2, 3]] }];
const positive: readonly Case[] = [{ shapes: [[2, 3]], isPositive: true }];
const reduced: readonly Case[] = [
  { shapes: [[2, 3, 2]], constants: (b) => [b.integers([1])], attributes: { keepdims: 0 } },
  { shapes: [[2, 3]], constants: (b) => [b.integers([-1])] },
  { shapes: [[2, 3]], attributes: { keepdims: 0 } },
];
const shaped = (numbers: readonly number[], shape: readonly number[] = [2, 3]): Case => ({
  shapes: [shape],
  constants: (b) => [b.integers(numbers)],
});

/** Operators with a rule. */
type Differentiable = {
  [K in keyof typeof GRADIENTS]: (typeof GRADIENTS)[K] extends null ? never : K;
}[keyof typeof GRADIENTS];

const CASES = {
  Add: pair,
  Sub: pair,
  Mul: pair,
  Div: pair.map((given) => ({ ...given, isPositive: true })),
  Max: pair,
  Min: pair,
  Neg: single,
  Relu: single,
  Tanh: single,
  Sigmoid: single,
  Exp: single,
  Log: positive,
  Sqrt: positive,
  Pow: [2, 3, 0.5].map((c) => ({ shapes: [[2, 3]], isPositive: true, constants: (b) => [b.scalar('float32', c)] })),
  Gemm: [0, 1].flatMap((transA) =>
    [0, 1].map((transB) => ({
      shapes: [transA === 1 ? [4, 2] : [2, 4], transB === 1 ? [3, 4] : [4, 3], [3]],
      attributes: { transA, transB, alpha: { kind: 'float', value: 0.5 }, beta: { kind: 'float', value: 2 } },
    })),
  ),
  MatMul: [
    {
      shapes: [
        [2, 4],
        [4, 3],
      ],
    },
    {
      shapes: [
        [2, 2, 4],
        [4, 3],
      ],
    },
    {
      shapes: [
        [2, 1, 2, 3],
        [3, 3, 2],
      ],
    },
  ],
  Softmax: [{ shapes: [[2, 3]] }, { shapes: [[2, 3, 2]], attributes: { axis: 1 } }],
  LogSoftmax: [{ shapes: [[2, 3]] }, { shapes: [[2, 3, 2]], attributes: { axis: 1 } }],
  ReduceSum: reduced,
  ReduceMean: reduced,
  ReduceMax: reduced,
  Reshape: [shaped([3, -1]), shaped([0, 3, 1])],
  Flatten: [{ shapes: [[2, 3, 2]] }, { shapes: [[2, 3, 2]], attributes: { axis: 2 } }],
  Squeeze: [shaped([1], [2, 1, 3])],
  Unsqueeze: [shaped([0, -1])],
  Transpose: [{ shapes: [[2, 3]] }, { shapes: [[2, 3, 4]], attributes: { perm: [1, 2, 0] } }],
  Expand: [shaped([4, 2, 3], [2, 1])],
  Identity: single,
  Cast: [{ shapes: [[2, 3]], attributes: { to: 1 } }],
  Where: [{ shapes: [[2, 3], [3]], leads: true, constants: (b) => [b.values('bool', [2, 1], [1, 0])] }],
  Concat: [
    {
      shapes: [
        [2, 3],
        [2, 1],
        [2, 2],
      ],
      attributes: { axis: 1 },
    },
  ],
  Slice: [
    { shapes: [[4, 5]], constants: (b) => [b.integers([1, -3]), b.integers([3, 99]), b.integers([0, 1])] },
    { shapes: [[4]], constants: (b) => [b.integers([0]), b.integers([4])] },
  ],
  Clip: [{ shapes: [[2, 5]], constants: (b) => [b.scalar('float32', -0.25), b.scalar('float32', 0.3)] }],
} as const satisfies Record<Differentiable, readonly Case[]>;

/** Irrational multiples spread the operands; none lies near a kink or equals another. */
function operand(shape: readonly number[], index: number, isPositive: boolean): Tensor {
  const numbers = Array.from({ length: elementCount(shape) }, (_, i) => {
    const fraction = ((i + 1) * 0.618034 + index * 0.414214) % 1;
    return isPositive ? 0.5 + fraction : fraction < 0.5 ? fraction - 0.6 : fraction - 0.4;
  });
  return tensorOf('float32', shape, numbers);
}

function build(op: OperatorName, given: Case) {
  const b = new GraphBuilder();
  const tensors = given.shapes.map((shape, i) => operand(shape, i, given.isPositive ?? false));
  const names = tensors.map((tensor, i) => b.input(`in${i}`, tensor));
  const constants = given.constants?.(b) ?? [];
  const y = b.op(op, given.leads === true ? [...constants, ...names] : [...names, ...constants], given.attributes);
  const { shape } = b.info(y);
  const slope = operand(shape, 7, false);
  const gradients = addBackward(b, { value: y, gradient: b.values('float32', shape, numbersOf(slope)) }, names);
  b.output(y, 'result');
  for (const name of names) b.output(gradients.get(name) ?? name, `${name}.gradient`);
  const graph = encodeModel({ opset: OPSET, graph: withIslands(b.finish('test'), OPSET) });
  return { graph, tensors, slope: numbersOf(slope), isComplete: gradients.size === names.length };
}

const STEP = 2 ** -7;

for (const [op, cases] of Object.entries(CASES) as Array<[string, readonly Case[]]>) {
  t.test(op, async (t) => {
    for (const given of cases) {
      if (!isTrainable(op)) throw new RangeError(op);
      const { graph, tensors, slope, isComplete } = build(op, given);
      t.ok(isComplete, 'each operand has a gradient');
      const runner = await openRunner(graph);
      const feedsWith = (changed: number, at: number, by: number) =>
        new Map(
          tensors.map((tensor, i) => {
            const numbers = numbersOf(tensor).map((number, j) => (i === changed && j === at ? number + by : number));
            return [`in${i}`, tensorOf('float32', tensor.shape, numbers)];
          }),
        );
      const valueAt = async (changed: number, at: number, by: number): Promise<number> => {
        const result = numbersAt(await runner.run(feedsWith(changed, at, by)), 'result');
        return result.reduce((sum, number, i) => sum + number * (slope[i] as number), 0);
      };
      const exact = await runner.run(feedsWith(-1, 0, 0));
      for (const [i, tensor] of tensors.entries()) {
        const gradient = numbersAt(exact, `in${i}.gradient`);
        t.equal(gradient.length, elementCount(tensor.shape), 'the gradient has the operand’s shape');
        let worst = 0;
        for (const [j, slopeAt] of gradient.entries()) {
          const difference = ((await valueAt(i, j, STEP)) - (await valueAt(i, j, -STEP))) / (2 * STEP);
          worst = Math.max(worst, Math.abs(difference - slopeAt) / Math.max(1, Math.abs(difference)));
        }
        t.ok(worst < 2e-3, `operand ${i} of ${JSON.stringify(given)}: ${worst}`);
      }
      await runner.close();
    }
  });
}
