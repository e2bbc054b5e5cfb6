// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChunkTreeLib} from "./ChunkTreeLib.sol";

/// @title StateTreeLib
/// @notice The commitment of a state: one leaf a tensor, in the order of their names. stateRoot of protocol/trees/tensor.ts computes the
/// same.
library StateTreeLib {
    error NoSuchEntry(uint256 place);

    /// @notice The root that an entry and its path among `count` lead to
    /// @param head what the leaf says before the digest: length of the name, name, type, rank, dimensions
    /// @param digest of the tensor, over chunks of 16 KiB
    function rootFrom(bytes memory head, bytes32 digest, uint256 place, uint256 count, bytes32[] memory siblings)
        internal
        pure
        returns (bytes32)
    {
        if (place >= count) revert NoSuchEntry(place);
        return ChunkTreeLib.climb(leafOf(head, digest), place, count, siblings);
    }

    function leafOf(bytes memory head, bytes32 digest) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(0), head, digest));
    }
}
