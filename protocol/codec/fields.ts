/** Parsers of the fields that all objects share: hashes, addresses, CIDs, amounts as decimal text. */
import { z } from 'zod';
import { address, type Epoch, epoch, type Hash, hash, units, wei } from '../ids.ts';
import { isCid } from './cid.ts';

const DIGITS = /^(0|[1-9][0-9]{0,38})$/;

export const hashField = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text): Hash => hash(text));
export const addressField = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/)
  .transform(address);
/** Decoded, not only looked at: whoever signs a name of nothing is at fault, and must not fail those who read it. */
export const cidField = z.string().refine(isCid);
export const epochField = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40)
  .transform((n): Epoch => epoch(n));
/** Integers that may exceed 2^53 travel as decimal text, since canonical CBOR has no room above 64 bits. */
export const unitsField = z
  .string()
  .regex(DIGITS)
  .transform((text) => BigInt(text))
  .refine((n) => n < 1n << 128n)
  .transform(units);
export const weiField = z
  .string()
  .regex(DIGITS)
  .transform((text) => wei(BigInt(text)));
export const signatureField = z
  .string()
  .regex(/^0x[0-9a-f]{130}$/)
  .transform((text) => text as `0x${string}`);
export const countField = (max: number) => z.number().int().min(0).max(max);
