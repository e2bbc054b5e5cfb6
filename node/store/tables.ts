/** Every keyspace of the database on one page: its prefix, who owns it, and how long its rows live. */

interface TableRow {
  /** Sublevel on disk. A retired prefix is never used again; it stays below as a comment. */
  readonly prefix: string;
  /** The one room that reads and writes it. */
  readonly owner: string;
  /** key → value */
  readonly holds: string;
  readonly retention: string;
}

export const TABLES = {
  chain: {
    prefix: 'ch',
    owner: 'node/chain',
    holds: 'projection of confirmed events and outbox',
    retention: 'forever; rolled back with the chain',
  },
  peers: { prefix: 'pe', owner: 'node/p2p', holds: 'operator/peer → signed node record', retention: 'newest 4096' },
  blobs: {
    prefix: 'bl',
    owner: 'node/blobs',
    holds: 'owner/CID → who keeps a blob',
    retention: 'until its owner releases it',
  },
  compute: {
    prefix: 'co',
    owner: 'node/roles/compute',
    holds: 'claims, shards in work, proofs, commitments',
    retention: 'until final',
  },
  validator: {
    prefix: 'va',
    owner: 'node/roles/validator',
    holds: 'verdicts and their salts, never two for one sample',
    retention: 'forever',
  },
} as const satisfies Record<string, TableRow>;

export type TableName = keyof typeof TABLES;

export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[];
