// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FloatLib} from "./FloatLib.sol";

/// @title Float64Lib
/// @notice What the float64 islands of an exact graph are made of: + - × ÷, the square root, and the casts between float64, float32
/// and int64. Numbers are their bits in the low 64 bits of a word. A NaN that comes out is canonical; compare results with `same`.
library Float64Lib {
    uint256 private constant FRACTION = 52;
    uint256 private constant TOP = 2047;
    uint256 private constant FRACTION_32 = 23;
    uint256 private constant TOP_32 = 255;

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

    /// @notice A float32 as float64, which is exact
    function fromFloat32(uint256 a) internal pure returns (uint256) {
        return _converted(a, FRACTION_32, TOP_32, FRACTION, TOP);
    }

    /// @notice A float64 rounded to float32
    function toFloat32(uint256 a) internal pure returns (uint256) {
        return _converted(a, FRACTION, TOP, FRACTION_32, TOP_32);
    }

    /// @notice An int64 rounded to float32, once
    function int64ToFloat32(int64 value) internal pure returns (uint256) {
        return _fromInteger(value, FRACTION_32, TOP_32);
    }

    /// @notice An int64 rounded to float64
    function int64ToFloat64(int64 value) internal pure returns (uint256) {
        return _fromInteger(value, FRACTION, TOP);
    }

    function _fromInteger(int256 value, uint256 fraction, uint256 top) private pure returns (uint256) {
        if (value == 0) return 0;
        if (value > 0) return FloatLib.encode(uint256(value), 0, fraction, top);
        return ((top + 1) << fraction) | FloatLib.encode(uint256(-value), 0, fraction, top);
    }

    function _converted(uint256 a, uint256 fraction, uint256 top, uint256 toFraction, uint256 toTop)
        private
        pure
        returns (uint256)
    {
        uint256 negative = (top + 1) << fraction;
        uint256 magnitude = a & (negative - 1);
        negative = a & negative == 0 ? 0 : (toTop + 1) << toFraction;
        if (magnitude == 0) return negative;
        if (magnitude == top << fraction) return negative | (toTop << toFraction);
        if (magnitude > top << fraction) return FloatLib.nan(toFraction, toTop);
        (uint256 m, int256 e) = FloatLib.decode(a, fraction, top);
        return negative | FloatLib.encode(m, e, toFraction, toTop);
    }
}
