/** A network profile: which chain, which contracts and which numbers of the law; read from config/<name>.yaml or a path. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { errorTable } from '#protocol/errors.ts';
import { address } from '#protocol/ids.ts';
import type { Address } from '#protocol/ids.ts';
import { brokenRelations } from '#protocol/limits.ts';
import type { Law } from '#protocol/limits.ts';
import { isPublicKey } from '#protocol/time/beacon.ts';
import { readDocument } from './document.ts';
import { suggestion } from './nearest.ts';

export const profileError = errorTable('PROFILE', {
  UNKNOWN: {
    what: (d: { profile: string; hint: string }) => `there is no network profile "${d.profile}"; ${d.hint}`,
    todo: 'give --profile the name of a file in config/ or the path of a YAML file',
  },
  BAD: {
    what: (d: { file: string; line: number; key: string; why: string }) =>
      `${d.file}:${d.line}: ${d.key === '' ? '' : `${d.key}: `}${d.why}`,
    todo: 'correct the profile; config/README.md describes every key',
  },
  BROKEN_LAW: {
    what: (d: { file: string; sentence: string }) => `${d.file}: law: its numbers break the rule that ${d.sentence}`,
    todo: 'change the windows so that the rule holds',
  },
  NOT_DEPLOYED: {
    what: (d: { file: string }) =>
      `${d.file}: the profile names no contracts and beacon, so there is nothing to join yet`,
    todo: 'run `corex devnet` for a network of your own, or give --profile one with a `contracts` section',
  },
});

const seconds = (about: string): z.ZodInt => z.int().min(1).max(4_000_000_000).describe(about);
const contract = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'a 20-byte address as 0x-hex is expected')
  .transform((text): Address => address(text));

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `${bytes} bytes as lower-case hex are expected`);

const beacon = z.strictObject({
  chain: hex(32).describe('hash of the drand chain, by which its endpoints know it'),
  publicKey: hex(96).refine(isPublicKey, 'a point of G2 is expected').describe('key of the chain'),
  genesis: seconds('when its round 1 appeared'),
  period: seconds('from one round to the next'),
  margin: z.int().min(0).max(3600).describe('seconds for which a block takes transactions after the time it states'),
});

const law = z.strictObject({
  epochSeconds: seconds('L: length of an epoch'),
  commitSeconds: seconds('C: window for commitWork after an epoch'),
  auditSeconds: seconds('A: window for committing verdicts after the seed is drawn'),
  revealSeconds: seconds('V: window for revealing them'),
  finalizeSeconds: seconds('F: window for folding outcomes into the epoch'),
  vestSeconds: seconds('how long emission vests before it can be claimed'),
  unbondSeconds: seconds('how long stake stays slashable after it was asked back'),
  claimTimeoutSeconds: seconds('after which an unpaid claim on a shard lapses'),
  claimWindowSeconds: seconds('after which unclaimed rewards return to the pool'),
  disputeSeconds: seconds('time for one move of a dispute; whoever lets it pass loses'),
  committee: z.int().min(1).max(1000).describe('m: expected validators on the committee of a worker and epoch'),
  samples: z.int().min(1).max(1000).describe('q: samples that each validator draws from a worker'),
  jury: z.int().min(1).max(1000).describe('expected validators on the jury of a dispute that no computation decides'),
  crossCheckOneIn: z.int().min(1).max(1000).describe('a validator checks another auditor of one worker in so many'),
  crossCheckFrom: z.int().min(0).max(1_000_000).describe('segments from which on a worker is large enough for that'),
});

export const contractNames = [
  'token',
  'beacon',
  'stakes',
  'ledger',
  'court',
  'pool',
  'market',
  'credential',
  'adjudicator',
  'disputes',
] as const;

export const profileSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'lower-case letters, digits and dashes are expected')
    .describe('name of the network; peers of another name are not met'),
  chainId: z.int().min(1).describe('EIP-155 id of the chain'),
  fromBlock: z.int().min(0).default(0).describe('block from which events are read'),
  genesis: z.int().min(0).optional().describe('chain time at which epoch 0 starts; set at deployment'),
  contracts: z
    .strictObject({
      token: contract,
      beacon: contract,
      stakes: contract,
      ledger: contract,
      court: contract,
      pool: contract,
      market: contract,
      credential: contract,
      adjudicator: contract,
      disputes: contract,
    })
    .optional()
    .describe('addresses of the deployed contracts; absent before deployment'),
  beacon: beacon.optional().describe('drand chain whose rounds seed the epochs; a development network brings its own'),
  law: law.describe('numbers with which the contracts were deployed'),
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('defaults for this network, with the keys of corex.yaml (chain.rpc, p2p.bootstrap, …)'),
});

export type Profile = z.infer<typeof profileSchema>;
export type ContractAddresses = NonNullable<Profile['contracts']>;
/** A profile whose contracts stand on a chain. */
export interface DeployedProfile extends Omit<Profile, 'law'> {
  readonly contracts: ContractAddresses;
  readonly genesis: number;
  readonly beacon: NonNullable<Profile['beacon']>;
  readonly law: Law;
}

export const profilesFolder = resolve(import.meta.dirname, '..', 'config');

/** @param profile a name (`devnet`) or a path (`./mine.yaml`) */
export function readProfile(profile: string): Profile & { readonly file: string } {
  const file = profileFile(profile);
  const read = readDocument<Profile>({ file, text: readFileSync(file, 'utf8') }, profileSchema);
  if (!read.ok) throw profileError('BAD', read.problem);
  const broken = brokenRelations({ ...read.value.law, genesis: read.value.genesis ?? 0 });
  if (broken[0] !== undefined) throw profileError('BROKEN_LAW', { file, sentence: broken[0] });
  return { ...read.value, file };
}

/** @throws PROFILE_NOT_DEPLOYED when the profile has no contracts yet */
export function readDeployedProfile(profile: string): DeployedProfile {
  const { file, ...found } = readProfile(profile);
  const { contracts, genesis, beacon } = found;
  if (contracts === undefined || genesis === undefined || beacon === undefined)
    throw profileError('NOT_DEPLOYED', { file });
  return { ...found, contracts, genesis, beacon, law: { ...found.law, genesis } };
}

function profileFile(profile: string): string {
  const isPath = isAbsolute(profile) || profile.includes('/') || profile.endsWith('.yaml');
  const file = isPath ? resolve(profile) : join(profilesFolder, `${profile}.yaml`);
  if (existsSync(file)) return file;
  throw profileError('UNKNOWN', { profile, hint: isPath ? 'no such file' : suggestion(profile, profileNames()) });
}

export function profileNames(): string[] {
  return readdirSync(profilesFolder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'));
}
