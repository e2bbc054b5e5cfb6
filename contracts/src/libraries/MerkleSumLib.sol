// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A node of the tree: a hash, and the units below it as the node above states them.
struct SumNode {
    bytes32 hash;
    uint128 sum;
}

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

    /// @notice The hash of the node above two, and whether `sum` is not theirs. Sums beyond 2^128 are never right.
    function isWrongSum(SumNode calldata left, SumNode calldata right, uint128 sum)
        internal
        pure
        returns (bytes32 hash, bool wrong)
    {
        hash = keccak256(abi.encode(left.hash, left.sum, right.hash, right.sum));
        wrong = uint256(left.sum) + right.sum != sum;
    }
}
