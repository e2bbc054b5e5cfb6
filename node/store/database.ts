/** The only door to level: opens the database, hands out its tables, writes batches atomically. */
import { mkdir } from 'node:fs/promises';
import { Level } from 'level';
import { storeError } from './errors.ts';
import { TABLE_NAMES, TABLES, type TableName } from './tables.ts';

/** Bytes by key, inside one table. */
export interface Table {
  readonly name: TableName;
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, value: Uint8Array): Promise<void>;
  del(key: string): Promise<void>;
  /** Entries whose key starts with the prefix, in the order of the keys' UTF-8 bytes. */
  list(prefix: string): Promise<Array<readonly [string, Uint8Array]>>;
}

export type BatchStep =
  | { readonly table: TableName; readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly table: TableName; readonly type: 'del'; readonly key: string };

const DURABLE = { sync: true } as const;

type Bytes = Level<string, Uint8Array>;
type Sublevel = ReturnType<typeof sublevelOf>;

function sublevelOf(level: Bytes, name: TableName) {
  return level.sublevel<string, Uint8Array>(TABLES[name].prefix, { keyEncoding: 'utf8', valueEncoding: 'view' });
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
}

/** What a crash left is replayed at open; a write that resolved survives a kill and a power cut. */
export class Database {
  readonly #level: Bytes;
  readonly #tables: ReadonlyMap<TableName, Sublevel>;

  private constructor(level: Bytes) {
    this.#level = level;
    this.#tables = new Map(TABLE_NAMES.map((name) => [name, sublevelOf(level, name)]));
  }

  /** @throws STORE_LOCKED, STORE_UNUSABLE */
  static async open(path: string): Promise<Database> {
    try {
      await mkdir(path, { recursive: true });
      const level: Bytes = new Level(path, { keyEncoding: 'utf8', valueEncoding: 'view' });
      await level.open();
      return new Database(level);
    } catch (error) {
      if (codeOf(error) === 'LEVEL_LOCKED') throw storeError('LOCKED', { path }, error);
      const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw storeError('UNUSABLE', { path, reason: inner instanceof Error ? inner.message : String(inner) }, error);
    }
  }

  table(name: TableName): Table {
    const sub = this.#sublevel(name);
    return {
      name,
      get: (key) => sub.get(key),
      put: (key, value) => this.batch([{ table: name, type: 'put', key, value }]),
      del: (key) => this.batch([{ table: name, type: 'del', key }]),
      // U+10FFFF is the greatest code point, and no key of ours contains it.
      list: (prefix) => sub.iterator({ gte: prefix, lt: `${prefix}\u{10FFFF}` }).all(),
    };
  }

  /** All steps or none, across tables. */
  async batch(steps: readonly BatchStep[]): Promise<void> {
    const operations = steps.map((step) => {
      const sublevel = this.#sublevel(step.table);
      return step.type === 'put'
        ? { type: 'put' as const, sublevel, key: step.key, value: step.value }
        : { type: 'del' as const, sublevel, key: step.key };
    });
    await this.#level.batch(operations, DURABLE);
  }

  /** Resolves when every write is on disk and the lock is free. */
  close(): Promise<void> {
    return this.#level.close();
  }

  #sublevel(name: TableName): Sublevel {
    const found = this.#tables.get(name);
    if (found === undefined) throw new RangeError(`no table ${name}`);
    return found;
  }
}
