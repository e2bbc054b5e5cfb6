// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ShardLib
/// @notice How a job's shards lie in words of 256 bits. protocol/work/shard.ts computes the same.
library ShardLib {
    uint256 internal constant WORD = 256;
    uint256 internal constant MAX_WORDS = 65_536;

    /// @notice Is there a job of this shape?
    function isShape(uint32 shards, uint32 width) internal pure returns (bool) {
        if (shards == 0 || width > WORD) return false;
        if (width > 1 && shards % width != 0) return false;
        return wordsOf(shards, width) <= MAX_WORDS;
    }

    function wordsOf(uint32 shards, uint32 width) internal pure returns (uint256) {
        if (width == 0) return (shards + WORD - 1) / WORD;
        return width == 1 ? shards : (2 * uint256(shards)) / width;
    }

    /// @notice The bits of a word that stand for shards.
    function maskOf(uint32 shards, uint32 width, uint32 word) internal pure returns (uint256) {
        if (word >= wordsOf(shards, width)) return 0;
        if (width == 0) return lowest(shards - word * WORD);
        if (width == 1 || word % 2 == 1) return 1;
        return lowest(width - 1);
    }

    function lowest(uint256 bits) internal pure returns (uint256) {
        return bits >= WORD ? type(uint256).max : (1 << bits) - 1;
    }

    /// @notice The lowest `limit` bits that are set in `mask`.
    function take(uint256 mask, uint256 limit) internal pure returns (uint256 taken, uint32 count) {
        count = countOf(mask);
        if (count <= limit) return (mask, count);
        for (count = 0; count < limit; ++count) {
            uint256 bit = mask & (~mask + 1);
            taken |= bit;
            mask ^= bit;
        }
    }

    /// @notice How many bits are set: sums of neighbouring fields of 1, 2, 4 … bits, in eight steps for a whole word.
    /// @dev Warren, Hacker's Delight, section 5-1, for 256 bits. Bytes hold at most 8, and 32 x 8 = 256 does not fit the
    /// byte that a multiplication would leave it in, so the last steps add wider fields.
    function countOf(uint256 mask) internal pure returns (uint32) {
        unchecked {
            uint256 x = mask - ((mask >> 1) & (type(uint256).max / 3));
            x = (x & (type(uint256).max / 5)) + ((x >> 2) & (type(uint256).max / 5));
            x = (x + (x >> 4)) & (type(uint256).max / 17);
            x = (x & (type(uint256).max / 257)) + ((x >> 8) & (type(uint256).max / 257));
            // Sixteen fields of 16 bits, each at most 16: their sum, at most 256, ends up in the highest.
            return uint32((x * (type(uint256).max / 65_535)) >> 240);
        }
    }
}
