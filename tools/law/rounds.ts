/** The beacon of the histories: signatures by the tests' key, and the seeds that follow from them. */
import { roundOf, seedOf, signRound, uncompressed, type BeaconChain } from '#protocol/time/beacon.ts';
import type { EconomyLaw } from '#protocol/economy/moment.ts';
import type { Epoch, Hash } from '#protocol/ids.ts';

/** BeaconSigner.sol SECRET */
const SECRET = Buffer.from('1f2e3d4c5b6a79880123456789abcdef0f1e2d3c4b5a69788796a5b4c3d2e1f0', 'hex');

/** World.sol: a round a second from genesis on. The books do not look at the key. */
export function chainOf(law: EconomyLaw): BeaconChain {
  return { publicKey: '', genesis: law.genesis, period: 1, margin: 0 };
}

export interface SignedRound {
  readonly seed: Hash;
  readonly signature: string;
}

const signed = new Map<string, SignedRound>();

/** Signed once for all histories. */
export function roundFor(law: EconomyLaw, of: Epoch): SignedRound {
  const round = roundOf(law, chainOf(law), of);
  const known = signed.get(`${of}/${round}`);
  if (known !== undefined) return known;
  const signature = signRound(SECRET, round);
  const made = { seed: seedOf(of, signature), signature: uncompressed(signature) };
  signed.set(`${of}/${round}`, made);
  return made;
}
