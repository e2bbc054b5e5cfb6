/** EIP-712 digests against ethers' TypedDataEncoder, the workload proof with its texts and its list of texts included. */
import { TypedDataEncoder } from 'ethers';
import fc from 'fast-check';
import t from 'tap';
import { type Domain, domainSeparator, structType, typedDigest } from '#protocol/codec/typed-data.ts';
import { type Address, units } from '#protocol/ids.ts';
import { MAX_SHARD } from '#protocol/limits.ts';
import { proofDigest } from '#protocol/work/proof.ts';
import { ann, bob, cidFor, DOMAIN, proofWith } from '#test/ports/memory.ts';

const ethersDomain = (domain: Domain) => ({
  name: 'Corex',
  version: '1',
  chainId: domain.chainId,
  verifyingContract: domain.contract,
});

const fields = (list: string) =>
  list.split(',').map((member) => {
    const [type = '', name = ''] = member.split(' ');
    return { type, name };
  });

t.test('the domain separator', async (t) => {
  for (const domain of [DOMAIN, { ...DOMAIN, chainId: 1 }, { ...DOMAIN, contract: ann.address }]) {
    t.equal(domainSeparator(domain), TypedDataEncoder.hashDomain(ethersDomain(domain)));
  }
});

t.test('a flat struct', async (t) => {
  const MEMBERS = 'address to,uint256 amount';
  const mail = structType<{ to: Address; amount: bigint }>(`Mail(${MEMBERS})`, (m) => [m.to, m.amount]);
  const value = { to: bob.address, amount: 1n << 200n };
  const expected = TypedDataEncoder.hash(ethersDomain(DOMAIN), { Mail: fields(MEMBERS) }, value);
  t.equal(typedDigest(DOMAIN, mail, value), expected);
  t.not(typedDigest({ ...DOMAIN, chainId: 1 }, mail, value), expected, 'another chain, another digest');
});

const PROOF =
  'bytes32 task,uint32 shard,address worker,string[] inputs,bytes32 trace,string traceCid,string output,bytes32 outputRoot,uint128 units,string engine';

t.test('the workload proof, whatever is in it', async (t) => {
  const proofs = fc
    .record({
      shard: fc.integer({ min: 0, max: MAX_SHARD }),
      inputs: fc.array(fc.string(), { maxLength: 5 }),
      units: fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
      engine: fc.string({ unit: 'grapheme' }),
    })
    .map((some) => proofWith({ ...some, units: units(some.units), inputs: some.inputs.map(cidFor) }));
  fc.assert(
    fc.property(proofs, (proof) => {
      const expected = TypedDataEncoder.hash(ethersDomain(DOMAIN), { WorkloadProof: fields(PROOF) }, proof);
      return proofDigest(DOMAIN, proof) === expected;
    }),
  );
  t.pass('for every example');
});
