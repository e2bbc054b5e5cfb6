/** What makes a node of a devnet dishonest: it is the ordinary node, except for how it makes proofs or what it tells others. */
import type { NodePorts } from './node.ts';
import type { MakeProof, ProveContext, ProvePorts } from './roles/compute/prove.ts';

/** Builds the function that makes this node's proofs. */
export type Prover = (ports: ProvePorts, context: ProveContext) => MakeProof;

export interface Disguise {
  readonly prover?: Prover;
  /** Stands between the roles and their world. */
  readonly ports?: (ports: NodePorts) => NodePorts;
}
