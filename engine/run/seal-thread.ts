/** The entry of the thread that commits to checkpoints and hands their bytes to the node, while the next steps run. */
import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { type OpenSegment, sealSegment } from '#engine/state/checkpoint.ts';
import { BULK, type SealReport } from './seal.ts';

/** The pipe blocks until the node has read: no checkpoint piles up anywhere. */
function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(BULK, bytes, at);
}

const report = (message: SealReport): void => parentPort?.postMessage(message);

parentPort?.on('message', (segment: OpenSegment) => {
  const { state, outputs, stateRoot, outputsRoot } = sealSegment(segment);
  const lengths = { stateBytes: state?.length ?? null, outputsBytes: outputs?.length ?? null };
  report({ type: 'sealed', checkpoint: { type: 'checkpoint', stateRoot, outputsRoot, ...lengths } });
  for (const bytes of [state, outputs]) {
    if (bytes === null) continue;
    write(bytes);
    // Ours unless it is shared; freed now, not when the collector comes by.
    if (bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
  }
  report({ type: 'done' });
});
