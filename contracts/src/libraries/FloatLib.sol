// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title FloatLib
/// @notice Arithmetic of IEEE 754 to the bit, rounded to the nearest, ties to even, in a format that the caller names by two numbers:
/// `fraction`, the bits behind the point (23 of binary32, 52 of binary64), and `top`, the exponent field of infinity (255, 2047).
/// Numbers are bit patterns in the low bits of a word. Subnormals, zeros of both signs, infinities and NaN are those of the standard;
/// every NaN that comes out is the canonical one (quiet, positive, no payload), as its bits differ between processors.
/// @dev Everything finite is an integer times a power of two, so each operation is exact integer arithmetic followed by one
/// rounding, `encode`. Bounds that keep 256 bits from overflowing stand where they are needed.
library FloatLib {
    /// What c may lie above a × b: 53 + 180 < 256 bits, and 180 is far above the 106 bits of a product plus the 53 of a result.
    int256 private constant PRODUCT_IS_DUST = 180;
    /// What a × b may lie above c: 106 + 120 < 256 bits, and 120 is far above the 53 bits of c plus the 53 of a result.
    int256 private constant ADDEND_IS_DUST = 120;
    /// Bits that a quotient gets beyond those of the divisor: at least 128 - 53 = 75, more than 53 + 2.
    uint256 private constant QUOTIENT_BITS = 128;

    /// log2 of the index, of 0 to 31.
    uint256 private constant LOG2 = 0x0000010102020202030303030303030304040404040404040404040404040404;

    /// How a number with a fractional part becomes an integer.
    uint256 internal constant TO_EVEN = 0;
    uint256 internal constant DOWN = 1;
    uint256 internal constant UP = 2;

    /// @notice a × b + c, rounded once
    function fma(uint256 a, uint256 b, uint256 c, uint256 fraction, uint256 top) internal pure returns (uint256) {
        unchecked {
            // a × b = ± p × 2^ep and c = ± m × 2^e, but for what is taken away from the fields' exponents below.
            (uint256 p, int256 ep) = _raw(a, fraction, top);
            (uint256 m, int256 e) = _raw(b, fraction, top);
            bool isFinite = ep != int256(top) && e != int256(top);
            p *= m;
            ep += e;
            (m, e) = _raw(c, fraction, top);
            if (!isFinite || e == int256(top)) return _specialFma(a, b, c, fraction, top);
            ep -= int256((top >> 1) + fraction);
            // A zero has no exponent of its own.
            if (p == 0) ep = e;
            if (m == 0) e = ep;
            // Both become multiples of one power of two. Where one is so far below that it cannot reach the rounding, other than by
            // being there, it is brought nearer.
            if (ep >= e) {
                if (ep - e > ADDEND_IS_DUST) e = ep - ADDEND_IS_DUST;
                p <<= uint256(ep - e);
            } else {
                if (e - ep > PRODUCT_IS_DUST) ep = e - PRODUCT_IS_DUST;
                m <<= uint256(e - ep);
                e = ep;
            }
            e -= int256((top >> 1) + fraction);
            return _signedSum(p, m, e, a ^ b, c, fraction, top);
        }
    }

    function add(uint256 a, uint256 b, uint256 fraction, uint256 top) internal pure returns (uint256) {
        return fma(a, (top >> 1) << fraction, b, fraction, top);
    }

    function sub(uint256 a, uint256 b, uint256 fraction, uint256 top) internal pure returns (uint256) {
        return add(a, b ^ ((top + 1) << fraction), fraction, top);
    }

    /// @dev The zero that is added has the product's own sign, so that it changes nothing.
    function mul(uint256 a, uint256 b, uint256 fraction, uint256 top) internal pure returns (uint256) {
        return fma(a, b, (a ^ b) & ((top + 1) << fraction), fraction, top);
    }

    function div(uint256 a, uint256 b, uint256 fraction, uint256 top) internal pure returns (uint256) {
        unchecked {
            uint256 sign = (top + 1) << fraction;
            uint256 infinity = top << fraction;
            uint256 negative = (a ^ b) & sign;
            (uint256 x, uint256 y) = (a & (sign - 1), b & (sign - 1));
            if (x > infinity || y > infinity || (x == infinity && y == infinity) || (x == 0 && y == 0)) {
                return nan(fraction, top);
            }
            if (x == infinity || y == 0) return negative | infinity;
            if (y == infinity || x == 0) return negative;
            (uint256 n, int256 en) = decode(a, fraction, top);
            (uint256 d, int256 ed) = decode(b, fraction, top);
            n <<= QUOTIENT_BITS;
            // The last bit says whether something is left: it is far below the rounding.
            uint256 q = n / d;
            if (q * d != n) q |= 1;
            return negative | encode(q, en - ed - int256(QUOTIENT_BITS), fraction, top);
        }
    }

    function sqrt(uint256 a, uint256 fraction, uint256 top) internal pure returns (uint256) {
        unchecked {
            uint256 sign = (top + 1) << fraction;
            uint256 infinity = top << fraction;
            if (a & (sign - 1) == 0 || a == infinity) return a;
            if (a >= infinity) return nan(fraction, top);
            (uint256 m, int256 e) = decode(a, fraction, top);
            // An even exponent, and a root of at least 64 bits.
            uint256 shift = e & 1 == 0 ? 128 : 129;
            m <<= shift;
            uint256 root = Math.sqrt(m);
            if (root * root != m) root |= 1;
            return encode(root, (e - int256(shift)) / 2, fraction, top);
        }
    }

    /// @notice The integer next to a, as `mode` says; a zero keeps the sign of a
    function toInteger(uint256 a, uint256 mode, uint256 fraction, uint256 top) internal pure returns (uint256) {
        unchecked {
            if (_isSpecial(a, fraction, top)) return isNan(a, fraction, top) ? nan(fraction, top) : a;
            (uint256 m, int256 e) = decode(a, fraction, top);
            if (e >= 0 || m == 0) return a;
            uint256 negative = a & ((top + 1) << fraction);
            // Nothing has more than 53 bits.
            uint256 shift = e < -60 ? 60 : uint256(-e);
            uint256 whole = m >> shift;
            uint256 rest = m - (whole << shift);
            uint256 half = 1 << (shift - 1);
            if (mode == TO_EVEN) {
                if (rest > half || (rest == half && whole & 1 == 1)) whole++;
            } else if (rest != 0 && (mode == UP) == (negative == 0)) {
                whole++;
            }
            return whole == 0 ? negative : negative | encode(whole, 0, fraction, top);
        }
    }

    /// @notice Whether a < b; false of a NaN
    function less(uint256 a, uint256 b, uint256 fraction, uint256 top) internal pure returns (bool) {
        if (isNan(a, fraction, top) || isNan(b, fraction, top)) return false;
        return _ordinal(a, fraction, top) < _ordinal(b, fraction, top);
    }

    /// @notice Whether a = b; false of a NaN, true of the two zeros
    function equal(uint256 a, uint256 b, uint256 fraction, uint256 top) internal pure returns (bool) {
        if (isNan(a, fraction, top) || isNan(b, fraction, top)) return false;
        return _ordinal(a, fraction, top) == _ordinal(b, fraction, top);
    }

    /// @notice Whether two results are the same: bit for bit, but any NaN is any other
    function same(uint256 a, uint256 b, uint256 fraction, uint256 top) internal pure returns (bool) {
        return a == b || (isNan(a, fraction, top) && isNan(b, fraction, top));
    }

    function isNan(uint256 a, uint256 fraction, uint256 top) internal pure returns (bool) {
        unchecked {
            return a & (((top + 1) << fraction) - 1) > top << fraction;
        }
    }

    function nan(uint256 fraction, uint256 top) internal pure returns (uint256) {
        unchecked {
            return (top << fraction) | (1 << (fraction - 1));
        }
    }

    /// @notice a finite number's magnitude as m × 2^e; m is 0 for a zero
    function decode(uint256 a, uint256 fraction, uint256 top) internal pure returns (uint256 m, int256 e) {
        unchecked {
            (m, e) = _raw(a, fraction, top);
            e -= int256((top >> 1) + fraction);
        }
    }

    /// @notice The pattern nearest to m × 2^e, ties to even, without a sign; 0 < m < 2^240
    function encode(uint256 m, int256 e, uint256 fraction, uint256 top) internal pure returns (uint256 pattern) {
        assembly ("memory-safe") {
            // The place of the leading bit: halves of the word, then a table of the last four bits.
            let last := shl(7, lt(0xffffffffffffffffffffffffffffffff, m))
            last := or(last, shl(6, lt(0xffffffffffffffff, shr(last, m))))
            last := or(last, shl(5, lt(0xffffffff, shr(last, m))))
            last := or(last, shl(4, lt(0xffff, shr(last, m))))
            last := or(last, shl(3, lt(0xff, shr(last, m))))
            last := or(last, shl(2, lt(0xf, shr(last, m))))
            last := or(last, byte(shr(last, m), LOG2))
            // The power of two that the last bit of the result stands for: never less than that of a subnormal's.
            last := sub(add(last, e), fraction)
            let least := sub(1, add(shr(1, top), fraction))
            if slt(last, least) { last := least }
            let shift := sub(last, e)
            switch sgt(shift, 0)
            case 0 { m := shl(sub(0, shift), m) }
            default {
                // half - 1 + odd carries into the last bit above half, and at half if that bit is odd. What is shifted by more than
                // 240 is below a half, and ends as 0.
                m := shr(shift, add(add(m, sub(shl(sub(shift, 1), 1), 1)), and(shr(shift, m), 1)))
            }
            // The leading one adds 1 to the field, which a subnormal has not; a carry out of the fraction adds another.
            pattern := add(shl(fraction, sub(last, least)), m)
            if gt(pattern, shl(fraction, top)) { pattern := shl(fraction, top) }
        }
    }

    /// @dev ± p × 2^e ± m × 2^e; the signs are those of the numbers `product` and `addend`. p and m are below 2^235
    function _signedSum(uint256 p, uint256 m, int256 e, uint256 product, uint256 addend, uint256 fraction, uint256 top)
        private
        pure
        returns (uint256 sign)
    {
        unchecked {
            sign = product & ((top + 1) << fraction);
            if (sign == addend & ((top + 1) << fraction)) {
                m += p;
                // Zeros of one sign keep it.
                if (m == 0) return sign;
            } else if (p > m) {
                m = p - m;
            } else {
                m -= p;
                if (m == 0) return 0;
                sign ^= (top + 1) << fraction;
            }
            sign |= encode(m, e, fraction, top);
        }
    }

    /// @dev The digits with their leading one, and the exponent field. Subnormals have no leading one, and the exponent of field 1
    function _raw(uint256 a, uint256 fraction, uint256 top) private pure returns (uint256 m, int256 field) {
        assembly ("memory-safe") {
            field := and(shr(fraction, a), top)
            m := shl(fraction, 1)
            m := or(and(a, sub(m, 1)), mul(m, iszero(iszero(field))))
            field := or(field, iszero(field))
        }
    }

    function _isSpecial(uint256 a, uint256 fraction, uint256 top) private pure returns (bool) {
        return (a >> fraction) & top == top;
    }

    /// @dev Where one of the three is an infinity or a NaN
    function _specialFma(uint256 a, uint256 b, uint256 c, uint256 fraction, uint256 top)
        private
        pure
        returns (uint256)
    {
        unchecked {
            uint256 sign = (top + 1) << fraction;
            uint256 infinity = top << fraction;
            uint256 negative = (a ^ b) & sign;
            (uint256 x, uint256 y, uint256 z) = (a & (sign - 1), b & (sign - 1), c & (sign - 1));
            if (x > infinity || y > infinity || z > infinity) return nan(fraction, top);
            if (x != infinity && y != infinity) return c;
            if (x == 0 || y == 0 || (z == infinity && negative != c & sign)) return nan(fraction, top);
            return negative | infinity;
        }
    }

    /// @dev A signed integer in the order of the numbers
    function _ordinal(uint256 a, uint256 fraction, uint256 top) private pure returns (int256) {
        unchecked {
            uint256 sign = (top + 1) << fraction;
            int256 magnitude = int256(a & (sign - 1));
            return a & sign == 0 ? magnitude : -magnitude;
        }
    }
}
