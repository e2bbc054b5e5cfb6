/** The address of an object: the CID of its canonical DAG-CBOR. */
import type { Cid } from '../ids.ts';
import { encodeCbor } from './cbor.ts';
import { cidOf } from './cid.ts';

export function cidOfObject(value: unknown): Cid {
  return cidOf(encodeCbor(value), 'dag-cbor');
}
