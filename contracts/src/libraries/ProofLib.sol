// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeCourt} from "../interfaces/IDisputeCourt.sol";

/// @title ProofLib
/// @notice What a worker signed, the checkpoints that it names and the terms of its job. protocol/work/proof.ts, trace.ts and
/// protocol/dispute/terms.ts compute the same.
library ProofLib {
    bytes32 internal constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant PROOF = keccak256(
        "WorkloadProof(bytes32 task,uint32 shard,address worker,string[] inputs,bytes32 trace,string traceCid,string output,bytes32 outputRoot,uint128 units,string engine)"
    );
    bytes32 internal constant CHECKPOINT = keccak256("corex.checkpoint.v1");
    bytes32 internal constant TERMS = keccak256("corex.terms.v1");
    uint256 internal constant WORD = 256;

    /// @notice EIP-712's digest; the domain is the ledger's.
    function digestOf(IDisputeCourt.Proof calldata p, address worker, address ledger) internal view returns (bytes32) {
        bytes32 domain =
            keccak256(abi.encode(DOMAIN, keccak256(bytes("Corex")), keccak256(bytes("1")), block.chainid, ledger));
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash(p, worker)));
    }

    function structHash(IDisputeCourt.Proof calldata p, address worker) internal pure returns (bytes32) {
        bytes memory head = abi.encode(PROOF, p.task, p.shard, worker, p.inputs, p.trace);
        return keccak256(bytes.concat(head, abi.encode(p.traceCid, p.output, p.outputRoot, p.units, p.engine)));
    }

    function hashOf(IDisputeCourt.Terms calldata terms) internal pure returns (bytes32) {
        return keccak256(abi.encode(TERMS, terms));
    }

    function checkpointOf(bytes32 stateRoot, bytes32 outputsRoot) internal pure returns (bytes32) {
        return keccak256(abi.encode(CHECKPOINT, stateRoot, outputsRoot));
    }

    /// @notice Checkpoints of a whole shard; at least two.
    function checkpointsOf(uint256 steps, uint256 segment) internal pure returns (uint256) {
        return (steps + segment - 1) / segment + 1;
    }

    /// @notice Is the shard one of the leaf's?
    function isIn(uint32 word, uint256 mask, uint32 shard) internal pure returns (bool) {
        return word == shard / WORD && (mask >> (shard % WORD)) & 1 == 1;
    }
}
