/** What a transaction may cost (EIP-1559): a first offer, and a higher one when it got stuck. */
import type { Rpc } from './rpc.ts';

export interface Fees {
  /** Most that a unit of gas may cost, base fee included, in wei. */
  readonly maxFee: bigint;
  readonly tip: bigint;
}

/** Twice the base fee: it grows by at most 1/8 a block, so the offer holds for six full blocks, https://eips.ethereum.org/EIPS/eip-1559 */
export async function quoteFees(rpc: Rpc): Promise<Fees> {
  const [head, tip] = await Promise.all([rpc.header('latest'), rpc.tip()]);
  return { maxFee: 2n * (head?.baseFeePerGas ?? 0n) + tip, tip };
}

const max = (a: bigint, b: bigint) => (a > b ? a : b);
/** Nodes take a replacement only from 10 % more on; a quarter moves it for sure. */
const raised = (fee: bigint) => (fee * 5n) / 4n + 1n;

/** Both fees raised over the earlier offer, and not below what the market asks now. */
export function bumpFees(before: Fees, market: Fees): Fees {
  return { maxFee: max(raised(before.maxFee), market.maxFee), tip: max(raised(before.tip), market.tip) };
}

/** Room for state that changes between the estimate and the block. */
export function gasLimit(estimate: bigint): bigint {
  return (estimate * 13n) / 10n + 10_000n;
}
