/** Bundles as CAR files, https://ipld.io/specs/transport/car/carv1/: blocks under their CIDs, the root block first. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CarIndexedReader } from '@ipld/car/indexed-reader';
import { CarWriter } from '@ipld/car/writer';
import { CID } from 'multiformats/cid';
import { isCid, parseCid } from '#protocol/codec/cid.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Cid } from '#protocol/ids.ts';
import { isBlock } from '../blobs/digest.ts';
import { bundleError } from './errors.ts';

export type PutBlock = (cid: Cid, bytes: Uint8Array) => Promise<void>;

export interface Written {
  readonly blocks: number;
  readonly bytes: number;
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Writes what `fill` puts, each block once; a file that is not whole never stands under its name.
 * @throws BUNDLE_NOT_WRITTEN, and whatever `fill` throws
 */
export async function writeCar(
  file: string,
  root: { readonly cid: Cid; readonly bytes: Uint8Array },
  fill: (put: PutBlock) => Promise<void>,
): Promise<Written> {
  const part = `${file}.part`;
  const { writer, out } = CarWriter.create([CID.parse(root.cid)]);
  const ended = new AbortController();
  const written = pipeline(Readable.from(out), createWriteStream(part), { signal: ended.signal });
  const seen = new Set<Cid>();
  let bytes = 0;
  const put: PutBlock = async (cid, block) => {
    if (seen.has(cid)) return;
    seen.add(cid);
    bytes += block.length;
    await writer.put({ cid: CID.parse(cid), bytes: block });
  };
  const filled = async () => {
    await put(root.cid, root.bytes);
    await fill(put);
    await writer.close();
  };
  try {
    // A disk that fails ends this even while the writer waits for it.
    await Promise.all([written, filled()]);
    await rename(part, file);
  } catch (error) {
    ended.abort();
    await written.catch(() => {});
    await rm(part, { force: true });
    throw error instanceof CorexError ? error : bundleError('NOT_WRITTEN', { file, why: reason(error) }, error);
  }
  return { blocks: seen.size, bytes };
}

/** A CAR file whose blocks are read when they are wanted. */
export class CarFile {
  readonly root: Cid;
  readonly size: Written;
  readonly #reader: CarIndexedReader;

  private constructor(reader: CarIndexedReader, root: Cid, size: Written) {
    this.#reader = reader;
    this.root = root;
    this.size = size;
  }

  /** Reads the whole file once, every block against its CID. @throws BUNDLE_UNREADABLE, BUNDLE_DAMAGED */
  static async open(file: string): Promise<CarFile> {
    const reader = await CarIndexedReader.fromFile(file).catch((error: unknown) => {
      throw bundleError('UNREADABLE', { file, why: reason(error) }, error);
    });
    try {
      const roots = await reader.getRoots();
      const root = roots[0]?.toString() ?? '';
      if (roots.length !== 1 || !isCid(root))
        throw bundleError('UNREADABLE', { file, why: `it has ${roots.length} roots, or a root of another kind` });
      return new CarFile(reader, root, await checkBlocks(file, reader));
    } catch (error) {
      await reader.close();
      throw error instanceof CorexError ? error : bundleError('UNREADABLE', { file, why: reason(error) }, error);
    }
  }

  has(cid: Cid): Promise<boolean> {
    return this.#reader.has(CID.parse(cid));
  }

  /** @throws BUNDLE_MISSING, CID_MALFORMED */
  async block(cid: Cid): Promise<Uint8Array> {
    const found = await this.#reader.get(CID.parse(parseCid(cid)));
    // Read anew: what was whole when the file was opened may have changed since.
    if (found === undefined || !isBlock(found.bytes, cid)) throw bundleError('MISSING', { cid });
    return found.bytes;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}

async function checkBlocks(file: string, reader: CarIndexedReader): Promise<Written> {
  let blocks = 0;
  let total = 0;
  for await (const { cid, bytes } of reader.blocks()) {
    const name = cid.toString();
    if (!isCid(name)) throw bundleError('UNREADABLE', { file, why: `it has a block of another kind, ${name}` });
    if (!isBlock(bytes, name)) throw bundleError('DAMAGED', { file, cid: name });
    blocks += 1;
    total += bytes.length;
  }
  return { blocks, bytes: total };
}
