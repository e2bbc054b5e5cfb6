/** The contracts by the names that the node uses: their ABI, what deploys them, and the order in which they are deployed. */
import { Interface, type InterfaceAbi } from 'ethers';
import { adjudicatorAbi, adjudicatorBytecode } from '#contracts-abi/Adjudicator.ts';
import { auditCourtAbi, auditCourtBytecode } from '#contracts-abi/AuditCourt.ts';
import { beaconAbi, beaconBytecode } from '#contracts-abi/Beacon.ts';
import { computeCredentialAbi, computeCredentialBytecode } from '#contracts-abi/ComputeCredential.ts';
import { corexTokenAbi, corexTokenBytecode } from '#contracts-abi/CorexToken.ts';
import { disputeCourtAbi, disputeCourtBytecode } from '#contracts-abi/DisputeCourt.ts';
import { miningPoolAbi, miningPoolBytecode } from '#contracts-abi/MiningPool.ts';
import { stakeRegistryAbi, stakeRegistryBytecode } from '#contracts-abi/StakeRegistry.ts';
import { taskMarketAbi, taskMarketBytecode } from '#contracts-abi/TaskMarket.ts';
import { workLedgerAbi, workLedgerBytecode } from '#contracts-abi/WorkLedger.ts';

/** In the order of deployment, contracts/src/types/Parameters.sol `Wiring`. */
export const contractNames = [
  'token',
  'beacon',
  'stakes',
  'ledger',
  'court',
  'pool',
  'market',
  'credential',
  'adjudicator',
  'disputes',
] as const;

export type ContractName = (typeof contractNames)[number];

export interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

export const artifacts = {
  token: { abi: corexTokenAbi, bytecode: corexTokenBytecode },
  beacon: { abi: beaconAbi, bytecode: beaconBytecode },
  stakes: { abi: stakeRegistryAbi, bytecode: stakeRegistryBytecode },
  ledger: { abi: workLedgerAbi, bytecode: workLedgerBytecode },
  court: { abi: auditCourtAbi, bytecode: auditCourtBytecode },
  pool: { abi: miningPoolAbi, bytecode: miningPoolBytecode },
  market: { abi: taskMarketAbi, bytecode: taskMarketBytecode },
  credential: { abi: computeCredentialAbi, bytecode: computeCredentialBytecode },
  adjudicator: { abi: adjudicatorAbi, bytecode: adjudicatorBytecode },
  disputes: { abi: disputeCourtAbi, bytecode: disputeCourtBytecode },
} as const satisfies Record<ContractName, Artifact>;

const faceOf = (name: ContractName): Interface => new Interface(artifacts[name].abi);

export const interfaces: Readonly<Record<ContractName, Interface>> = {
  token: faceOf('token'),
  beacon: faceOf('beacon'),
  stakes: faceOf('stakes'),
  ledger: faceOf('ledger'),
  court: faceOf('court'),
  pool: faceOf('pool'),
  market: faceOf('market'),
  credential: faceOf('credential'),
  adjudicator: faceOf('adjudicator'),
  disputes: faceOf('disputes'),
};
