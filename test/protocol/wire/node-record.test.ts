/** Node records: both keys must have signed exactly this record, in this network. */
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import t from 'tap';
import { decodeCbor, encodeCbor } from '#protocol/codec/cbor.ts';
import { addressOfKey, signDigest } from '#protocol/codec/signature.ts';
import type { Hash, PeerName } from '#protocol/ids.ts';
import { MAX_RECORD, type NodeRecord, readRecord, recordDigest, signRecord } from '#protocol/wire/node-record.ts';

const operatorKey = new Uint8Array(32).fill(1);
const peerKey = new Uint8Array(32).fill(2);
const peerOf = async (seed: Uint8Array) =>
  peerIdFromPrivateKey(await generateKeyPairFromSeed('Ed25519', seed)).toString() as PeerName;
const signer = { sign: async (digest: Hash) => signDigest(digest, operatorKey) };

async function example(): Promise<NodeRecord> {
  return {
    v: 1,
    network: 'test',
    operator: addressOfKey(operatorKey),
    peer: await peerOf(peerKey),
    addrs: ['/ip4/127.0.0.1/tcp/4681'],
    roles: ['compute'],
    engine: 'onnxruntime-1.30.0/cpu/x64-avx2',
    golden: 'abc',
    sequence: 1_900_000_000_000,
  };
}

t.test('a signed record is read back, also through CBOR', async (t) => {
  const signed = await signRecord(await example(), signer, peerKey);
  t.same(readRecord(signed, 'test'), signed);
  const decoded = decodeCbor(encodeCbor(signed), MAX_RECORD);
  t.same(decoded.ok ? readRecord(decoded.value, 'test') : null, signed);
});

t.test('changed, foreign or half-signed records are refused', async (t) => {
  const record = await example();
  const signed = await signRecord(record, signer, peerKey);
  t.equal(readRecord(signed, 'other'), null, 'another network');
  t.equal(
    readRecord({ ...signed, record: { ...record, sequence: record.sequence + 1 } }, 'test'),
    null,
    'another sequence',
  );
  t.equal(
    readRecord({ ...signed, record: { ...record, operator: `0x${'ab'.repeat(20)}` } }, 'test'),
    null,
    'another operator',
  );
  t.equal(readRecord({ ...signed, extra: 1 }, 'test'), null, 'an unknown field');
  t.equal(readRecord({ record, signature: signed.signature }, 'test'), null, 'no binding');
  t.equal(readRecord(null, 'test'), null);
  const stolen = { ...record, peer: await peerOf(new Uint8Array(32).fill(3)) };
  t.equal(readRecord(await signRecord(stolen, signer, peerKey), 'test'), null, "somebody else's peer");
  t.equal(readRecord({ ...signed, binding: `0x${'00'.repeat(64)}` }, 'test'), null, 'an empty binding');
});

t.test('the largest record fits its limit', async (t) => {
  const record = {
    ...(await example()),
    addrs: Array.from({ length: 16 }, () => `/dns4/${'x'.repeat(150)}`),
    engine: 'e'.repeat(120),
    golden: 'g'.repeat(120),
  };
  t.ok(encodeCbor(await signRecord(record, signer, peerKey)).length <= MAX_RECORD);
  t.match(recordDigest(record), /^0x[0-9a-f]{64}$/);
});
