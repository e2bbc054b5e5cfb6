// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Float32Lib} from "./Float32Lib.sol";
import {Float64Lib} from "./Float64Lib.sol";
import {FloatLib} from "./FloatLib.sol";
import {KernelLib} from "./KernelLib.sol";
import {OpcodeLib} from "./OpcodeLib.sol";
import {TypeLib} from "./TypeLib.sol";

/// @title ElementLib
/// @notice The operations of one result an element, by type. Numbers are their bits in the low part of a word.
/// @dev `hasForm` and `compute` are one table read twice: what the first does not know, nobody asks of the second.
library ElementLib {
    /// @notice How many operands an operation has, 0 of what is none
    function arityOf(uint256 op) internal pure returns (uint256) {
        if (op < OpcodeLib.ADD || op > OpcodeLib.NOT) return 0;
        if (op == OpcodeLib.WHERE) return 3;
        if (op <= OpcodeLib.DIV || op == OpcodeLib.MAX2 || op == OpcodeLib.MIN2) return 2;
        if (op >= OpcodeLib.LESS && op <= OpcodeLib.GREATER) return 2;
        return op == OpcodeLib.AND || op == OpcodeLib.OR ? 2 : 1;
    }

    /// @notice Whether there is a way to compute it
    /// @param type_ of the result
    /// @param a type of the first operand; b and c of the others, a again where there is none
    function hasForm(uint256 op, uint256 type_, uint256 a, uint256 b, uint256 c) internal pure returns (bool) {
        if (op == OpcodeLib.WHERE) return a == TypeLib.BOOL && b == type_ && c == type_;
        if (op == OpcodeLib.CAST) {
            return a == type_ || a > TypeLib.FLOAT64 || type_ <= TypeLib.FLOAT64 || type_ == TypeLib.BOOL;
        }
        if (a != b) return false;
        if (op >= OpcodeLib.LESS && op <= OpcodeLib.GREATER) {
            return type_ == TypeLib.BOOL && (a <= TypeLib.INT32 || op == OpcodeLib.EQUAL);
        }
        if (a != type_) return false;
        if (op >= OpcodeLib.AND && op <= OpcodeLib.NOT) return type_ == TypeLib.BOOL;
        if (op == OpcodeLib.ADD || op == OpcodeLib.SUB || op == OpcodeLib.MUL || op == OpcodeLib.NEG) {
            return type_ <= TypeLib.INT32;
        }
        if (op == OpcodeLib.DIV || op == OpcodeLib.SQRT || op == OpcodeLib.ABS) return type_ <= TypeLib.FLOAT64;
        if (op == OpcodeLib.MAX2 || op == OpcodeLib.MIN2) return type_ <= TypeLib.INT32 && type_ != TypeLib.FLOAT64;
        return type_ == TypeLib.FLOAT32;
    }

    /// @notice The bits of the result
    /// @param from type of the operands, of a WHERE of the last
    function compute(uint256 op, uint256 type_, uint256 from, uint256 a, uint256 b, uint256 c)
        internal
        pure
        returns (uint256)
    {
        if (op == OpcodeLib.WHERE) return _where(type_, a != 0, b, c);
        if (op == OpcodeLib.CAST) return cast(a, from, type_);
        if (op >= OpcodeLib.LESS && op <= OpcodeLib.GREATER) return _compare(op, from, a, b) ? 1 : 0;
        if (op == OpcodeLib.AND) return a & b;
        if (op == OpcodeLib.OR) return a | b;
        if (op == OpcodeLib.NOT) return a == 0 ? 1 : 0;
        if (from > TypeLib.FLOAT64) return _integer(op, from, a, b);
        return op <= OpcodeLib.ABS ? _arithmetic(op, from, a, b) : _float32(op, a, b);
    }

    /// @notice Sum of two numbers: rounded once of floats, wrapping of integers
    function add(uint256 type_, uint256 a, uint256 b) internal pure returns (uint256) {
        if (type_ > TypeLib.FLOAT64) return _integer(OpcodeLib.ADD, type_, a, b);
        (uint256 fraction, uint256 top) = formatOf(type_);
        return FloatLib.add(a, b, fraction, top);
    }

    function less(uint256 type_, uint256 a, uint256 b) internal pure returns (bool) {
        return _compare(OpcodeLib.LESS, type_, a, b);
    }

    function isNan(uint256 type_, uint256 a) internal pure returns (bool) {
        if (type_ > TypeLib.FLOAT64) return false;
        (uint256 fraction, uint256 top) = formatOf(type_);
        return FloatLib.isNan(a, fraction, top);
    }

    /// @notice Whether two results are the same: bit for bit, but any NaN is any other
    /// @param anyZero +0 and -0 are the same too: ties of the largest and the smallest are not fixed
    function same(uint256 type_, uint256 a, uint256 b, bool anyZero) internal pure returns (bool) {
        if (a == b) return true;
        if (isNan(type_, a) && isNan(type_, b)) return true;
        return anyZero && type_ <= TypeLib.FLOAT64 && _compare(OpcodeLib.EQUAL, type_, a, b);
    }

    /// @notice Bits behind the point, and the exponent field of infinity
    function formatOf(uint256 type_) internal pure returns (uint256 fraction, uint256 top) {
        return type_ == TypeLib.FLOAT32 ? (23, 255) : (52, 2047);
    }

    /// @notice A number as another type; what `hasForm` leaves out, floats as integers, has an undefined result beyond their range
    function cast(uint256 a, uint256 from, uint256 to) internal pure returns (uint256) {
        if (from == to) return a;
        if (to == TypeLib.BOOL) {
            // Either zero is false, and NaN is true.
            if (from <= TypeLib.FLOAT64) a &= (1 << (8 * TypeLib.widthOf(from) - 1)) - 1;
            return a == 0 ? 0 : 1;
        }
        if (from <= TypeLib.FLOAT64) {
            return to == TypeLib.FLOAT64 ? Float64Lib.fromFloat32(a) : Float64Lib.toFloat32(a);
        }
        int256 value = TypeLib.integerOf(a, from);
        if (to == TypeLib.FLOAT32) return Float64Lib.int64ToFloat32(int64(value));
        if (to == TypeLib.FLOAT64) return Float64Lib.int64ToFloat64(int64(value));
        return _cut(uint256(value), to);
    }

    /// @dev The runtime takes b's where a's is a zero, so that -0 of a becomes +0
    function _where(uint256 type_, bool condition, uint256 a, uint256 b) private pure returns (uint256) {
        if (!condition) return b;
        bool isMinusZero = type_ <= TypeLib.FLOAT64 && a == 1 << (8 * TypeLib.widthOf(type_) - 1);
        return isMinusZero ? 0 : a;
    }

    function _compare(uint256 op, uint256 type_, uint256 a, uint256 b) private pure returns (bool) {
        if (op == OpcodeLib.GREATER) (a, b) = (b, a);
        if (type_ > TypeLib.FLOAT64) {
            if (op == OpcodeLib.EQUAL) return a == b;
            return TypeLib.integerOf(a, type_) < TypeLib.integerOf(b, type_);
        }
        (uint256 fraction, uint256 top) = formatOf(type_);
        if (op == OpcodeLib.EQUAL) return FloatLib.equal(a, b, fraction, top);
        return FloatLib.less(a, b, fraction, top);
    }

    function _arithmetic(uint256 op, uint256 type_, uint256 a, uint256 b) private pure returns (uint256) {
        (uint256 fraction, uint256 top) = formatOf(type_);
        if (op == OpcodeLib.ADD) return FloatLib.add(a, b, fraction, top);
        if (op == OpcodeLib.SUB) return FloatLib.sub(a, b, fraction, top);
        if (op == OpcodeLib.MUL) return FloatLib.mul(a, b, fraction, top);
        if (op == OpcodeLib.DIV) return FloatLib.div(a, b, fraction, top);
        if (op == OpcodeLib.SQRT) return FloatLib.sqrt(a, fraction, top);
        uint256 sign = (top + 1) << fraction;
        return op == OpcodeLib.NEG ? a ^ sign : a & (sign - 1);
    }

    function _float32(uint256 op, uint256 a, uint256 b) private pure returns (uint256) {
        if (op == OpcodeLib.RELU) return Float32Lib.relu(a);
        if (op == OpcodeLib.MAX2) return Float32Lib.max(a, b);
        if (op == OpcodeLib.MIN2) return Float32Lib.min(a, b);
        if (op == OpcodeLib.FLOOR) return Float32Lib.floor(a);
        if (op == OpcodeLib.CEIL) return Float32Lib.ceil(a);
        if (op == OpcodeLib.ROUND) return Float32Lib.round(a);
        if (op == OpcodeLib.SIGN) return Float32Lib.sign(a);
        if (op == OpcodeLib.EXP) return KernelLib.exp(a);
        if (op == OpcodeLib.ERF) return KernelLib.erf(a);
        return op == OpcodeLib.TANH ? KernelLib.tanh(a) : KernelLib.sigmoid(a);
    }

    /// @dev Two's complement, wrapping
    function _integer(uint256 op, uint256 type_, uint256 a, uint256 b) private pure returns (uint256) {
        unchecked {
            if (op == OpcodeLib.ADD) return _cut(a + b, type_);
            if (op == OpcodeLib.SUB) return _cut(a - b, type_);
            if (op == OpcodeLib.MUL) return _cut(a * b, type_);
            if (op == OpcodeLib.NEG) return _cut(0 - a, type_);
            return less(type_, a, b) == (op == OpcodeLib.MAX2) ? b : a;
        }
    }

    function _cut(uint256 a, uint256 type_) private pure returns (uint256) {
        return a & ((1 << (8 * TypeLib.widthOf(type_))) - 1);
    }
}
