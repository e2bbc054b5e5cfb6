/** Verdicts: the digest that the court recomputes, and digests that only an executor can make. */
import { AbiCoder, concat, keccak256 } from 'ethers';
import t from 'tap';
import { combineDigests, keyedDigest, type Reveal, VERDICT_CODE, verdictDigest } from '#protocol/audit/verdict.ts';
import { epoch } from '#protocol/ids.ts';
import { ann, bob, hashFor } from '#test/ports/memory.ts';

const reveal: Reveal = {
  validator: bob.address,
  worker: ann.address,
  epoch: epoch(9),
  verdict: 'fault',
  auditDigest: hashFor('audit'),
  salt: hashFor('salt'),
};

t.test('as AuditCourt.sol computes it', async (t) => {
  for (const verdict of ['ok', 'fault', 'unavailable'] as const) {
    const encoded = AbiCoder.defaultAbiCoder().encode(
      ['address', 'address', 'uint256', 'uint8', 'bytes32', 'bytes32'],
      [reveal.validator, reveal.worker, 9, VERDICT_CODE[verdict], reveal.auditDigest, reveal.salt],
    );
    t.equal(verdictDigest({ ...reveal, verdict }), keccak256(encoded), verdict);
  }
  t.same(VERDICT_CODE, { ok: 1, fault: 2, unavailable: 3 });
});

t.test('nothing in a reveal can be exchanged', async (t) => {
  const others: ReadonlyArray<Partial<Reveal>> = [
    { validator: ann.address },
    { worker: bob.address },
    { epoch: epoch(8) },
    { verdict: 'ok' },
    { auditDigest: hashFor('x') },
    { salt: hashFor('x') },
  ];
  for (const other of others)
    t.not(verdictDigest({ ...reveal, ...other }), verdictDigest(reveal), Object.keys(other).join());
});

t.test('an audit digest is keyed by its validator', async (t) => {
  const chunk = Uint8Array.of(1, 2, 3);
  t.equal(keyedDigest(bob.address, chunk), keccak256(concat([bob.address, chunk])));
  t.not(keyedDigest(bob.address, chunk), keyedDigest(ann.address, chunk), 'copied from a neighbour, it does not fit');
  t.not(combineDigests([hashFor('a'), hashFor('b')]), combineDigests([hashFor('b'), hashFor('a')]));
});
