/** Known numbers of bytes from a stream, into memory that is allocated once. */
import type { Readable } from 'node:stream';

export class ByteReader {
  readonly #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream;
  }

  /** One call at a time. Rejects where the stream ends before. */
  async take(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const waiting = this.#stream.readableLength;
      const chunk: Buffer | null = this.#stream.read(waiting === 0 ? undefined : Math.min(waiting, length - at));
      if (chunk === null) {
        if (this.#stream.readableEnded || this.#stream.destroyed) throw new RangeError('the stream has ended');
        await this.#change();
        continue;
      }
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  /** Resolves when there is more, or never will be. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#stream.off('readable', done);
        this.#stream.off('close', done);
        resolve();
      };
      this.#stream.on('readable', done);
      this.#stream.on('close', done);
    });
  }
}
