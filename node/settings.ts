/** Every option of the node in one table: its type, default, flag, environment name and meaning. */
import { z } from 'zod';
import { isCxt } from './amount.ts';

/** How a flag or an environment variable is read: one word, a comma-separated list, a number, or a switch. */
type Form = 'text' | 'list' | 'number' | 'switch';

export interface Option<T = unknown> {
  readonly form: Form;
  readonly schema: z.ZodType<T>;
  readonly fallback: T;
  readonly about: string;
  /** Only where the flag is not simply the key with dashes. */
  readonly flag?: string;
}

const text = (fallback: string, about: string, schema: z.ZodType<string> = z.string().min(1)): Option<string> => ({
  form: 'text',
  schema,
  fallback,
  about,
});
const choice = <T extends string>(fallback: T, about: string, schema: z.ZodType<T>): Option<T> => ({
  form: 'text',
  schema,
  fallback,
  about,
});
const list = <T extends string>(fallback: T[], about: string, item: z.ZodType<T>): Option<T[]> => ({
  form: 'list',
  schema: z.array(item),
  fallback,
  about,
});
const count = (fallback: number, about: string, min: number, max: number): Option<number> => ({
  form: 'number',
  schema: z.int().min(min).max(max),
  fallback,
  about,
});
const toggle = (fallback: boolean, about: string): Option<boolean> => ({
  form: 'switch',
  schema: z.boolean(),
  fallback,
  about,
});

const roleName = z.enum(['compute', 'validator', 'submitter']);
const levelName = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']);
const providerName = z.enum(['cpu', 'webgpu', 'cuda', 'portable']);
const multiaddr = z
  .string()
  .regex(/^\/(ip4|ip6|dns|dns4|dns6|dnsaddr)\/.+/, 'a multiaddr such as /ip4/0.0.0.0/tcp/4681 is expected');
const rpcUrl = z.url({ protocol: /^(https?|wss?)$/, error: 'an http(s) or ws(s) URL is expected' });
const httpUrl = z.url({ protocol: /^https?$/, error: 'an http(s) URL is expected' });
const stakeTarget = z
  .string()
  .refine((value) => value === 'minimum' || isCxt(value), 'an amount of CXT such as "12.5", or "minimum", is expected');

export type RoleName = z.infer<typeof roleName>;
export type ProviderName = z.infer<typeof providerName>;
export type LevelName = z.infer<typeof levelName>;

export const options = {
  home: text('~/.corex', 'folder with the keys, the database, the blobs and corex.yaml of this node'),
  profile: text('devnet', 'network to join: the name of a file in config/, or the path of a profile'),
  roles: { ...list<RoleName>(['compute'], 'what this node does', roleName), flag: 'role' },
  'log.level': choice<LevelName>('info', 'least serious message that is logged', levelName),
  'log.json': toggle(false, 'log one JSON object a line instead of text for people'),
  'api.port': count(4680, 'TCP port of the HTTP API; 0 takes a free one', 0, 65535),
  'api.host': text('127.0.0.1', 'address on which the HTTP API listens; keep it local, the token is sent in clear'),
  'p2p.listen': list(['/ip4/0.0.0.0/tcp/4681'], 'multiaddrs on which peers are accepted', multiaddr),
  'p2p.bootstrap': list([], 'multiaddrs of peers to meet first', multiaddr),
  'p2p.mdns': toggle(true, 'find peers on the local network'),
  'chain.rpc': list(['http://127.0.0.1:8545'], 'JSON-RPC endpoints of the chain, the preferred one first', rpcUrl),
  'chain.confirmations': count(2, 'blocks on top of an event before it counts', 0, 1000),
  'chain.pollMs': count(1000, 'milliseconds between two looks at the chain', 50, 600_000),
  'beacon.endpoints': list([], 'HTTP endpoints of the drand chain that seeds the epochs', httpUrl),
  'compute.workers': count(1, 'shards that run at the same time, each in a child process', 1, 256),
  'compute.memoryMb': count(2048, 'memory that one shard may take, in MiB', 64, 1_048_576),
  'compute.stepTimeoutS': count(60, 'seconds that one step of a shard may take', 1, 86_400),
  'compute.baseTasks': count(1, 'base tasks to run in each epoch; 0 runs market jobs only', 0, 256),
  'compute.provider': choice<ProviderName>(
    'cpu',
    'execution provider for fast jobs; exact ones run on the cpu',
    providerName,
  ),
  'compute.threads': count(1, 'threads inside one operator; more workers use the cores better', 1, 256),
  'stake.target': text('minimum', 'stake to keep, in CXT; "minimum" follows what the contract asks for', stakeTarget),
  'claim.auto': toggle(true, 'claim rewards as soon as an epoch pays'),
  'keys.passwordFile': {
    ...text('', 'file with the password of the keystore; else COREX_PASSWORD, else the terminal asks', z.string()),
    flag: 'password-file',
  },
  'keys.scryptN': {
    ...count(131_072, 'cost of guessing the password of a new keystore, a power of two', 2, 1_048_576),
    schema: z
      .int()
      .min(2)
      .max(1_048_576)
      .refine((n) => Number.isInteger(Math.log2(n)), 'a power of two is expected'),
  },
} satisfies Record<string, Option>;

type Options = typeof options;
export type SettingKey = keyof Options;
type ValueOf<K extends SettingKey> = Options[K] extends { readonly schema: z.ZodType<infer T> }
  ? DeepReadonly<T>
  : never;
type DeepReadonly<T> = T extends Array<infer Item> ? readonly Item[] : T;
type Group = SettingKey extends infer K ? (K extends `${infer G}.${string}` ? G : never) : never;

/** The settings as one frozen tree: `settings.p2p.listen`; hand each part of the node its own branch. */
export type Settings = { readonly [K in Exclude<SettingKey, `${string}.${string}`>]: ValueOf<K> } & {
  readonly [G in Group]: { readonly [K in SettingKey as K extends `${G}.${infer Name}` ? Name : never]: ValueOf<K> };
};

export const settingKeys = Object.keys(options) as readonly SettingKey[];

export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(options, key);

export function optionOf(key: SettingKey): Option {
  return options[key];
}

/** `--p2p-listen` for p2p.listen, `--compute-memory-mb` for compute.memoryMb. */
export function flagOf(key: SettingKey): string {
  return optionOf(key).flag ?? words(key).join('-');
}

/** `COREX_P2P_LISTEN` for p2p.listen. */
export function environmentName(key: SettingKey): string {
  return ['COREX', ...words(key)].join('_').toUpperCase();
}

function words(key: string): string[] {
  return key
    .replace(/([a-z])([A-Z])/g, '$1.$2')
    .toLowerCase()
    .split('.');
}

/** A flag's or variable's text as the value that its schema expects; text that does not fit comes back as it is, for the schema to refuse. */
export function fromText(form: Form, value: string): unknown {
  switch (form) {
    case 'text':
      return value;
    case 'list':
      return value === '' ? [] : value.split(',').map((item) => item.trim());
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    case 'switch':
      return SWITCH.get(value.toLowerCase()) ?? value;
  }
}

const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);
