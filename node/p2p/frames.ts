/** One message on a stream: its length as a varint, then its bytes. */
import type { Stream } from '@libp2p/interface';
import { decode, encode } from 'it-length-prefixed';
import { p2pError } from './errors.ts';

/** The first message of a stream; a longer one than `maxBytes` is an error before it is read. */
export async function readFrame(stream: Stream, maxBytes: number): Promise<Uint8Array> {
  for await (const frame of decode(stream, { maxDataLength: maxBytes, maxLengthLength: 4 })) return frame.subarray();
  throw p2pError('NO_MESSAGE', { protocol: stream.protocol });
}

export async function writeFrame(stream: Stream, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const ready = stream.send(encode.single(bytes));
  if (!ready) await stream.onDrain({ signal });
}
