/** A role's durable memory: the Keep port on one table, values in DAG-CBOR. */
import { decodeCbor, encodeCbor } from '#protocol/codec/cbor.ts';
import type { Keep } from '#protocol/ports.ts';
import type { Table } from './database.ts';
import { storeError } from './errors.ts';

/** Bytes of one value; what is larger belongs into a blob. */
const MAX_VALUE = 8 * 1024 * 1024;

function read(table: Table, key: string, bytes: Uint8Array): unknown {
  const decoded = decodeCbor(bytes, MAX_VALUE);
  if (!decoded.ok)
    throw storeError('DAMAGED', { table: table.name, key, reason: decoded.error.message }, decoded.error);
  return decoded.value;
}

/** `get` of a key that is not there gives undefined. */
export function openKeep(table: Table): Keep {
  return {
    get: async (key) => {
      const bytes = await table.get(key);
      return bytes === undefined ? undefined : read(table, key, bytes);
    },
    put: async (key, value) => {
      const bytes = encodeCbor(value);
      if (bytes.length > MAX_VALUE) throw storeError('TOO_BIG', { table: table.name, key, bytes: bytes.length });
      await table.put(key, bytes);
    },
    del: (key) => table.del(key),
    list: async (prefix) => {
      const rows = await table.list(prefix);
      return rows.map(([key, bytes]) => [key, read(table, key, bytes)] as const);
    },
  };
}
