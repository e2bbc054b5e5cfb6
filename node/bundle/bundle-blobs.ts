/** The Blobs port over a bundle: what is in the file is there, and nobody else is asked. */
import { ContentBlobs } from '../blobs/blobs.ts';
import { BlobSource } from '../blobs/fetch.ts';
import type { PutBlock } from './car-file.ts';
import { bundleError } from './errors.ts';
import type { CarFile } from './car-file.ts';

const nobody = { peersOf: () => [], connected: () => [] };
const unkept = { keep: async () => {}, release: async () => {} };

/** Reads only. */
export function readBundle(car: Pick<CarFile, 'block'>): ContentBlobs {
  return new ContentBlobs({
    store: { has: () => false, read: async () => null, write: async () => {} },
    fetcher: { source: () => new BlobSource(nobody, []), block: (cid) => car.block(cid) },
    retention: unkept,
  });
}

/** Writes only: blobs in the blocks in which the network passes them on. */
export function intoBundle(put: PutBlock): ContentBlobs {
  return new ContentBlobs({
    store: { has: () => false, read: async () => null, write: put },
    fetcher: {
      source: () => new BlobSource(nobody, []),
      block: async (cid) => {
        throw bundleError('MISSING', { cid });
      },
    },
    retention: unkept,
  });
}
