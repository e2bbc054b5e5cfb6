// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ChunkTreeLib
/// @notice The SHA-256 tree over the chunks of a tensor's bytes: leaves and nodes under prefixes of their own, an odd last node promoted
/// unchanged. protocol/trees/tensor.ts computes the same. A path lists siblings from the leaf up, without those that are not there.
library ChunkTreeLib {
    error NoSuchChunk(uint256 index);
    error WrongChunkLength(uint256 bytes_);
    error WrongPath();

    /// Of the log's values and of opened operands.
    uint256 internal constant FINE = 128;
    /// Of a checkpoint's tensors.
    uint256 internal constant COARSE = 16_384;

    /// @notice Whether the chunk is number `index` of the `length` bytes with this root
    function verify(
        bytes32 root,
        uint256 length,
        uint256 chunkBytes,
        uint256 index,
        bytes memory chunk,
        bytes32[] memory siblings
    ) internal pure returns (bool) {
        return rootFrom(length, chunkBytes, index, chunk, siblings) == root;
    }

    /// @notice The root that a chunk and its path lead to; the length fixes the shape of the tree
    function rootFrom(uint256 length, uint256 chunkBytes, uint256 index, bytes memory chunk, bytes32[] memory siblings)
        internal
        pure
        returns (bytes32)
    {
        uint256 count = countOf(length, chunkBytes);
        if (index >= count) revert NoSuchChunk(index);
        uint256 expected = index + 1 < count ? chunkBytes : length - index * chunkBytes;
        if (chunk.length != expected) revert WrongChunkLength(chunk.length);
        return climb(leafOf(chunk), index, count, siblings);
    }

    /// @notice The root of some bytes; no bytes are one empty chunk
    function rootOf(bytes memory data, uint256 chunkBytes) internal pure returns (bytes32) {
        uint256 count = countOf(data.length, chunkBytes);
        bytes32[] memory level = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            uint256 from = i * chunkBytes;
            level[i] = leafOf(_slice(data, from, i + 1 < count ? chunkBytes : data.length - from));
        }
        for (; count > 1; count = (count + 1) / 2) {
            for (uint256 i; i < count; i += 2) {
                level[i / 2] = i + 1 < count ? nodeOf(level[i], level[i + 1]) : level[i];
            }
        }
        return level[0];
    }

    /// @notice From leaf number `index` of `count` up
    function climb(bytes32 node, uint256 index, uint256 count, bytes32[] memory siblings)
        internal
        pure
        returns (bytes32)
    {
        uint256 used;
        for (; count > 1; count = (count + 1) / 2) {
            if (index ^ 1 < count) {
                if (used == siblings.length) revert WrongPath();
                bytes32 sibling = siblings[used++];
                node = index & 1 == 0 ? nodeOf(node, sibling) : nodeOf(sibling, node);
            }
            index >>= 1;
        }
        if (used != siblings.length) revert WrongPath();
        return node;
    }

    function countOf(uint256 length, uint256 chunkBytes) internal pure returns (uint256) {
        return length == 0 ? 1 : (length - 1) / chunkBytes + 1;
    }

    function leafOf(bytes memory chunk) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(0), chunk));
    }

    function nodeOf(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(1), left, right));
    }

    function _slice(bytes memory data, uint256 from, uint256 length) private pure returns (bytes memory slice) {
        slice = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(slice, 32), add(add(data, 32), from), length)
        }
    }
}
