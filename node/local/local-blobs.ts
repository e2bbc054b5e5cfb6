/** The parts of a job that nobody else is to see: in memory, under the names that they would have on the network. */
import type { Cid } from '#protocol/ids.ts';
import { nameBlock } from '../blobs/digest.ts';
import { blobError } from '../blobs/errors.ts';

export class LocalBlobs {
  readonly #held = new Map<Cid, Uint8Array>();

  async put(bytes: Uint8Array): Promise<Cid> {
    const cid = nameBlock(bytes, 'raw');
    this.#held.set(cid, bytes);
    return cid;
  }

  async get(cid: Cid): Promise<Uint8Array> {
    const bytes = this.#held.get(cid);
    if (bytes === undefined) throw blobError('UNAVAILABLE', { cid, asked: 0 });
    return bytes;
  }
}
