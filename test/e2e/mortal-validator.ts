/** The two duties by which a validator judges, looking and revealing, in a process of their own, over a real chain and a real database, which dies by SIGKILL where it is told to. */
import { z } from 'zod';
import { auditWorker } from '#verifier/audit.ts';
import { contractNames } from '#node/chain/bindings.ts';
import { openChain } from '#node/chain/chain.ts';
import { openSigner } from '#node/chain/signer.ts';
import { systemClock as clock, systemRandom } from '#node/clock.ts';
import { Duty } from '#node/roles/duty.ts';
import { HintBook } from '#node/roles/validator/hint-book.ts';
import { Looking } from '#node/roles/validator/look.ts';
import { VerdictRecords } from '#node/roles/validator/records.ts';
import { Revealing } from '#node/roles/validator/reveal.ts';
import { Database } from '#node/store/database.ts';
import { openKeep } from '#node/store/keep.ts';
import { addressField } from '#protocol/codec/fields.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Law } from '#protocol/limits.ts';
import type { Keep, Log } from '#protocol/ports.ts';
import { cidFor } from '#test/ports/memory.ts';
import { CHAIN_ID } from '#test/node/chain/world.ts';

/** Where a process ends: before or after a row of the database is written, or as a call is about to be made. */
export const deaths = [
  'before the verdict is kept',
  'after the verdict is kept',
  'after the commitment is kept',
  'before the commitment is marked',
  'after the commitment is marked',
  'after the reveal is kept',
  'before the reveal is marked',
  'after the reveal is marked',
] as const;

export type Death = (typeof deaths)[number];

export const orders = z.object({
  url: z.string(),
  addresses: z.record(z.enum(contractNames), addressField),
  fromBlock: z.number(),
  database: z.string(),
  key: z.string(),
  law: z.custom<Law>((value) => typeof value === 'object'),
  /** What it would find if it looked now: nobody serves the worker's list, or the list is none. */
  finds: z.enum(['unavailable', 'fault']),
  death: z.enum(deaths).nullable(),
});

export type Orders = z.input<typeof orders>;

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const row = z.object({ stage: z.string().optional(), call: z.string().optional() });

/** The rows whose writing is an hour of death. */
const HOURS: Readonly<Record<Death, (written: z.infer<typeof row>) => boolean>> = {
  'before the verdict is kept': ({ stage }) => stage === 'decided',
  'after the verdict is kept': ({ stage }) => stage === 'decided',
  'after the commitment is kept': ({ call }) => call === 'court.commitVerdict',
  'before the commitment is marked': ({ stage }) => stage === 'committed',
  'after the commitment is marked': ({ stage }) => stage === 'committed',
  'after the reveal is kept': ({ call }) => call === 'court.revealVerdict',
  'before the reveal is marked': ({ stage }) => stage === 'revealed',
  'after the reveal is marked': ({ stage }) => stage === 'revealed',
};

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}

/** The keep of a process that ends beside one of its writes. */
function mortal(keep: Keep, death: Death | null): Keep {
  if (death === null) return keep;
  return {
    ...keep,
    put: async (key, value) => {
      const parsed = row.safeParse(value);
      const isHour = parsed.success && HOURS[death](parsed.data);
      if (isHour && death.startsWith('before')) await die();
      await keep.put(key, value);
      if (isHour) await die();
    },
  };
}

async function live(given: unknown): Promise<void> {
  const { url, addresses, fromBlock, database: path, key, law, finds, death } = orders.parse(given);
  const database = await Database.open(path);
  const keepOf = (name: 'chain' | 'validator') => mortal(openKeep(database.table(name)), death);
  const signer = openSigner(key);
  const place = { rpc: [url], chainId: CHAIN_ID, addresses, fromBlock, confirmations: 0, pollMs: 10 };
  const chain = await openChain(place, { signer, keep: keepOf('chain'), clock, log: quiet });
  await chain.start();
  const unavailable = async () => {
    throw new CorexError('BLOB_UNAVAILABLE', 'nobody serves it', 'wait', {});
  };
  const ports = {
    ...chain,
    blobs: {
      get: unavailable,
      getObject: finds === 'fault' ? async () => ({}) : unavailable,
      putObject: async () => cidFor(finds),
      keep: async () => {},
    },
    engine: { run: unavailable },
    audit: auditWorker,
    gossip: { publish: async () => {}, subscribe: () => () => {} },
    peers: { peersOf: () => [] },
    random: systemRandom,
    log: quiet,
  };
  const settings = { self: signer.address, law, domain: { chainId: CHAIN_ID, contract: addresses.ledger } };
  const records = new VerdictRecords(keepOf('validator'));
  const looking = new Looking(ports, settings, records, new HintBook(ports, settings));
  const revealing = new Revealing(ports, settings, records);
  new Duty('auditing', ports, (head, signal) => looking.act(head, signal)).start();
  new Duty('revealing', ports, (head) => revealing.act(head)).start();
  process.stdout.write('alive\n');
}

const [given] = process.argv.slice(2);
if (given !== undefined && import.meta.filename === process.argv[1]) await live(JSON.parse(given));
