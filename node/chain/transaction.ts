/** Signs an EIP-1559 transaction with a Signer: the bytes for the endpoint, and the hash under which it is found. */
import { Transaction } from 'ethers';
import { type Address, type Hash, hash } from '#protocol/ids.ts';
import type { Signer } from '#protocol/ports.ts';
import type { Fees } from './fees.ts';

export interface Unsigned {
  readonly chainId: number;
  readonly nonce: number;
  /** Null creates a contract. */
  readonly to: Address | null;
  readonly data: string;
  readonly gas: bigint;
  readonly fees: Fees;
}

export interface Signed {
  readonly raw: string;
  readonly hash: Hash;
}

export async function signTransaction(signer: Signer, unsigned: Unsigned): Promise<Signed> {
  const transaction = Transaction.from({
    type: 2,
    chainId: unsigned.chainId,
    nonce: unsigned.nonce,
    to: unsigned.to,
    data: unsigned.data,
    gasLimit: unsigned.gas,
    maxFeePerGas: unsigned.fees.maxFee,
    maxPriorityFeePerGas: unsigned.fees.tip,
  });
  transaction.signature = await signer.sign(hash(transaction.unsignedHash));
  const { serialized: raw, hash: found } = transaction;
  if (found === null) throw new TypeError('a signed transaction has a hash');
  return { raw, hash: hash(found) };
}
