/** The workload proof: signed by its worker, void when anything in it is changed, the same after a journey through CBOR. */
import t from 'tap';
import { encodeCbor, readCbor } from '#protocol/codec/cbor.ts';
import { recoverAddress } from '#protocol/codec/signature.ts';
import { units } from '#protocol/ids.ts';
import { MAX_CHUNK, MAX_SHARD, MAX_SLICES } from '#protocol/limits.ts';
import {
  isSignedByWorker,
  proofDigest,
  proofToWire,
  signedProof,
  signProof,
  type WorkloadProof,
} from '#protocol/work/proof.ts';
import { ann, bob, cidFor, DOMAIN, hashFor, proofWith } from '#test/ports/memory.ts';

t.test('the signature gives back the worker', async (t) => {
  const signed = await signProof(DOMAIN, proofWith(), ann);
  t.equal(recoverAddress(proofDigest(DOMAIN, signed.proof), signed.signature), ann.address);
  t.equal(isSignedByWorker(DOMAIN, signed), true);
});

const changes: ReadonlyArray<Partial<WorkloadProof>> = [
  { task: hashFor('other') },
  { shard: 1 },
  { worker: bob.address },
  { inputs: [cidFor('input')] },
  { trace: hashFor('other') },
  { traceCid: cidFor('other') },
  { output: cidFor('other') },
  { outputRoot: hashFor('other') },
  { units: units(1_001n) },
  { engine: 'test/2' },
];

t.test('every field is under the signature', async (t) => {
  const { signature } = await signProof(DOMAIN, proofWith(), ann);
  const changed = new Set(changes.flatMap((change) => Object.keys(change)));
  t.same([...changed].sort(), Object.keys(proofWith()).sort(), 'no field is left out here');
  for (const change of changes) {
    t.equal(isSignedByWorker(DOMAIN, { proof: proofWith(change), signature }), false, Object.keys(change).join());
  }
});

t.test('the inputs are a list, not a text', async (t) => {
  const [a, b] = [cidFor('a'), cidFor('b')];
  t.not(proofDigest(DOMAIN, proofWith({ inputs: [a, b] })), proofDigest(DOMAIN, proofWith({ inputs: [b, a] })));
  t.not(proofDigest(DOMAIN, proofWith({ inputs: [a] })), proofDigest(DOMAIN, proofWith({ inputs: [] })));
});

t.test('another key, another chain, another contract: not signed', async (t) => {
  t.equal(isSignedByWorker(DOMAIN, await signProof(DOMAIN, proofWith(), bob)), false);
  const signed = await signProof(DOMAIN, proofWith(), ann);
  t.equal(isSignedByWorker({ ...DOMAIN, chainId: 1 }, signed), false);
  t.equal(isSignedByWorker({ ...DOMAIN, contract: bob.address }, signed), false);
});

t.test('to bytes and back', async (t) => {
  const signed = await signProof(DOMAIN, proofWith({ inputs: [cidFor('a')], units: units(1n << 100n) }), ann);
  const back = signedProof.parse(readCbor(encodeCbor(proofToWire(signed)), MAX_CHUNK));
  t.same(back, signed);
  t.equal(isSignedByWorker(DOMAIN, back), true);
});

t.test('the schema refuses what no honest node sends', async (t) => {
  const wire = proofToWire(await signProof(DOMAIN, proofWith(), ann));
  const bad: ReadonlyArray<Record<string, unknown>> = [
    { shard: MAX_SHARD + 1 },
    { shard: -1 },
    { inputs: Array(MAX_SLICES + 1).fill(cidFor('a')) },
    { units: '-1' },
    { engine: '' },
    { engine: 'x'.repeat(121) },
    { extra: 1 },
  ];
  for (const change of bad) {
    t.equal(
      signedProof.safeParse({ ...wire, proof: { ...wire.proof, ...change } }).success,
      false,
      JSON.stringify(change).slice(0, 60),
    );
  }
  t.equal(signedProof.safeParse({ ...wire, signature: '0x' }).success, false);
});
