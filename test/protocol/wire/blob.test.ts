/** Blob messages: requests, answers and manifests, the good and the bad ones. */
import t from 'tap';
import { encodeCbor } from '#protocol/codec/cbor.ts';
import { cidOf } from '#protocol/codec/cid.ts';
import { MAX_BLOB, MAX_CHUNK } from '#protocol/limits.ts';
import {
  asManifest,
  chunkLength,
  decodeBlobAnswer,
  decodeBlobRequest,
  encodeBlobAnswer,
  encodeBlobRequest,
  MAX_BLOB_REQUEST,
  MAX_BLOCK,
  manifestBound,
} from '#protocol/wire/blob.ts';

const raw = cidOf(Uint8Array.of(1), 'raw');
const object = cidOf(Uint8Array.of(1), 'dag-cbor');

t.test('requests', (t) => {
  const bytes = encodeBlobRequest(raw);
  t.ok(bytes.length <= MAX_BLOB_REQUEST);
  t.equal(decodeBlobRequest(bytes), raw);
  for (const bad of [{ v: 2, cid: raw }, { v: 1, cid: 'x' }, { v: 1 }, 7, { v: 1, cid: raw, more: 1 }])
    t.equal(decodeBlobRequest(encodeCbor(bad)), null);
  t.equal(decodeBlobRequest(new Uint8Array(0)), null);
  t.end();
});

t.test('answers', (t) => {
  t.same(decodeBlobAnswer(encodeBlobAnswer({ status: 'found', bytes: Uint8Array.of(7, 8) })), {
    status: 'found',
    bytes: Uint8Array.of(7, 8),
  });
  for (const status of ['missing', 'busy', 'refused'] as const)
    t.same(decodeBlobAnswer(encodeBlobAnswer({ status })), { status });
  t.equal(decodeBlobAnswer(new Uint8Array(0)), null);
  t.equal(decodeBlobAnswer(Uint8Array.of(9)), null);
  t.end();
});

t.test('manifests say as many chunks as their size needs', (t) => {
  const good = { v: 1, size: MAX_CHUNK + 1, chunks: [raw, raw] };
  const manifest = asManifest(good);
  t.same(manifest, good);
  if (manifest !== null) t.same([chunkLength(manifest, 0), chunkLength(manifest, 1)], [MAX_CHUNK, 1]);
  for (const bad of [
    { ...good, chunks: [raw] },
    { ...good, size: MAX_CHUNK },
    { ...good, size: 1e15 },
    { ...good, chunks: [raw, object] },
    { ...good, v: 2 },
    { size: 1, chunks: [] },
  ])
    t.equal(asManifest(bad), null);
  t.end();
});

t.test('the manifest of the largest blob is one block', (t) => {
  t.ok(manifestBound(MAX_BLOB) <= MAX_BLOCK);
  const size = 5 * MAX_CHUNK;
  const bytes = encodeCbor({ v: 1, size, chunks: Array.from({ length: 5 }, () => raw) });
  t.ok(bytes.length <= manifestBound(size));
  t.end();
});
