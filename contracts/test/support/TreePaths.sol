// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Roots and paths of both trees, level by level: siblings from the leaf up, without those that are not there.
library TreePaths {
    function open(bytes32[] memory leaves, uint256 index, function(bytes32, bytes32) pure returns (bytes32) node)
        internal
        pure
        returns (bytes32 root, bytes32[] memory path)
    {
        bytes32[] memory found = new bytes32[](64);
        uint256 used;
        while (leaves.length > 1) {
            if (index ^ 1 < leaves.length) found[used++] = leaves[index ^ 1];
            bytes32[] memory above = new bytes32[]((leaves.length + 1) / 2);
            for (uint256 i; i < above.length; ++i) {
                above[i] = 2 * i + 1 < leaves.length ? node(leaves[2 * i], leaves[2 * i + 1]) : leaves[2 * i];
            }
            leaves = above;
            index /= 2;
        }
        root = leaves[0];
        path = new bytes32[](used);
        for (uint256 i; i < used; ++i) {
            path[i] = found[i];
        }
    }

    function wordNode(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encode(left, right));
    }

    function chunkNode(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"01", left, right));
    }
}
