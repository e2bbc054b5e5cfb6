/** Bytes of an ONNX file to a Model. */
import type { Attribute, DeclaredValue, Graph, Model, Node } from '#engine/graph/graph.ts';
import { byteLength, type DataType, type Tensor } from '#engine/graph/tensor.ts';
import { CorexError } from '#protocol/errors.ts';
import { modelError } from './errors.ts';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DIMENSION,
  dataTypeOf,
  GRAPH,
  MODEL,
  Message,
  NODE,
  OPSET_ID,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from './wire.ts';

const EXTERNAL = 1n;
const notOnnx = (why: string, cause?: unknown) => modelError('NOT_ONNX', { why }, cause);

function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw notOnnx(`the integer ${value} is too large`);
  return number;
}

/** Elements that a file keeps in typed fields instead of raw_data. */
function typedData(message: Message, dtype: DataType): Uint8Array {
  switch (dtype) {
    case 'float32':
      return message.fixed(TENSOR.floatData, 4);
    case 'float64':
      return message.fixed(TENSOR.doubleData, 8);
    case 'int64': {
      const { buffer } = BigInt64Array.from(message.integers(TENSOR.int64Data));
      return new Uint8Array(buffer);
    }
    case 'int32': {
      const { buffer } = Int32Array.from(message.integers(TENSOR.int32Data), Number);
      return new Uint8Array(buffer);
    }
    case 'uint8':
    case 'bool':
      return Uint8Array.from(message.integers(TENSOR.int32Data), Number);
  }
}

/** null: an element type that we only pass on. */
function decodeTensor(message: Message): Tensor | null {
  const name = message.text(TENSOR.name);
  if (message.has(TENSOR.externalData) || message.integer(TENSOR.dataLocation) === EXTERNAL)
    throw modelError('EXTERNAL_DATA', { tensor: name });
  const dtype = dataTypeOf(Number(message.integer(TENSOR.dataType)));
  if (dtype === undefined) return null;
  const shape = message.integers(TENSOR.dims).map(safe);
  if (shape.some((size) => size < 0)) throw notOnnx(`tensor ${name} has a negative dimension`);
  const data = message.blocks(TENSOR.rawData).at(-1) ?? typedData(message, dtype);
  if (data.length !== byteLength(dtype, shape)) throw notOnnx(`tensor ${name} has not the size of its shape`);
  // A copy of its own lies on every boundary and is no Buffer.
  return { dtype, shape, data: new Uint8Array(data) };
}

function decodeAttribute(bytes: Uint8Array): [string, Attribute] {
  const message = new Message(bytes);
  const name = message.text(ATTRIBUTE.name);
  const raw = { kind: 'raw', value: bytes } as const;
  const floats = (field: number): number[] => {
    const data = message.fixed(field, 4).slice();
    return [...new Float32Array(data.buffer, data.byteOffset, data.length / 4)];
  };
  const ints = message.integers(ATTRIBUTE.ints).map(Number);
  switch (Number(message.integer(ATTRIBUTE.type))) {
    case ATTRIBUTE_TYPE.float:
      return [name, { kind: 'float', value: floats(ATTRIBUTE.f)[0] ?? 0 }];
    case ATTRIBUTE_TYPE.int: {
      const value = Number(message.integer(ATTRIBUTE.i));
      return [name, Number.isSafeInteger(value) ? { kind: 'int', value } : raw];
    }
    case ATTRIBUTE_TYPE.string:
      return [name, { kind: 'string', value: message.text(ATTRIBUTE.s) }];
    case ATTRIBUTE_TYPE.floats:
      return [name, { kind: 'floats', value: floats(ATTRIBUTE.floats) }];
    case ATTRIBUTE_TYPE.ints:
      return [name, ints.every(Number.isSafeInteger) ? { kind: 'ints', value: ints } : raw];
    case ATTRIBUTE_TYPE.tensor: {
      const tensor = message.messages(ATTRIBUTE.t)[0];
      const value = tensor === undefined ? null : decodeTensor(tensor);
      return [name, value === null ? raw : { kind: 'tensor', value }];
    }
    default:
      return [name, raw];
  }
}

function decodeNode(message: Message): Node {
  const domain = message.text(NODE.domain);
  return {
    op: message.text(NODE.opType),
    domain: domain === 'ai.onnx' ? '' : domain,
    name: message.text(NODE.name),
    inputs: message.texts(NODE.input),
    outputs: message.texts(NODE.output),
    attributes: new Map(message.blocks(NODE.attribute).map(decodeAttribute)),
  };
}

/** undefined where it is no tensor, or of an element type that we only pass on. */
function decodeValue(message: Message, isBorder: boolean): DeclaredValue | undefined {
  const name = message.text(VALUE.name);
  const tensor = message.messages(VALUE.type)[0]?.messages(TYPE.tensorType)[0];
  const elementType = Number(tensor?.integer(TENSOR_TYPE.elemType) ?? 0n);
  const dtype = dataTypeOf(elementType);
  if (dtype === undefined) {
    if (isBorder) throw modelError('ELEMENT_TYPE', { name, type: elementType });
    return undefined;
  }
  const shape = tensor?.messages(TENSOR_TYPE.shape)[0];
  if (shape === undefined && !isBorder) return undefined;
  const dimensions = shape?.messages(SHAPE.dim) ?? [];
  return {
    name,
    dtype,
    shape: dimensions.map((dim) =>
      dim.has(DIMENSION.value) ? safe(dim.integer(DIMENSION.value)) : dim.text(DIMENSION.param),
    ),
  };
}

function decodeGraph(message: Message): Graph {
  if (message.has(GRAPH.sparseInitializer)) throw notOnnx('it has sparse initializers');
  const initializers = new Map<string, Tensor>();
  const opaque = new Map<string, Uint8Array>();
  for (const bytes of message.blocks(GRAPH.initializer)) {
    const inner = new Message(bytes);
    const tensor = decodeTensor(inner);
    if (tensor === null) opaque.set(inner.text(TENSOR.name), bytes);
    else initializers.set(inner.text(TENSOR.name), tensor);
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
  };
}

/** @throws CorexError MODEL_NOT_ONNX, MODEL_EXTERNAL_DATA, MODEL_ELEMENT_TYPE */
export function decodeModel(bytes: Uint8Array): Model {
  try {
    const message = new Message(bytes);
    const graph = message.messages(MODEL.graph).at(-1);
    if (graph === undefined) throw notOnnx('there is no graph in it');
    if (message.has(MODEL.functions) || message.has(MODEL.trainingInfo))
      throw notOnnx('it has functions or training information of its own');
    const opset = message
      .messages(MODEL.opsetImport)
      .find((id) => ['', 'ai.onnx'].includes(id.text(OPSET_ID.domain)))
      ?.integer(OPSET_ID.version);
    if (opset === undefined) throw notOnnx('it imports no version of ai.onnx');
    return { opset: safe(opset), graph: decodeGraph(graph) };
  } catch (cause) {
    if (cause instanceof CorexError) throw cause;
    throw notOnnx(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
