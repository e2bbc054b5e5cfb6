/** errorTable(): each room lists its errors once; an error has a stable code, what happened and what to do. */

interface Entry {
  // biome-ignore lint/suspicious/noExplicitAny: a table holds descriptions of different payloads; `raise` restores each type
  readonly what: (details: any) => string;
  readonly todo: string;
}

/** An error that a person can act on. `code` never changes meaning once released; `details` are its facts. */
export class CorexError extends Error {
  readonly code: string;
  readonly todo: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    todo: string,
    details: Readonly<Record<string, unknown>>,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CorexError';
    this.code = code;
    this.todo = todo;
    this.details = details;
  }
}

export type ErrorTable<T extends Record<string, Entry>> = {
  <K extends keyof T & string>(name: K, details: Parameters<T[K]['what']>[0], cause?: unknown): CorexError;
  /** Every code with its remedy, for docs/errors.md and the test that codes are unique. */
  readonly entries: ReadonlyArray<{ readonly code: string; readonly todo: string }>;
};

/**
 * @param room prefix of the codes, in capitals
 * @example const blobError = errorTable('BLOB', { TOO_BIG: { what: (d: { bytes: number }) => `…`, todo: '…' } });
 *          throw blobError('TOO_BIG', { bytes: 7 });   // code BLOB_TOO_BIG
 */
export function errorTable<const T extends Record<string, Entry>>(room: string, table: T): ErrorTable<T> {
  const raise = (name: string, details: Record<string, unknown>, cause?: unknown): CorexError => {
    const entry = table[name];
    if (entry === undefined) throw new RangeError(`no error ${name} in ${room}`);
    return new CorexError(`${room}_${name}`, entry.what(details), entry.todo, details, cause);
  };
  const entries = Object.entries(table).map(([name, { todo }]) => ({ code: `${room}_${name}`, todo }));
  return Object.assign(raise, { entries }) as ErrorTable<T>;
}
