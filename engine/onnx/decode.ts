/** Bytes of an ONNX file to a Model, whatever the bytes are: in linear time, in memory that their length and MODEL_LIMITS bound. */
import type { Attribute, DeclaredValue, Graph, Model, Node } from '#engine/graph/graph.ts';
import { nodeTitle } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { CorexError } from '#protocol/errors.ts';
import { decodeTensor, floatsOf, intsOf, notOnnx, safeInteger } from './decode-tensor.ts';
import { modelError } from './errors.ts';
import { checkLimit } from './limits.ts';
import { Message, newBudget } from './message.ts';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DIMENSION,
  dataTypeOf,
  GRAPH,
  MODEL,
  NODE,
  OPSET_ID,
  PROPERTY,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from './wire.ts';

/** null: a subgraph. */
function decodeAttribute(message: Message): Attribute | null {
  const raw = { kind: 'raw', value: message.bytes } as const;
  if (message.has(ATTRIBUTE.refName)) throw notOnnx('an attribute refers to one of a function');
  switch (Number(message.integer(ATTRIBUTE.type))) {
    case ATTRIBUTE_TYPE.float:
      return { kind: 'float', value: floatsOf(message, ATTRIBUTE.f)[0] ?? 0 };
    case ATTRIBUTE_TYPE.int: {
      const value = Number(message.integer(ATTRIBUTE.i));
      return Number.isSafeInteger(value) ? { kind: 'int', value } : raw;
    }
    case ATTRIBUTE_TYPE.string:
      return { kind: 'string', value: message.text(ATTRIBUTE.s, 'textBytes') };
    case ATTRIBUTE_TYPE.floats:
      return { kind: 'floats', value: floatsOf(message, ATTRIBUTE.floats) };
    case ATTRIBUTE_TYPE.ints: {
      const value = intsOf(message, ATTRIBUTE.ints);
      return value.every(Number.isSafeInteger) ? { kind: 'ints', value } : raw;
    }
    case ATTRIBUTE_TYPE.tensor: {
      const tensor = message.message(ATTRIBUTE.t);
      const value = tensor === undefined ? null : decodeTensor(tensor);
      return value === null ? raw : { kind: 'tensor', value };
    }
    case ATTRIBUTE_TYPE.graph:
    case ATTRIBUTE_TYPE.graphs:
      return null;
    default:
      return raw;
  }
}

function decodeNode(message: Message): Node {
  const domain = message.text(NODE.domain);
  checkLimit('operands', Math.max(message.count(NODE.input), message.count(NODE.output)));
  checkLimit('attributes', message.count(NODE.attribute));
  const attributes = new Map<string, Attribute>();
  const node = {
    op: message.text(NODE.opType),
    domain: domain === 'ai.onnx' ? '' : domain,
    name: message.text(NODE.name),
    inputs: message.texts(NODE.input),
    outputs: message.texts(NODE.output),
    attributes,
  };
  for (const inner of message.messages(NODE.attribute)) {
    const name = inner.text(ATTRIBUTE.name);
    const attribute = decodeAttribute(inner);
    if (attribute === null) throw modelError('CONTROL_FLOW', { node: nodeTitle(node), operator: node.op });
    if (attributes.has(name)) throw notOnnx(`node ${nodeTitle(node)} has two attributes ${name}`);
    attributes.set(name, attribute);
  }
  return node;
}

/** undefined where it is no tensor, or of an element type that we only pass on. */
function decodeValue(message: Message, isBorder: boolean): DeclaredValue | undefined {
  const name = message.text(VALUE.name);
  const tensor = message.message(VALUE.type)?.message(TYPE.tensorType);
  const elementType = Number(tensor?.integer(TENSOR_TYPE.elemType) ?? 0n);
  const dtype = dataTypeOf(elementType);
  if (dtype === undefined) {
    if (isBorder) throw modelError('ELEMENT_TYPE', { name, type: elementType });
    return undefined;
  }
  const declared = tensor?.message(TENSOR_TYPE.shape);
  if (declared === undefined && !isBorder) return undefined;
  checkLimit('axes', declared?.count(SHAPE.dim) ?? 0);
  const shape = (declared?.messages(SHAPE.dim) ?? []).map((dim) =>
    dim.has(DIMENSION.value) ? safeInteger(dim.integer(DIMENSION.value)) : dim.text(DIMENSION.param),
  );
  if (shape.some((size) => typeof size === 'number' && size < 0))
    throw notOnnx(`value ${name} has a negative dimension`);
  return { name, dtype, shape };
}

/** torch.export writes into a file which of its tensors were parameters: `p_0_weight: PARAMETER target='0.weight'`. */
function decodeParameters(message: Message): Pick<Graph, 'parameters'> {
  const property = message
    .messages(GRAPH.metadata)
    .find((each) => each.text(PROPERTY.key).endsWith('.graph_signature'));
  if (property === undefined) return {};
  const text = new TextDecoder().decode(property.blocks(PROPERTY.value).at(-1));
  const lines = text.matchAll(/: PARAMETER target='([^']*)'/g);
  return { parameters: new Set([...lines].map(([, name = '']) => name)) };
}

function decodeGraph(message: Message): Graph {
  if (message.has(GRAPH.sparseInitializer)) throw notOnnx('it has sparse initializers');
  checkLimit('nodes', message.count(GRAPH.node));
  checkLimit('initializers', message.count(GRAPH.initializer));
  checkLimit('values', message.count(GRAPH.input) + message.count(GRAPH.output) + message.count(GRAPH.valueInfo));
  const initializers = new Map<string, Tensor>();
  const opaque = new Map<string, Uint8Array>();
  for (const inner of message.messages(GRAPH.initializer)) {
    const name = inner.text(TENSOR.name);
    if (initializers.has(name) || opaque.has(name)) throw notOnnx(`there are two initializers ${name}`);
    const tensor = decodeTensor(inner);
    if (tensor === null) opaque.set(name, inner.bytes);
    else initializers.set(name, tensor);
  }
  // Files before ir_version 4 list initializers among the inputs.
  const isFed = (input: Message): boolean => {
    const name = input.text(VALUE.name);
    return !initializers.has(name) && !opaque.has(name);
  };
  const decodeAll = (values: readonly Message[], isBorder: boolean): DeclaredValue[] =>
    values.map((value) => decodeValue(value, isBorder)).filter((value) => value !== undefined);
  return {
    name: message.text(GRAPH.name),
    inputs: decodeAll(message.messages(GRAPH.input).filter(isFed), true),
    outputs: decodeAll(message.messages(GRAPH.output), true),
    nodes: message.messages(GRAPH.node).map(decodeNode),
    initializers,
    opaque,
    values: decodeAll(message.messages(GRAPH.valueInfo), false),
    ...decodeParameters(message),
  };
}

/** @throws CorexError MODEL_NOT_ONNX, MODEL_TOO_BIG, MODEL_EXTERNAL_DATA, MODEL_ELEMENT_TYPE, MODEL_CONTROL_FLOW */
export function decodeModel(bytes: Uint8Array): Model {
  try {
    const message = new Message(bytes, newBudget());
    const graph = message.message(MODEL.graph);
    if (graph === undefined) throw notOnnx('there is no graph in it');
    if (message.has(MODEL.functions) || message.has(MODEL.trainingInfo))
      throw notOnnx('it has functions or training information of its own');
    const opset = message
      .messages(MODEL.opsetImport)
      .find((id) => ['', 'ai.onnx'].includes(id.text(OPSET_ID.domain)))
      ?.integer(OPSET_ID.version);
    if (opset === undefined) throw notOnnx('it imports no version of ai.onnx');
    return { opset: safeInteger(opset), graph: decodeGraph(graph) };
  } catch (cause) {
    if (cause instanceof CorexError) throw cause;
    throw notOnnx(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
