/** Amounts for people: thousands of CXT, parts as percent, in columns. */

const WEI_PER_CXT = 10n ** 18n;

/** Whole thousands, with separators. */
export function thousands(wei: bigint): string {
  return (wei / (1000n * WEI_PER_CXT)).toLocaleString('en');
}

/** For plots and short figures: a float, 15 digits of it right. */
export function cxt(wei: bigint): number {
  return Number(wei / 10n ** 9n) / 1e9;
}

/** Math.min would make floats of them. */
export function lesser(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

export function percent(part: number, digits = 1): string {
  return (100 * part).toFixed(digits);
}

export type Column<T> = readonly [title: string, width: number, cell: (row: T) => string];

/** Right-aligned columns with a line of titles. */
export function columnsText<T>(columns: ReadonlyArray<Column<T>>, rows: readonly T[]): string {
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => cell.padStart(columns[i]?.[1] ?? 0)).join('');
  return [
    line(columns.map(([title]) => title)),
    ...rows.map((row) => line(columns.map(([, , cell]) => cell(row)))),
  ].join('\n');
}
