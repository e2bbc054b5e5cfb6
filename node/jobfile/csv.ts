/** Comma-separated numbers, one row a line, every row equally long; read in one pass over the bytes. */
import { jobFileError } from './errors.ts';

export interface Table {
  readonly rows: number;
  readonly columns: number;
  /** Row-major. */
  readonly cells: Float64Array;
}

export interface CsvOptions {
  readonly header: boolean;
  readonly place: { readonly file: string; readonly key: string; readonly path: string };
}

/** Numbers are decimal, as JSON writes them; no quotes. Empty lines are passed over. */
export function readCsv(bytes: Uint8Array, { header, place }: CsvOptions): Table {
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  if (header) lines.shift();
  const columns = lines[0]?.split(',').length ?? 0;
  if (columns === 0) throw jobFileError('BAD_SHAPE', { ...place, why: 'the file has no rows' });
  const cells = new Float64Array(lines.length * columns);
  lines.forEach((line, row) => {
    const words = line.split(',');
    if (words.length !== columns) {
      throw jobFileError('BAD_SHAPE', {
        ...place,
        why: `row ${row} has ${words.length} columns, row 0 has ${columns}`,
      });
    }
    words.forEach((word, column) => {
      const cell = word.trim();
      const value = NUMBER.test(cell) ? Number(cell) : Number.NaN;
      if (!Number.isFinite(value)) throw jobFileError('BAD_CELL', { ...place, row, column, cell: cell.slice(0, 40) });
      cells[row * columns + column] = value;
    });
  });
  return { rows: lines.length, columns, cells };
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
