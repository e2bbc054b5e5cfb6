/** How large the parts of a model may be: a reader of untrusted bytes takes time and memory in proportion to these, not to what is declared. */
import { modelError } from './errors.ts';

/** Each row: the limit and why it stands there. Trained step graphs are read too, and have about ten times their model's nodes. */
export const MODEL_LIMITS = {
  /** Entries of the protobuf messages that are read; an entry takes 24 bytes while its message is read. */
  fields: 2 ** 22,
  /** A step graph of a transformer with 100 layers has about 100,000. */
  nodes: 2 ** 18,
  /** Constants and weights; each is an object of its own beside its bytes. */
  initializers: 2 ** 16,
  /** Inputs, outputs and notes on values in between: at most a few for each node. */
  values: 2 ** 19,
  /** Operands of one node; only Concat, Sum, Max, Min and Split take more than 12. */
  operands: 2 ** 12,
  /** The richest operator of ai.onnx (RoiAlign, Resize) has about ten. */
  attributes: 64,
  /** Numbers in one list attribute; longer ones are tensors. */
  numbers: 2 ** 16,
  /** Axes of one tensor: as many as the files hold in which states and results travel. */
  axes: 16,
  /** Bytes of one name; exporters join the path of modules, which stays below 500. Every error may quote a name. */
  nameBytes: 1024,
  /** Bytes of one text attribute, such as the equation of Einsum. */
  textBytes: 2 ** 16,
  /** Bytes of integers that are written as varints, summed over the file: one byte of the file may become eight. */
  varintBytes: 2 ** 28,
  /** Elements of one value: 8 GiB of float32. Products of up to this size are exact in a double. */
  elements: 2 ** 31,
} as const;

export type ModelLimit = keyof typeof MODEL_LIMITS;

/** How an error says what there is too much of. */
const PARTS: Readonly<Record<ModelLimit, string>> = {
  fields: 'fields in its messages',
  nodes: 'nodes',
  initializers: 'initializers',
  values: 'declared values',
  operands: 'inputs or outputs of one node',
  attributes: 'attributes of one node',
  numbers: 'numbers in one attribute',
  axes: 'dimensions of one tensor',
  nameBytes: 'bytes in one name',
  textBytes: 'bytes in one text attribute',
  varintBytes: 'bytes of tensors written as variable-length integers',
  elements: 'elements of one value',
};

/** @throws CorexError MODEL_TOO_BIG */
export function checkLimit(limit: ModelLimit, count: number): void {
  if (count > MODEL_LIMITS[limit])
    throw modelError('TOO_BIG', { part: PARTS[limit], count, limit: MODEL_LIMITS[limit] });
}
