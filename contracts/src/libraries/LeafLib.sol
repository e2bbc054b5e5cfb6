// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../interfaces/IWorkLedger.sol";

/// @title LeafLib
/// @notice The hash of a leaf. protocol/work/commitment.ts computes the same.
library LeafLib {
    bytes32 internal constant LEAF = keccak256("corex.leaf.v1");

    /// @dev Five words; a node above leaves is of four, so neither passes for the other.
    function hashOf(IWorkLedger.Leaf calldata leaf) internal pure returns (bytes32) {
        return keccak256(abi.encode(LEAF, leaf.task, uint256(leaf.word), leaf.mask, leaf.proofs));
    }
}
