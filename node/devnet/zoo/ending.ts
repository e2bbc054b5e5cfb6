/** How it ended for an adversary of a devnet, read from the chain, and whether that is what the zoo says. */
import type { Address } from '#protocol/ids.ts';
import type { Chain } from '../../chain/chain.ts';
import { type Adversary, type AdversaryKind, type Ending, isAdversary, zoo } from './zoo.ts';

export interface CheatReport {
  readonly kind: AdversaryKind;
  readonly expected: Ending;
  readonly outcome: Ending | 'paid' | 'rewarded';
  /** It ended as expected, and nobody honest was slashed. */
  readonly held: boolean;
}

interface Someone {
  readonly address: Address;
  readonly cheat: AdversaryKind | null;
}

export function accomplicesOf(kind: AdversaryKind): readonly AdversaryKind[] {
  const row: Adversary = zoo[kind];
  return (row.accomplices ?? []).filter(isAdversary);
}

function outcomeOf(chain: Chain, kind: AdversaryKind, { address }: Someone): CheatReport['outcome'] {
  if (chain.view.slashed(address)) return 'slashed';
  const lost = chain.view.disputes().some(({ challenger, phase }) => challenger === address && phase === 'innocent');
  if (lost) return 'fined';
  const kinds = new Set(chain.earningsOf(address).flatMap(({ kind: of, amount }) => (amount > 0n ? [of] : [])));
  if (zoo[kind].role === 'compute') return kinds.has('fee') ? 'paid' : 'unpaid';
  return kinds.has('audit') || kinds.has('audit-fee') || kinds.has('bounty') ? 'rewarded' : 'unrewarded';
}

export function endingOf(
  chain: Chain,
  kind: AdversaryKind,
  adversary: Someone,
  everybody: readonly Someone[],
): CheatReport {
  const { expected } = zoo[kind];
  const outcome = outcomeOf(chain, kind, adversary);
  const honestLost = everybody.some(({ address, cheat }) => cheat === null && chain.view.slashed(address));
  return { kind, expected, outcome, held: outcome === expected && !honestLost };
}
