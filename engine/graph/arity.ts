/** How many operands and results the operators of ai.onnx have, so that no rule of ours meets a node with fewer. */
import type { Finding } from './check.ts';
import { type Graph, type Node, nodeTitle } from './graph.ts';

const ANY = 2 ** 31;

/** Least and most operands, https://onnx.ai/onnx/operators/ from opset 13 on; an operand that is left out in the middle counts. */
const OPERANDS: ReadonlyArray<readonly [least: number, most: number, operators: string]> = [
  [0, 0, 'Constant'],
  [
    ...([1, 1] as const),
    `Abs Acos Acosh ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BitwiseNot Cast Ceil Celu ConstantOfShape Cos Cosh
      DepthToSpace Det Elu Erf Exp EyeLike Flatten Floor Gelu GlobalAveragePool GlobalLpPool GlobalMaxPool HardSigmoid HardSwish
      Hardmax Identity IsInf IsNaN LRN LeakyRelu Log LogSoftmax LpNormalization LpPool MaxPool MeanVarianceNormalization Mish
      Neg NonZero Not Reciprocal Relu Round Selu Shape Shrink Sigmoid Sign Sin Sinh Size Softmax Softplus Softsign
      SpaceToDepth Sqrt Swish Tan Tanh ThresholdedRelu Transpose`,
  ],
  [
    ...([1, 2] as const),
    `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Split
      Squeeze Trilu`,
  ],
  [1, 3, 'Clip Dropout'],
  [1, 4, 'Resize'],
  [1, ANY, 'Concat Einsum Max Mean Min Sum'],
  [
    ...([2, 2] as const),
    `Add And BitShift BitwiseAnd BitwiseOr BitwiseXor CastLike Compress CumSum Div Equal Expand Gather GatherElements GatherND
      Greater GreaterOrEqual GridSample Less LessOrEqual MatMul MaxRoiPool Mod Mul Or PRelu Pow RMSNormalization Reshape Sub
      Tile TopK Unsqueeze Upsample Xor`,
  ],
  [2, 3, 'Conv ConvTranspose DequantizeLinear Gemm LayerNormalization QuantizeLinear'],
  [2, 4, 'ConvInteger MatMulInteger Pad'],
  [3, 3, 'Col2Im GroupNormalization InstanceNormalization OneHot Range RoiAlign ScatterElements ScatterND Where'],
  [3, 5, 'Slice'],
  [5, 5, 'BatchNormalization'],
];

/** Most results, where that is not one. */
const RESULTS: Readonly<Record<string, number>> = {
  ...{
    Attention: 4,
    // In opset 13 it also gives what it saved for a gradient.
    BatchNormalization: 5,
    Dropout: 2,
    DynamicQuantizeLinear: 3,
    GRU: 2,
    LSTM: 3,
    LayerNormalization: 3,
  },
  ...{ MaxPool: 2, RMSNormalization: 2, RNN: 2, Split: ANY, TopK: 2, Unique: 4 },
};

const ARITIES: ReadonlyMap<string, readonly [least: number, most: number]> = new Map(
  OPERANDS.flatMap(([least, most, operators]) => operators.split(/\s+/).map((op) => [op, [least, most]] as const)),
);

function misfit({ op, inputs, outputs }: Node): string | null {
  const [least, most] = ARITIES.get(op) ?? [0, ANY];
  if (inputs.length > most) return `${op} takes ${most} operands at most, it has ${inputs.length}`;
  const missing = inputs.slice(0, least).filter((name) => name === '').length + Math.max(least - inputs.length, 0);
  if (missing > 0) return `${op} takes ${least} operands at least, ${missing} of them are missing`;
  const results = Object.hasOwn(RESULTS, op) ? (RESULTS[op] ?? 1) : 1;
  return outputs.length > results ? `${op} has ${results} results at most, it makes ${outputs.length}` : null;
}

export function wrongArity({ nodes }: Graph): Finding | null {
  for (const node of nodes) {
    const why = misfit(node);
    if (why !== null) return { where: `node ${nodeTitle(node)}`, why };
  }
  return null;
}
