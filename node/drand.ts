/** Rounds of a drand chain over its HTTP API: from any endpoint, none of which is trusted. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { errorTable } from '#protocol/errors.ts';
import type { Log, RoundsPort } from '#protocol/ports.ts';
import { type BeaconChain, verifyRound } from '#protocol/time/beacon.ts';

export const beaconError = errorTable('BEACON', {
  UNAVAILABLE: {
    what: (d: { round: number; reasons: readonly string[] }) =>
      `no endpoint serves round ${d.round} of the randomness beacon: ${d.reasons.join('; ') || 'none is set'}`,
    todo: 'wait: an epoch is seeded late and nothing else; if it lasts, set beacon.endpoints to ones that answer',
  },
  BAD_ANSWER: {
    what: (d: { why: string }) => d.why,
    todo: 'nothing, the next endpoint is asked; take this one out of beacon.endpoints if it goes on',
  },
});

/** What is read of https://docs.drand.love/dev-guide/API%20Documentation%20v1/public-round */
const answer = z.object({
  round: z.int().min(1),
  signature: z.string().regex(/^[0-9a-f]{96}$/, 'not 48 bytes of hex'),
});

const TIMEOUT_MS = 10_000;
/** An answer is some two hundred bytes. */
const MAX_ANSWER = 4096;

export interface DrandSettings {
  readonly endpoints: readonly string[];
  /** The chain's hash, in its endpoints' paths. */
  readonly chain: string;
  readonly beacon: BeaconChain;
}

export function drandRounds(settings: DrandSettings, log: Log): RoundsPort {
  return {
    async signature(round, signal) {
      const reasons: string[] = [];
      for (const endpoint of settings.endpoints) {
        try {
          return await fetchRound(settings, endpoint, round, signal);
        } catch (cause) {
          const reason = cause instanceof Error ? cause.message : String(cause);
          log.debug({ endpoint, round, reason }, 'no round from this endpoint');
          reasons.push(`${new URL(endpoint).host}: ${reason}`);
        }
      }
      throw beaconError('UNAVAILABLE', { round, reasons });
    },
  };
}

/** @throws Error that says what is wrong with this endpoint's answer */
async function fetchRound(
  { chain, beacon }: DrandSettings,
  endpoint: string,
  round: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const url = `${endpoint.replace(/\/+$/, '')}/${chain}/public/${round}`;
  const response = await fetch(url, { signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) });
  if (!response.ok) throw beaconError('BAD_ANSWER', { why: `status ${response.status}` });
  const found = answer.parse(JSON.parse(await shortText(response)));
  const signature = hexToBytes(found.signature);
  // Its own verification, before any gas is paid: the contract would refuse what is false.
  if (found.round !== round || !verifyRound(beacon.publicKey, round, signature))
    throw beaconError('BAD_ANSWER', { why: `what it serves is not round ${round}` });
  return signature;
}

async function shortText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_ANSWER) throw beaconError('BAD_ANSWER', { why: 'its answer is too long' });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
