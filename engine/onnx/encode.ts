/** A Model to bytes: the same model always gives the same bytes, for their digest names the work. */
import type { Attribute, DeclaredValue, Graph, Model, Node } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DIMENSION,
  ELEMENT_TYPE,
  GRAPH,
  MODEL,
  MessageWriter,
  NODE,
  OPSET_ID,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from './wire.ts';

const IR_VERSION = 9;

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;

function writeTensor(writer: MessageWriter, name: string, { dtype, shape, data }: Tensor): void {
  for (const size of shape) writer.integer(TENSOR.dims, size);
  writer.integer(TENSOR.dataType, ELEMENT_TYPE[dtype]).text(TENSOR.name, name).bytes(TENSOR.rawData, data);
}

function writeAttribute(writer: MessageWriter, name: string, attribute: Exclude<Attribute, { kind: 'raw' }>): void {
  writer.text(ATTRIBUTE.name, name);
  switch (attribute.kind) {
    case 'float':
      writer.float(ATTRIBUTE.f, attribute.value);
      break;
    case 'int':
      writer.integer(ATTRIBUTE.i, attribute.value);
      break;
    case 'string':
      writer.bytes(ATTRIBUTE.s, Buffer.from(attribute.value, 'utf8'));
      break;
    case 'tensor':
      writer.message(ATTRIBUTE.t, (inner) => writeTensor(inner, '', attribute.value));
      break;
    case 'floats':
      for (const value of attribute.value) writer.float(ATTRIBUTE.floats, value);
      break;
    case 'ints':
      for (const value of attribute.value) writer.integer(ATTRIBUTE.ints, value);
      break;
  }
  writer.integer(ATTRIBUTE.type, ATTRIBUTE_TYPE[attribute.kind]);
}

function writeNode(writer: MessageWriter, node: Node): void {
  // An input that is left out is an empty text, and that one is written.
  for (const name of node.inputs) writer.bytes(NODE.input, Buffer.from(name, 'utf8'));
  for (const name of node.outputs) writer.bytes(NODE.output, Buffer.from(name, 'utf8'));
  writer.text(NODE.name, node.name).text(NODE.opType, node.op);
  for (const [name, attribute] of [...node.attributes].sort(byName)) {
    if (attribute.kind === 'raw') writer.bytes(NODE.attribute, attribute.value);
    else writer.message(NODE.attribute, (inner) => writeAttribute(inner, name, attribute));
  }
  writer.text(NODE.domain, node.domain);
}

function writeValue(writer: MessageWriter, { name, dtype, shape }: DeclaredValue): void {
  writer.text(VALUE.name, name).message(VALUE.type, (type) => {
    type.message(TYPE.tensorType, (tensor) => {
      tensor.integer(TENSOR_TYPE.elemType, ELEMENT_TYPE[dtype]).message(TENSOR_TYPE.shape, (dims) => {
        for (const size of shape) {
          dims.message(SHAPE.dim, (dim) => {
            if (typeof size === 'number') dim.integer(DIMENSION.value, size);
            else dim.text(DIMENSION.param, size);
          });
        }
      });
    });
  });
}

function writeGraph(writer: MessageWriter, graph: Graph): void {
  for (const node of graph.nodes) writer.message(GRAPH.node, (inner) => writeNode(inner, node));
  writer.text(GRAPH.name, graph.name === '' ? 'graph' : graph.name);
  for (const [name, tensor] of [...graph.initializers].sort(byName))
    writer.message(GRAPH.initializer, (inner) => writeTensor(inner, name, tensor));
  for (const [, bytes] of [...graph.opaque].sort(byName)) writer.bytes(GRAPH.initializer, bytes);
  for (const value of graph.inputs) writer.message(GRAPH.input, (inner) => writeValue(inner, value));
  for (const value of graph.outputs) writer.message(GRAPH.output, (inner) => writeValue(inner, value));
  for (const value of graph.values) writer.message(GRAPH.valueInfo, (inner) => writeValue(inner, value));
}

export function encodeModel({ opset, graph }: Model): Uint8Array {
  return new MessageWriter()
    .integer(MODEL.irVersion, IR_VERSION)
    .message(MODEL.graph, (inner) => writeGraph(inner, graph))
    .message(MODEL.opsetImport, (id) => id.integer(OPSET_ID.version, opset))
    .finish();
}
