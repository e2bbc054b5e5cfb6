// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Operands that are hard on arithmetic, from a counter; tools/adjudicate-vectors.ts draws the same.
library FloatOperands {
    /// @notice Bits of a number: anything, near 1, subnormal, overflowing, or of few digits
    function operand(uint256 word, uint256 mode, uint256 fraction, uint256 top) internal pure returns (uint256) {
        uint256 sign = (top + 1) << fraction;
        mode %= 8;
        if (mode == 0) return word & (2 * sign - 1);
        uint256 drawn = word >> fraction;
        uint256 field = top / 2 - 8 + (drawn & 15);
        uint256 digits = word & ((1 << fraction) - 1);
        if (mode == 5) field = drawn & 3;
        if (mode == 6) field = top - (drawn & 3);
        if (mode == 7) {
            digits &= 7 << (fraction - 3);
            if (drawn & 7 == 0) (field, digits) = (0, 0);
        }
        return (word & sign) | (field << fraction) | digits;
    }

    /// @notice Three operands: the second is sometimes close to what cancels the first
    function operands(uint256 index, uint256 at, uint256 fraction, uint256 top)
        internal
        pure
        returns (uint256 a, uint256 b, uint256 c, uint256 word)
    {
        word = uint256(keccak256(abi.encode(index, at)));
        uint256 mode = word >> 248;
        a = operand(word, mode, fraction, top);
        b = operand(word >> 64, mode >> 3, fraction, top);
        c = operand(word >> 128, mode >> 5, fraction, top);
        if ((word >> 192) & 3 == 0) b = a ^ ((top + 1) << fraction) ^ ((word >> 196) & 3);
    }

    function operands32(uint256 index, uint256 at) internal pure returns (uint256 a, uint256 b, uint256 c) {
        (a, b, c,) = operands(index, at, 23, 255);
    }

    /// @notice Terms of a product, as tensors hold them
    function product(uint256 index, uint256 at)
        internal
        pure
        returns (bytes memory left, bytes memory right, uint256 terms, uint256 bias, bool isBare, uint256 alpha)
    {
        uint256 word = uint256(keccak256(abi.encode(index, at)));
        (left, right) = _terms(word);
        terms = (word >> 64) % 32 + 1;
        bias = operand(word >> 192, 7, 23, 255);
        isBare = (word >> 130) % 2 == 0;
        alpha = (word >> 131) % 2 == 0 ? 0x3f800000 : operand(word >> 160, 1, 23, 255);
    }

    function _terms(uint256 word) private pure returns (bytes memory left, bytes memory right) {
        uint256 count = word % 90 + 1;
        uint256 wild = (word >> 128) % 4;
        (left, right) = (new bytes(4 * count), new bytes(4 * count));
        for (uint256 i; i < count; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(word, i)));
            uint256 mode = (drawn >> 128) % 16 < 3 ? 7 : 1;
            if (wild == 0) mode = (drawn >> 128) % 8;
            if (wild == 1) mode = 5;
            put(left, i, operand(drawn, mode, 23, 255));
            put(right, i, operand(drawn >> 64, wild == 2 ? mode : 1, 23, 255));
        }
    }

    /// @notice The i-th number of a tensor, little-endian
    function put(bytes memory tensor, uint256 i, uint256 bits) internal pure {
        for (uint256 k; k < 4; ++k) {
            tensor[4 * i + k] = bytes1(uint8(bits >> (8 * k)));
        }
    }
}
