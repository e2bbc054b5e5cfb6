/** Safetensors files, https://huggingface.co/docs/safetensors: a bounded reader, and a writer of the one canonical form. */
import { z } from 'zod';
import { byteLength, bytesPerElement, type DataType, type Tensor } from '#engine/graph/tensor.ts';
import { compareNames } from '#protocol/trees/tensor.ts';
import { stateError } from './errors.ts';

export type Tensors = ReadonlyMap<string, Tensor>;

const MAX_HEADER = 8 * 1024 * 1024;
const MAX_TENSORS = 16_384;
const MAX_NAME = 512;
const MAX_RANK = 16;
const PREFIX = 8;

const TYPE_NAMES: Readonly<Record<DataType, string>> = {
  float32: 'F32',
  float64: 'F64',
  int64: 'I64',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
};
const TYPES = new Map(Object.entries(TYPE_NAMES).map(([dtype, text]) => [text, dtype as DataType]));

const size = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const headerEntry = z.strictObject({
  dtype: z.string().max(16),
  shape: z.array(size).max(MAX_RANK),
  data_offsets: z.tuple([size, size]),
});

const malformed = (why: string, cause?: unknown) => stateError('MALFORMED', { why }, cause);

interface Placed {
  readonly name: string;
  readonly tensor: Tensor;
  readonly begin: number;
}

function parseHeader(bytes: Uint8Array): { header: Array<[string, unknown]>; dataStart: number } {
  if (bytes.length < PREFIX) throw malformed('shorter than its length prefix');
  const length = new DataView(bytes.buffer, bytes.byteOffset, PREFIX).getBigUint64(0, true);
  if (length > BigInt(Math.min(MAX_HEADER, bytes.length - PREFIX)))
    throw malformed('the header ends beyond the file or its bound');
  const dataStart = PREFIX + Number(length);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(PREFIX, dataStart));
    const header: unknown = JSON.parse(text);
    if (typeof header !== 'object' || header === null || Array.isArray(header))
      throw malformed('the header is no JSON object');
    return { header: Object.entries(header), dataStart };
  } catch (cause) {
    throw malformed('the header is no JSON object', cause);
  }
}

function placeTensor(name: string, value: unknown, data: Uint8Array): Placed {
  if (name.length > MAX_NAME || !name.isWellFormed()) throw malformed('a name is too long or no Unicode');
  const parsed = headerEntry.safeParse(value);
  if (!parsed.success) throw malformed(`entry ${name}: ${parsed.error.issues[0]?.message ?? 'wrong'}`);
  const { shape, dtype: typeName } = parsed.data;
  const [begin, end] = parsed.data.data_offsets;
  const dtype = TYPES.get(typeName);
  if (dtype === undefined) throw stateError('UNSUPPORTED_TYPE', { name, dtype: typeName });
  if (begin > end || end > data.length) throw malformed(`tensor ${name} lies outside the file`);
  // Beyond 2^53 the product is not exact, but then it is no length of a file either.
  if (byteLength(dtype, shape) !== end - begin) throw malformed(`tensor ${name} has not the size of its shape`);
  const view = data.subarray(begin, end);
  if (dtype === 'bool' && view.some((byte) => byte > 1))
    throw malformed(`tensor ${name} has a bool that is neither 0 nor 1`);
  return { name, tensor: { dtype, shape, data: view }, begin };
}

/** Any well-formed file, whatever its order, padding and metadata; tensors are views into `bytes`. @throws CorexError STATE_* */
export function importSafetensors(bytes: Uint8Array): Map<string, Tensor> {
  const { header, dataStart } = parseHeader(bytes);
  if (header.length > MAX_TENSORS + 1) throw malformed(`more than ${MAX_TENSORS} tensors`);
  const data = bytes.subarray(dataStart);
  const placed = header
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => placeTensor(name, value, data));
  let end = 0;
  for (const { name, tensor, begin } of placed.toSorted(
    (a, b) => a.begin - b.begin || a.tensor.data.length - b.tensor.data.length,
  )) {
    if (begin !== end) throw malformed(`a hole or an overlap before tensor ${name}`);
    end += tensor.data.length;
  }
  if (end !== data.length) throw malformed('bytes after the last tensor');
  return new Map(placed.map(({ name, tensor }) => [name, tensor]));
}

/** Wide elements first, so that each tensor is aligned in the file without holes; then by name. */
function dataOrder(tensors: Tensors): Array<readonly [string, Tensor]> {
  return [...tensors].sort(
    ([a, left], [b, right]) => bytesPerElement[right.dtype] - bytesPerElement[left.dtype] || compareNames(a, b),
  );
}

function headerOf(ordered: ReadonlyArray<readonly [string, Tensor]>): Uint8Array {
  let end = 0;
  const entries = ordered.map(([name, { dtype, shape, data }]) => {
    if (data.length !== byteLength(dtype, shape)) throw malformed(`tensor ${name} has not the size of its shape`);
    const begin = end;
    end += data.length;
    return [name, { dtype: TYPE_NAMES[dtype], shape, data_offsets: [begin, end] }] as const;
  });
  entries.sort(([a], [b]) => compareNames(a, b));
  // Written entry by entry: an object literal would put integer-like names first.
  const text = `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`;
  const header = Buffer.from(text, 'utf8');
  const padded = Buffer.alloc(Math.ceil(header.length / 8) * 8, ' ');
  padded.set(header);
  return padded;
}

/** The canonical form: keys by name, data by element size and name, no metadata, header padded with spaces to 8 bytes. */
export function writeSafetensors(tensors: Tensors): Uint8Array {
  const ordered = dataOrder(tensors);
  const header = headerOf(ordered);
  const bytes = ordered.reduce((sum, [, tensor]) => sum + tensor.data.length, PREFIX + header.length);
  const file = new Uint8Array(bytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, PREFIX);
  let at = PREFIX + header.length;
  for (const [, tensor] of ordered) {
    file.set(tensor.data, at);
    at += tensor.data.length;
  }
  return file;
}

/** Only the canonical form: two files with the same tensors are the same bytes. Tensors are views into `bytes`. @throws CorexError STATE_* */
export function readSafetensors(bytes: Uint8Array): Map<string, Tensor> {
  const tensors = importSafetensors(bytes);
  const header = headerOf(dataOrder(tensors));
  if (Buffer.compare(header, bytes.subarray(PREFIX, PREFIX + header.length)) !== 0) {
    throw stateError('NOT_CANONICAL', { why: 'the header differs from the one that writeSafetensors writes' });
  }
  const declared = new DataView(bytes.buffer, bytes.byteOffset, PREFIX).getBigUint64(0, true);
  if (declared !== BigInt(header.length)) throw stateError('NOT_CANONICAL', { why: 'the header is padded further' });
  return tensors;
}
