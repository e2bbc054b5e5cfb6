/** Why a model is refused; each text names the node, operator or tensor, and each remedy says how to mend it. */
import { errorTable } from '#protocol/errors.ts';

export const modelError = errorTable('MODEL', {
  NOT_ONNX: {
    what: (d: { why: string }) => `this is no ONNX model: ${d.why}`,
    todo: 'give the .onnx file itself, as torch.onnx.export writes it',
  },
  EXTERNAL_DATA: {
    what: (d: { tensor: string }) => `tensor ${d.tensor} lies in another file`,
    todo: 'save the model in one file: onnx.save(model, path, save_as_external_data=False)',
  },
  CUSTOM_DOMAIN: {
    what: (d: { node: string; operator: string; domain: string }) =>
      `node ${d.node} is operator ${d.operator} of domain ${d.domain}`,
    todo: 'export again in standard operators of ai.onnx, without contrib or custom ones',
  },
  UNKNOWN_OPERATOR: {
    what: (d: { node: string; operator: string; supported: readonly string[] }) =>
      `node ${d.node} is operator ${d.operator}, which is not supported here; these are: ${d.supported.join(', ')}`,
    todo: 'express the layer in the operators listed, or submit the model for inference only',
  },
  NO_GRADIENT: {
    what: (d: { node: string; operator: string; supported: readonly string[] }) =>
      `node ${d.node} is operator ${d.operator}, which a weight passes through but which has no gradient; these have one: ${d.supported.join(', ')}`,
    todo: 'keep this operator away from the path between the weights and the output',
  },
  NOT_REPEATABLE: {
    what: (d: { node: string; operator: string }) =>
      `node ${d.node} is operator ${d.operator}, which draws random numbers`,
    todo: 'export in evaluation mode (model.eval()); two nodes must get the same result',
  },
  CONTROL_FLOW: {
    what: (d: { node: string; operator: string }) =>
      `node ${d.node} is operator ${d.operator}, whose work is not known ahead`,
    todo: 'export by tracing, so that loops and branches are unrolled',
  },
  TOO_BIG: {
    what: (d: { part: string; count: number; limit: number }) =>
      `the model has ${d.count} ${d.part}, the limit is ${d.limit}`,
    todo: 'use a smaller model, or export it again with large tensors as raw data',
  },
  GRAPH: {
    what: (d: { where: string; why: string }) => `the graph does not hold together at ${d.where}: ${d.why}`,
    todo: 'check the file with onnx.checker.check_model, and export it again',
  },
  MEMORY: {
    what: (d: { where: string; bytes: number; limit: number }) =>
      `the model needs at least ${d.bytes} bytes of memory at ${d.where}, the limit is ${d.limit}`,
    todo: 'use a smaller batch or a smaller model, or raise the engine memory',
  },
  INEXACT: {
    what: (d: { node: string }) =>
      `${d.node} does not give the same bits on every processor, and nothing stands in for it`,
    todo: 'choose class fast, or express the layer in other operators (docs/determinism.md tells which)',
  },
  OPSET: {
    what: (d: { opset: number; least: number }) => `the model is of opset ${d.opset}, the least is ${d.least}`,
    todo: 'export again with opset_version=18',
  },
  SHAPE: {
    what: (d: { where: string; why: string }) => `the shapes do not work out at ${d.where}: ${d.why}`,
    todo: 'export with one dynamic axis, the batch, in first place, and every other dimension fixed',
  },
  ELEMENT_TYPE: {
    what: (d: { name: string; type: number }) => `${d.name} has ONNX element type ${d.type}`,
    todo: 'use float32, float64, int64, int32, uint8 or bool at the borders of the model',
  },
  NAME: {
    what: (d: { name: string; why: string }) => `the name ${d.name} cannot be used: ${d.why}`,
    todo: 'rename it in the model',
  },
  BORDER: {
    what: (d: { why: string }) => `the model does not have one input and one output: ${d.why}`,
    todo: 'export only the forward pass: one input tensor, one output tensor',
  },
  STATE: {
    what: (d: { name: string; why: string }) => `tensor ${d.name} of the state does not fit the model: ${d.why}`,
    todo: 'take the state that was trained from this very model',
  },
});
