/** The operator's keys at rest: secp256k1 in an encrypted V3 keystore, libp2p's Ed25519 seed beside it under the same password. */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { computeAddress, decryptKeystoreJson, encryptKeystoreJson, isError, isKeystoreJson, SigningKey } from 'ethers';
import { z } from 'zod';
import { address } from '#protocol/ids.ts';
import type { Address, Hash } from '#protocol/ids.ts';
import type { Random, Signer } from '#protocol/ports.ts';
import { keyError } from './errors.ts';

/** An opened keystore. The operator's key stays inside the signer; only the seed of the libp2p host leaves. */
export interface Keys {
  readonly address: Address;
  readonly signer: Signer;
  /** The private key as 0x-hex, for the transaction outbox, which signs with its own encoder. */
  readonly operatorKey: `0x${string}`;
  /** 32 bytes, the Ed25519 seed of the libp2p host. */
  readonly peerSeed: Uint8Array;
}

export interface Sealing {
  readonly password: string;
  /** scrypt's N: 131072 in production; a devnet takes a light one. */
  readonly scryptN: number;
}

const OPERATOR_FILE = 'operator.json';
const PEER_FILE = 'peer.json';

const peerFile = z.strictObject({ version: z.literal(1), nonce: z.base64(), sealed: z.base64(), tag: z.base64() });

export const keysFolder = (home: string): string => join(home, 'keys');
export const operatorFile = (home: string): string => join(keysFolder(home), OPERATOR_FILE);
export const hasKeys = (home: string): boolean => existsSync(operatorFile(home));

/** Makes and stores a fresh pair of keys. @throws KEY_EXISTS rather than overwrite */
export async function createKeys(home: string, sealing: Sealing, random: Random): Promise<Keys> {
  const operatorKey = random.bytes(32);
  const peerSeed = random.bytes(32);
  return storeKeys(home, { operatorKey, peerSeed }, sealing, random);
}

async function storeKeys(
  home: string,
  secrets: { readonly operatorKey: Uint8Array; readonly peerSeed: Uint8Array },
  sealing: Sealing,
  random: Random,
): Promise<Keys> {
  const file = operatorFile(home);
  if (existsSync(file)) throw keyError('EXISTS', { file });
  const keys = fromSecrets(secrets);
  const account = { address: keys.address, privateKey: keys.operatorKey };
  const json = await encryptKeystoreJson(account, sealing.password, { scrypt: { N: sealing.scryptN, r: 8, p: 1 } });
  await mkdir(keysFolder(home), { recursive: true, mode: 0o700 });
  // The peer's seed first: an operator file on disk means that both are there.
  await writeFile(join(keysFolder(home), PEER_FILE), sealSeed(secrets, random), { mode: 0o600 });
  await writeFile(file, json, { mode: 0o600, flag: 'wx' });
  return keys;
}

/** @throws KEY_WRONG_PASSWORD, KEY_NO_KEYSTORE or KEY_DAMAGED */
export async function openKeys(home: string, password: string): Promise<Keys> {
  const file = operatorFile(home);
  if (!existsSync(file)) throw keyError('NO_KEYSTORE', { home });
  const json = await readFile(file, 'utf8');
  if (!isKeystoreJson(json)) throw keyError('DAMAGED', { file, why: 'not a V3 keystore' });
  const operatorKey = await decryptOperator(file, json, password);
  const peer = join(keysFolder(home), PEER_FILE);
  const sealed = await readFile(peer, 'utf8').catch((error: unknown) => {
    throw keyError('DAMAGED', { file: peer, why: reason(error) }, error);
  });
  return fromSecrets({ operatorKey, peerSeed: openSeed(peer, sealed, operatorKey) });
}

/** The operator's address without the password, as the keystore names it. */
export async function readAddress(home: string): Promise<Address> {
  const file = operatorFile(home);
  if (!existsSync(file)) throw keyError('NO_KEYSTORE', { home });
  const named = z.looseObject({ address: z.string().regex(/^(0x)?[0-9a-fA-F]{40}$/) });
  try {
    const { address: text } = named.parse(JSON.parse(await readFile(file, 'utf8')));
    return address(text.startsWith('0x') ? text : `0x${text}`);
  } catch (error) {
    throw keyError('DAMAGED', { file, why: 'it names no address' }, error);
  }
}

async function decryptOperator(file: string, json: string, password: string): Promise<Uint8Array> {
  try {
    const account = await decryptKeystoreJson(json, password);
    return Buffer.from(account.privateKey.slice(2), 'hex');
  } catch (error) {
    if (isError(error, 'INVALID_ARGUMENT') && error.argument === 'password') throw keyError('WRONG_PASSWORD', { file });
    throw keyError('DAMAGED', { file, why: reason(error) }, error);
  }
}

/** AES-256-GCM under a key derived from the operator's key, so that one password, and one slow scrypt, opens both. */
function sealSeed(secrets: { operatorKey: Uint8Array; peerSeed: Uint8Array }, random: Random): string {
  const nonce = random.bytes(12);
  const cipher = createCipheriv('aes-256-gcm', seedKey(secrets.operatorKey), nonce);
  const sealed = Buffer.concat([cipher.update(secrets.peerSeed), cipher.final()]);
  const parts = { version: 1, nonce: base64(nonce), sealed: base64(sealed), tag: base64(cipher.getAuthTag()) };
  return JSON.stringify(parts);
}

function openSeed(file: string, json: string, operatorKey: Uint8Array): Uint8Array {
  try {
    const parts = peerFile.parse(JSON.parse(json));
    const cipher = createDecipheriv('aes-256-gcm', seedKey(operatorKey), Buffer.from(parts.nonce, 'base64'));
    cipher.setAuthTag(Buffer.from(parts.tag, 'base64'));
    return Buffer.concat([cipher.update(Buffer.from(parts.sealed, 'base64')), cipher.final()]);
  } catch (error) {
    throw keyError('DAMAGED', { file, why: reason(error) }, error);
  }
}

const seedKey = (operatorKey: Uint8Array): Uint8Array =>
  createHmac('sha256', operatorKey).update('corex.peer.v1').digest();
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const reason = (error: unknown): string =>
  (error instanceof Error ? error.message.split('\n')[0] : String(error)) ?? '';

function fromSecrets(secrets: { readonly operatorKey: Uint8Array; readonly peerSeed: Uint8Array }): Keys {
  const operatorKey: `0x${string}` = `0x${Buffer.from(secrets.operatorKey).toString('hex')}`;
  const account = address(computeAddress(operatorKey));
  const signingKey = new SigningKey(operatorKey);
  const sign = async (digest: Hash): Promise<`0x${string}`> => signingKey.sign(digest).serialized as `0x${string}`;
  return { address: account, signer: { address: account, sign }, operatorKey, peerSeed: secrets.peerSeed };
}
