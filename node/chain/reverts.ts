/** Names for revert data: custom errors of all our contracts, and Solidity's own two. */
import { AbiCoder, type Interface } from 'ethers';

export interface Revert {
  /** Name of the contract's custom error, or the reason as far as it is known. */
  readonly error: string;
  readonly args: readonly string[];
}

const ERROR_STRING = '0x08c379a0';
const PANIC = '0x4e487b71';
/** https://docs.soliditylang.org/en/latest/control-structures.html#panic-via-assert-and-error-via-require */
const PANICS: Readonly<Record<string, string>> = {
  '1': 'assertion failed',
  '17': 'arithmetic overflow',
  '18': 'division by zero',
  '50': 'index out of bounds',
};

/** @param interfaces of all contracts: an error may bubble up from one that the called contract calls */
export function revertDecoder(interfaces: readonly Interface[]): (data: string | null, reason: string) => Revert {
  return (data, reason) => {
    if (data === null || data.length < 10) return { error: reason, args: [] };
    const selector = data.slice(0, 10);
    const body = `0x${data.slice(10)}`;
    try {
      if (selector === ERROR_STRING) {
        return { error: String(AbiCoder.defaultAbiCoder().decode(['string'], body)[0]), args: [] };
      }
      if (selector === PANIC) {
        const code = String(AbiCoder.defaultAbiCoder().decode(['uint256'], body)[0]);
        return { error: `Panic: ${PANICS[code] ?? code}`, args: [] };
      }
      for (const contract of interfaces) {
        const parsed = contract.parseError(data);
        if (parsed !== null) return { error: parsed.name, args: parsed.args.toArray().map(String) };
      }
    } catch {
      // Malformed data of a foreign contract: its bytes are all that can be said.
    }
    return { error: `unknown error ${selector}`, args: [] };
  };
}
