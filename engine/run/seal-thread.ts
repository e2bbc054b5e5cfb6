/** The entry of the thread that commits to checkpoints and hands their bytes to the node, while the next steps run. */
import { parentPort } from 'node:worker_threads';
import { type OpenSegment, sealSegment } from '#engine/state/checkpoint.ts';
import { announced, type SealReport, writeBulk } from './seal.ts';

const report = (message: SealReport): void => parentPort?.postMessage(message);

parentPort?.on('message', (segment: OpenSegment) => {
  const { checkpoint, bytes } = announced(sealSegment(segment));
  report({ type: 'sealed', checkpoint });
  for (const part of bytes) {
    writeBulk(part);
    // It was given to this thread; freed now, not when the collector comes by.
    if (part.buffer instanceof ArrayBuffer) part.buffer.transfer(0);
  }
  report({ type: 'done' });
});
