// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A step up a Merkle-sum path: the sibling, and whether it stands to the left.
struct SumStep {
    bytes32 hash;
    uint128 sum;
    bool left;
}

/// @title MerkleSumLib
/// @notice The tree whose nodes carry the units below them. protocol/trees/merkle-sum.ts computes the same.
library MerkleSumLib {
    error SumOverflow();

    /// @notice The root (hash and sum) that a leaf and its path lead to.
    function climb(bytes32 hash, uint128 sum, SumStep[] calldata path) internal pure returns (bytes32, uint128) {
        for (uint256 i; i < path.length; ++i) {
            SumStep calldata step = path[i];
            hash = step.left
                ? keccak256(abi.encode(step.hash, step.sum, hash, sum))
                : keccak256(abi.encode(hash, sum, step.hash, step.sum));
            // A sum that wraps would prove a leaf larger than its root.
            if (uint256(sum) + step.sum > type(uint128).max) revert SumOverflow();
            sum += step.sum;
        }
        return (hash, sum);
    }
}
