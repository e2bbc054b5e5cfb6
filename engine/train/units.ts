/** countUnits(): the floating-point operations of a canonical graph, from its bytes alone: anybody recounts what a step is paid for. */
import type { Graph, Info, Node } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { Call } from '#engine/ops/call.ts';
import { CATALOGUE, isCore } from '#engine/ops/catalogue.ts';
import { knownNumbers, shapesOf } from '#engine/ops/inference-shapes.ts';
import { CorexError } from '#protocol/errors.ts';

/** Operators outside the catalogue that move data and compute nothing. */
const FREE = new Set(['Trilu', 'Tile', 'Shape', 'Range', 'ConstantOfShape', 'Dropout']);

/** @throws CorexError MODEL_NOT_ONNX */
export function countUnits(bytes: Uint8Array): bigint {
  const { graph } = decodeModel(bytes);
  const infos = declaredInfos(graph);
  const constants = new Map(graph.initializers);
  const surroundings = {
    info: (name: string) => infos.get(name),
    constant: (name: string) => constants.get(name),
  };
  let units = 0n;
  for (const node of graph.nodes) {
    const value = node.attributes.get('value');
    if (node.op === 'Constant' && value?.kind === 'tensor') constants.set(node.outputs[0] ?? '', value.value);
    const call = new Call(node, surroundings);
    // What follows from the operands stands above what the file declares: a false declaration must not be paid.
    shapesOf(call).forEach((info, i) => {
      infos.set(node.outputs[i] ?? '', info);
    });
    const info = infos.get(node.outputs[0] ?? '');
    const numbers = info === undefined ? null : knownNumbers(call, info, surroundings.constant);
    if (numbers !== null) constants.set(node.outputs[0] ?? '', numbers);
    units += BigInt(unitsOfNode(call, info) ?? assumedUnits(node, infos));
  }
  return units;
}

/** Types and shapes that the graph tells: its inputs, outputs, constants and the values in between. */
function declaredInfos(graph: Graph): Map<string, Info> {
  const infos = new Map<string, Info>(graph.initializers);
  for (const { name, dtype, shape } of [...graph.inputs, ...graph.outputs, ...graph.values]) {
    const sizes = shape.filter((size) => typeof size === 'number');
    if (sizes.length === shape.length) infos.set(name, { dtype, shape: sizes });
  }
  return infos;
}

/** Null where the catalogue does not know the operator, or nobody the shapes. */
function unitsOfNode(call: Call, info: Info | undefined): number | null {
  const { op } = call.node;
  if (!isCore(op)) return FREE.has(op) ? 0 : null;
  try {
    return info === undefined ? null : CATALOGUE[op].units(call, info);
  } catch (error) {
    if (error instanceof CorexError) return null;
    throw error;
  }
}

/** Products outside the catalogue: kernel or weight matrix is input 1. */
const PRODUCTS = new Set(['Conv', 'ConvTranspose', 'LSTM', 'GRU', 'RNN', 'ConvInteger', 'MatMulInteger']);

/**
 * An operator without a row, counted low so that nobody gains by one: an operation for each element of a result whose shape is
 * known, and for products each weight multiplied and added once a row, or, for a convolution, once a place of the result.
 */
function assumedUnits(node: Node, infos: ReadonlyMap<string, Info>): number {
  const made = node.outputs.reduce((sum, name) => sum + elementCount(infos.get(name)?.shape ?? [0]), 0);
  const weight = infos.get(node.inputs[1] ?? '')?.shape;
  if (!PRODUCTS.has(node.op) || weight === undefined) return made;
  const result = infos.get(node.outputs[0] ?? '')?.shape;
  if (node.op === 'Conv' && result !== undefined) return elementCount(result) * (2 * elementCount(weight.slice(1)) + 1);
  return made + 2 * (infos.get('x')?.shape[0] ?? 1) * elementCount(weight);
}
