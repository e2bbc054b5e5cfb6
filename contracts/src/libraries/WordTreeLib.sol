// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title WordTreeLib
/// @notice The keccak tree over 32-byte words: an odd last node is promoted unchanged, the number of words is known from elsewhere.
/// protocol/trees/merkle.ts computes the same. A path lists siblings from the leaf up, without those that are not there.
library WordTreeLib {
    error NoWords();
    error NoSuchWord(uint256 index);
    error WrongPath();
    error NotShorts(uint256 bytes_);

    /// Bytes of a short.
    uint256 internal constant SHORT = 20;

    /// @notice The root of the words, which are overwritten
    function rootOf(bytes32[] memory words) internal pure returns (bytes32) {
        uint256 count = words.length;
        if (count == 0) revert NoWords();
        for (; count > 1; count = (count + 1) / 2) {
            assembly ("memory-safe") {
                // A pair of words lies where keccak reads them, and its node comes to lie before the pairs that are left.
                let to := add(words, 32)
                let from := to
                let end := add(to, shl(6, shr(1, count)))
                for {} lt(from, end) { from := add(from, 64) } {
                    mstore(to, keccak256(from, 64))
                    to := add(to, 32)
                }
                if and(count, 1) { mstore(to, mload(from)) }
            }
        }
        return words[0];
    }

    /// @notice The root over shorts, packed 20 bytes each; as a word each has 12 zero bytes behind
    function rootOfShorts(bytes calldata packed) internal pure returns (bytes32) {
        if (packed.length % SHORT != 0) revert NotShorts(packed.length);
        bytes32[] memory words = new bytes32[](packed.length / SHORT);
        for (uint256 i; i < words.length; ++i) {
            words[i] = bytes32(bytes20(packed[i * SHORT:(i + 1) * SHORT]));
        }
        return rootOf(words);
    }

    /// @notice The root that word number `index` of `count` and its path lead to
    function climb(bytes32 node, uint256 index, uint256 count, bytes32[] memory siblings)
        internal
        pure
        returns (bytes32)
    {
        if (index >= count) revert NoSuchWord(index);
        uint256 used;
        for (; count > 1; count = (count + 1) / 2) {
            if (index ^ 1 < count) {
                if (used == siblings.length) revert WrongPath();
                bytes32 sibling = siblings[used++];
                node = index & 1 == 0
                    ? keccak256(abi.encodePacked(node, sibling))
                    : keccak256(abi.encodePacked(sibling, node));
            }
            index >>= 1;
        }
        if (used != siblings.length) revert WrongPath();
        return node;
    }
}
