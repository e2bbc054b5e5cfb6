// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FloatLib} from "./FloatLib.sol";

/// @title Float32Lib
/// @notice The elementwise operators of float32 as the exact class computes them: IEEE 754 binary32, one rounding each.
/// Numbers are their bits in the low 32 bits of a word. A NaN that comes out is canonical; compare results with `same`.
library Float32Lib {
    uint256 private constant FRACTION = 23;
    uint256 private constant TOP = 255;

    uint256 internal constant SIGN = 0x80000000;
    uint256 internal constant NAN = 0x7fc00000;

    /// @notice a × b + c, rounded once
    function fma(uint256 a, uint256 b, uint256 c) internal pure returns (uint256) {
        return FloatLib.fma(a, b, c, FRACTION, TOP);
    }

    function add(uint256 a, uint256 b) internal pure returns (uint256) {
        return FloatLib.add(a, b, FRACTION, TOP);
    }

    function sub(uint256 a, uint256 b) internal pure returns (uint256) {
        return FloatLib.sub(a, b, FRACTION, TOP);
    }

    function mul(uint256 a, uint256 b) internal pure returns (uint256) {
        return FloatLib.mul(a, b, FRACTION, TOP);
    }

    function div(uint256 a, uint256 b) internal pure returns (uint256) {
        return FloatLib.div(a, b, FRACTION, TOP);
    }

    function sqrt(uint256 a) internal pure returns (uint256) {
        return FloatLib.sqrt(a, FRACTION, TOP);
    }

    function neg(uint256 a) internal pure returns (uint256) {
        return _canonical(a ^ SIGN);
    }

    function abs(uint256 a) internal pure returns (uint256) {
        return _canonical(a & (SIGN - 1));
    }

    /// @notice -1, 0 or 1; a zero is +0
    function sign(uint256 a) internal pure returns (uint256) {
        uint256 magnitude = a & (SIGN - 1);
        if (magnitude == 0) return 0;
        if (isNan(a)) return NAN;
        return (a & SIGN) | 0x3f800000;
    }

    function floor(uint256 a) internal pure returns (uint256) {
        return FloatLib.toInteger(a, FloatLib.DOWN, FRACTION, TOP);
    }

    function ceil(uint256 a) internal pure returns (uint256) {
        return FloatLib.toInteger(a, FloatLib.UP, FRACTION, TOP);
    }

    /// @notice Halves go to the even integer
    function round(uint256 a) internal pure returns (uint256) {
        return FloatLib.toInteger(a, FloatLib.TO_EVEN, FRACTION, TOP);
    }

    function less(uint256 a, uint256 b) internal pure returns (bool) {
        return FloatLib.less(a, b, FRACTION, TOP);
    }

    function equal(uint256 a, uint256 b) internal pure returns (bool) {
        return FloatLib.equal(a, b, FRACTION, TOP);
    }

    /// @notice Whether two results are the same: bit for bit, but any NaN is any other
    function same(uint256 a, uint256 b) internal pure returns (bool) {
        return FloatLib.same(a, b, FRACTION, TOP);
    }

    function isNan(uint256 a) internal pure returns (bool) {
        return FloatLib.isNan(a, FRACTION, TOP);
    }

    /// @notice The larger one; NaN if either is; of two zeros the second. Of a tensor and a scalar the scalar is the second
    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        if (isNan(a) || isNan(b)) return NAN;
        return less(b, a) ? a : b;
    }

    /// @notice The smaller one; otherwise as max
    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        if (isNan(a) || isNan(b)) return NAN;
        return less(a, b) ? a : b;
    }

    /// @notice The larger one of 0 and a; a zero keeps its sign
    function relu(uint256 a) internal pure returns (uint256) {
        return max(0, a);
    }

    /// @notice a where the condition holds, else b. The runtime merges what it chose of each and takes b's where a's is a zero, so
    /// that -0 of a becomes +0
    function where(bool condition, uint256 a, uint256 b) internal pure returns (uint256) {
        if (condition) return a == SIGN ? 0 : _canonical(a);
        return _canonical(b);
    }

    /// @dev What moves bits only keeps a NaN's own; here it is canonical, as everywhere
    function _canonical(uint256 a) private pure returns (uint256) {
        return isNan(a) ? NAN : a;
    }
}
