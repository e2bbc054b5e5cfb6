/** A batch from a safetensors file of any tool: x and y, in the types that a graph takes. */
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { elementCount, type DataType, type Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { importSafetensors } from '#engine/state/safetensors.ts';
import { isSameShape } from '#engine/state/state.ts';
import { CorexError } from '#protocol/errors.ts';
import { toolError } from './errors.ts';
import { readInput } from './files.ts';

export interface Batch {
  readonly file: string;
  /** Whatever else the file holds is of no interest. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly rows: number;
  /** Sizes of x after the batch. */
  readonly row: readonly number[];
}

/** @throws CLI_FILE, CLI_BATCH */
export async function readBatch(file: string): Promise<Batch> {
  const tensors = parse(file, await readInput(file));
  const x = tensors.get('x');
  if (x === undefined) {
    const names = [...tensors.keys()].slice(0, 5).join(', ');
    throw toolError('BATCH', { file, tensor: 'x', why: `there is none; the file holds ${names || 'nothing'}` });
  }
  const [rows = 0, ...row] = x.shape;
  if (rows < 1) throw toolError('BATCH', { file, tensor: 'x', why: `[${x.shape.join(', ')}] has no rows` });
  return { file, tensors, rows, row };
}

function parse(file: string, bytes: Uint8Array): Map<string, Tensor> {
  try {
    return importSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof CorexError)) throw error;
    throw toolError('BATCH', { file, tensor: 'the file', why: error.message }, error);
  }
}

/** What a graph takes of the batch: x and, where it asks for it, y. @throws CLI_BATCH */
export function columnsFor(graph: Uint8Array, batch: Batch): Map<string, Tensor> {
  const { inputs } = decodeModel(graph).graph;
  const columns = inputs.filter(({ name }) => name === 'x' || name === 'y');
  return new Map(
    columns.map(({ name, dtype, shape }) => [name, conform(batch, name, { dtype, shape: shape.map(Number) })]),
  );
}

const isWhole = (dtype: DataType): boolean => dtype !== 'float32' && dtype !== 'float64';
const isSqueezed = (a: readonly number[], b: readonly number[]): boolean =>
  isSameShape(
    a.filter((size) => size !== 1),
    b.filter((size) => size !== 1),
  );

/** Integers of any width are each other's; fractions never become classes. Dimensions of 1 come and go. */
function conform({ file, tensors }: Batch, name: string, wanted: Pick<Tensor, 'dtype' | 'shape'>): Tensor {
  const given = tensors.get(name);
  const { dtype, shape } = wanted;
  const wants = `${dtype} [${shape.join(', ')}]`;
  if (given === undefined) throw toolError('BATCH', { file, tensor: name, why: `there is none, ${wants} is expected` });
  const misfit = (): Error => {
    const why = `it is ${given.dtype} [${given.shape.join(', ')}], ${wants} is expected`;
    return toolError('BATCH', { file, tensor: name, why });
  };
  if (!isSqueezed(given.shape, shape)) throw misfit();
  if (given.dtype === dtype) return { dtype, shape, data: given.data };
  const numbers = numbersOf(given);
  if (isWhole(dtype) && !isWhole(given.dtype) && !numbers.every(Number.isSafeInteger)) throw misfit();
  if (numbers.length !== elementCount(shape)) throw misfit();
  return tensorOf(dtype, shape, numbers);
}

/** A class that the model does not have would be read as another one. @throws CLI_BATCH */
export function checkClasses({ file, tensors }: Batch, classes: number, ignored: number | undefined): void {
  const y = tensors.get('y');
  const wrong =
    y === undefined ? undefined : numbersOf(y).find((label) => label !== ignored && (label < 0 || label >= classes));
  if (wrong === undefined) return;
  const why = `it holds class ${wrong}, the model has 0 to ${classes - 1}; --ignore-index names a class that does not count`;
  throw toolError('BATCH', { file, tensor: 'y', why });
}
