/** The operator's key: the address that everybody else recovers from what it signed. */
import { recoverAddress, TypedDataEncoder, verifyTypedData } from 'ethers';
import t from 'tap';
import { hash } from '#protocol/ids.ts';
import { openSigner } from '#node/chain/signer.ts';

// The first account of the mnemonic "test test … junk", as every development chain lists it.
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';

t.test('a raw digest is signed, 65 bytes, and recovers to the address', async (t) => {
  const signer = openSigner(KEY);
  t.equal(signer.address, '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266');
  const digest = hash(`0x${'5a'.repeat(32)}`);
  const signature = await signer.sign(digest);
  t.match(signature, /^0x[0-9a-f]{130}$/);
  t.equal(recoverAddress(digest, signature).toLowerCase(), signer.address);
  t.equal(await signer.sign(digest), signature, 'the same digest has one signature');
});

t.test('it is what wallets call EIP-712', async (t) => {
  const signer = openSigner(KEY);
  const domain = { name: 'Corex', version: '1', chainId: 1, verifyingContract: `0x${'11'.repeat(20)}` };
  const types = { Note: [{ name: 'n', type: 'uint256' }] };
  const digest = hash(TypedDataEncoder.hash(domain, types, { n: 7n }));
  const signature = await signer.sign(digest);
  t.equal(verifyTypedData(domain, types, { n: 7n }, signature).toLowerCase(), signer.address);
});
