// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Float32Lib} from "./Float32Lib.sol";
import {FloatLib} from "./FloatLib.sol";

/// @title FmaChainLib
/// @notice One element of a float32 product (MatMul, Gemm, Conv) as the runtime computes it: for each block of terms a chain of fused
/// multiply-adds in ascending order from +0, and the blocks added, each sum rounded to float32.
/// @dev A chain rounds after every term, so the order is fixed and nothing may be summed at once. What makes it cheap is that
/// everything happens at one scale: the running sum is a signed fixed-point number in one word, a product is shifted into its
/// place and added, and rounding to 24 bits is rounding at a bit of that word. Numbers of the size that learning uses all fit. Where
/// some do not, eight terms at a time go through Float32Lib.fma, which knows every case.
library FmaChainLib {
    error OperandLengthsDiffer(uint256 left, uint256 right);
    error OperandCutShort(uint256 length);
    error BlockOutOfRange(uint256 terms);

    /// A 1 in each lane of 32 bits.
    uint256 private constant LANES = 0x0000000100000001000000010000000100000001000000010000000100000001;
    uint256 private constant BYTES = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
    uint256 private constant PAIRS = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
    /// log2 of the index, of 0 to 31.
    uint256 private constant LOG2 = 0x0000010102020202030303030303030304040404040404040404040404040404;

    /// A placed number is a multiple of 2^-174; the least subnormal is 2^25 of them. Whatever is a multiple of that one needs no
    /// rounding below it, so that rounding to 24 bits is all there is.
    int256 private constant SCALE = -174;
    /// A product of numbers with exponent fields of sum e is m n 2^(e - 300), that is, m n << (e - 126).
    uint256 private constant PLACE_ZERO = 126;
    /// e of the least product that is sure to be a multiple of 2^-149, about 1e-31 in size.
    uint256 private constant LEAST = 151;
    /// e of the largest product, about 4e19: 2^(317 - 126 + 48) = 2^239, and 1024 of them stay below 2^250.
    uint256 private constant MOST = 317;
    /// Of a sum that comes back: 2^(24 + 201 + 24) = 2^249, and the products on top of it stay below 2^250.
    uint256 private constant LARGEST_FIELD = 201;
    /// Where the first sum's leading bit is looked for: that of products around 1.
    uint256 private constant FIRST_GUESS = 150;

    /// The longest chain whose sum the fixed-point word is sure to hold.
    uint256 internal constant LONGEST_BLOCK = 1024;

    /// @notice The sum of left[i] × right[i] from `start` (a bias, or +0; of a Gemm beta × bias, rounded), in blocks of `terms`
    /// @param left float32 numbers as tensors hold them, little-endian, one after the other
    /// @param start what the first block's sum is added to; a product without a bias has none, see `isBare`
    /// @param isBare nothing is added to the first block: the sum of one that is -0 stays -0
    /// @param alpha of a Gemm, otherwise 1: what each block's sum is multiplied by, in one rounding with the addition
    function product(bytes memory left, bytes memory right, uint256 terms, uint256 start, bool isBare, uint256 alpha)
        internal
        pure
        returns (uint256 sum)
    {
        if (left.length != right.length) revert OperandLengthsDiffer(left.length, right.length);
        if (left.length % 4 != 0) revert OperandCutShort(left.length);
        if (terms == 0 || terms > LONGEST_BLOCK) revert BlockOutOfRange(terms);
        sum = start;
        uint256 count = left.length / 4;
        for (uint256 from; from < count; from += terms) {
            uint256 to = from + terms < count ? from + terms : count;
            uint256 chained = chain(left, right, from, to);
            sum = isBare && from == 0 ? Float32Lib.mul(chained, alpha) : Float32Lib.fma(chained, alpha, sum);
        }
    }

    /// @notice The chain over the terms [from, to), from +0. The caller sees to it that they are there, and not more than LONGEST_BLOCK
    function chain(bytes memory left, bytes memory right, uint256 from, uint256 to)
        internal
        pure
        returns (uint256 sum)
    {
        unchecked {
            int256 placed;
            uint256 last = FIRST_GUESS;
            bool isLoose;
            for (uint256 i = from; i < to; i += 8) {
                uint256 count = to - i < 8 ? to - i : 8;
                (uint256 a, uint256 b) = (_eight(left, i, count), _eight(right, i, count));
                if (!isLoose) {
                    (uint256 m, uint256 n, uint256 places, bool fit) = _aligned(a, b);
                    if (fit) {
                        (placed, last) = _eightPlaced(placed, last, m, n, places, a ^ b);
                        continue;
                    }
                    sum = _float(placed);
                }
                sum = _eightLoose(sum, a, b, count);
                (placed, isLoose) = _place(sum);
            }
            if (!isLoose) sum = _float(placed);
        }
    }

    /// @dev Eight terms at the common scale. `last` is the bit at which the sum was rounded last.
    function _eightPlaced(int256 sum, uint256 last, uint256 m, uint256 n, uint256 places, uint256 signs)
        private
        pure
        returns (int256, uint256)
    {
        unchecked {
            for (uint256 lane = 224; lane < 256; lane -= 32) {
                // A product of two 24-bit numbers, in its place, with its sign: (p ^ -1) - (-1) = -p.
                {
                    uint256 p = ((m >> lane) & 0xffffff) * ((n >> lane) & 0xffffff) << ((places >> lane) & 0xff);
                    int256 minus = int256(signs << (224 - lane)) >> 255;
                    sum += (int256(p) ^ minus) - minus;
                }
                // Where is the leading bit? Seldom far from where it was. -2^k counts as 2^k - 1, which is rounded a bit lower: no
                // harm, as it needs no rounding.
                uint256 size = uint256(sum ^ (sum >> 255));
                uint256 head = size >> (last + 20);
                if (head - 1 > 30) {
                    if (size == 0) continue;
                    last = Math.log2(size) - 23;
                    head = 8;
                }
                // To the nearest multiple of `unit`, ties to even, in two's complement: add half of it, or a bit less than half where
                // the sum's last bit is even, and cut.
                assembly ("memory-safe") {
                    last := sub(add(last, byte(head, LOG2)), 3)
                    let unit := shl(last, 1)
                    sum := and(sub(add(sum, shr(1, unit)), iszero(and(sum, unit))), sub(0, unit))
                }
            }
            return (sum, last);
        }
    }

    /// @dev Any eight terms, or the `count` that are left
    function _eightLoose(uint256 sum, uint256 a, uint256 b, uint256 count) private pure returns (uint256) {
        unchecked {
            for (uint256 lane = 224; count > 0; count--) {
                sum = Float32Lib.fma(uint32(a >> lane), uint32(b >> lane), sum);
                lane -= 32;
            }
            return sum;
        }
    }

    /// @dev Of eight pairs: the two numbers as 24-bit integers, the place of their product, and whether each product is 0 or has a
    /// place. All eight lanes of a word at once; no lane reaches the next one.
    function _aligned(uint256 a, uint256 b) private pure returns (uint256 m, uint256 n, uint256 places, bool fit) {
        unchecked {
            uint256 ea = (a >> 23) & (LANES * 0xff);
            uint256 eb = (b >> 23) & (LANES * 0xff);
            // 1 where the number has a leading one; a subnormal has none, and the exponent of field 1.
            uint256 na = ((ea + LANES * 0xff) >> 8) & LANES;
            uint256 nb = ((eb + LANES * 0xff) >> 8) & LANES;
            m = (a & (LANES * 0x7fffff)) | (na << 23);
            n = (b & (LANES * 0x7fffff)) | (nb << 23);
            uint256 e = ea + eb + LANES * 2 - na - nb;
            places = e + LANES * (512 - PLACE_ZERO);
            // Bit 9: is e in range? Bit 24, brought to bit 9: are both numbers other than 0? Bit 8: is one infinite, or NaN?
            uint256 placed = (e + LANES * (512 - LEAST)) & (LANES * (512 + MOST) - e);
            uint256 nonzero = ((m + LANES * 0xffffff) & (n + LANES * 0xffffff)) >> 15;
            uint256 special = (ea + LANES) | (eb + LANES);
            fit = ((nonzero & ~placed & (LANES << 9)) | (special & (LANES << 8))) == 0;
        }
    }

    /// @dev A sum as a fixed-point number; loose if it is -0, too large, infinite or NaN
    function _place(uint256 sum) private pure returns (int256 placed, bool isLoose) {
        unchecked {
            uint256 field = (sum >> 23) & 0xff;
            if (sum == Float32Lib.SIGN || field > LARGEST_FIELD) return (0, true);
            uint256 m = sum & 0x7fffff;
            if (field == 0) field = 1;
            else m |= 0x800000;
            placed = int256(m << (field + 24));
            if (sum & Float32Lib.SIGN != 0) placed = -placed;
        }
    }

    /// @dev The other way round
    function _float(int256 placed) private pure returns (uint256) {
        unchecked {
            if (placed == 0) return 0;
            if (placed > 0) return FloatLib.encode(uint256(placed), SCALE, 23, 255);
            return Float32Lib.SIGN | FloatLib.encode(uint256(-placed), SCALE, 23, 255);
        }
    }

    /// @dev Eight numbers from the i-th on, the first in the highest lane; of the last ones `count` and zeros
    function _eight(bytes memory numbers, uint256 i, uint256 count) private pure returns (uint256 word) {
        unchecked {
            assembly ("memory-safe") {
                word := mload(add(add(numbers, 32), shl(2, i)))
            }
            if (count < 8) word &= ~(type(uint256).max >> (32 * count));
            // Little-endian: bytes of each pair change places, then pairs of each four.
            word = ((word >> 8) & BYTES) | ((word & BYTES) << 8);
            word = ((word >> 16) & PAIRS) | ((word & PAIRS) << 16);
        }
    }
}
