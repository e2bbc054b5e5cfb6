// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Float32Lib} from "./Float32Lib.sol";

/// @title KernelLib
/// @notice Exp, Erf, Tanh and Sigmoid of float32 as the runtime's own kernels compute them, to the bit: polynomials in fused
/// multiply-adds. The constants are those of MLAS (compute.cpp, erf.cpp, tanh.cpp, logistic.cpp), as the bits of float32 numbers, that
/// of the highest power first.
library KernelLib {
    uint256 private constant ONE = 0x3f800000;
    uint256 private constant HALF = 0x3f000000;
    /// 1.5 × 2^23: adding it leaves no place for a fraction, and the integer stands in the low bits.
    uint256 private constant MAGIC = 0x4b400000;
    uint256 private constant LOG2_RECIPROCAL = 0x3fb8aa3b;
    uint256 private constant LOG2_HIGH = 0xbf317200;
    uint256 private constant LOG2_LOW = 0xb5bfbe8e;

    /// -103.972084 and 88.7762627: beyond them are 0 and infinity.
    uint256 private constant EXP_LEAST = 0xc2cff1b5;
    uint256 private constant EXP_MOST = 0x42b18d72;
    uint256 private constant EXP = 0x3ab4a0003c092f6e3d2aadad3e2aaa283efffffb3f800000;

    /// 0.921875, where one polynomial ends and the other begins, and 3.925, from where on it is 1.
    uint256 private constant ERF_SPLIT = 0x3f6c0000;
    uint256 private constant ERF_MOST = 0x407b3333;
    uint256 private constant ERF_SMALL = 0xba1d0d413ba39fa4bcdb45e93de70d23bec093703e0375d3;
    uint256 private constant ERF_LARGE = 0x37911480b9c8e9663b7e899bbcc6b1803ddaae583f2285503e03ce86;
    uint256 private constant ERF_EXP = 0x3ab54c6d3c0939653d2aad103e2aaa173efffffb3f8000003f800000;

    uint256 private constant TANH_MOST = 0x41100000;
    uint256 private constant TANH_P = 0xa59f25c02a61337eaebd37ff335c00413779434a3a270ded3ba059dc;
    uint256 private constant TANH_Q = 0x35a0d3d838f895d63b14aa053ba059dd;

    uint256 private constant SIGMOID_MOST = 0x41900000;
    uint256 private constant SIGMOID_P = 0x002e40355133f84ecb387f413b3c0b7d583e7e3f32;
    uint256 private constant SIGMOID_Q = 0x2b2bc4f531c5f27b36d317dd3adf153f3def3e183f7e3f34;

    function exp(uint256 x) internal pure returns (uint256) {
        if (Float32Lib.isNan(x)) return Float32Lib.NAN;
        (int256 n, uint256 rest) = _reduced(_clamped(x, EXP_LEAST, EXP_MOST));
        // In two factors, as 2^n may be beyond the exponents of float32.
        int256 inside = n > 127 ? int256(127) : (n < -126 ? int256(-126) : n);
        uint256 outside = _power(n - inside);
        uint256 sum = Float32Lib.fma(_horner(rest, EXP, 6), Float32Lib.mul(rest, outside), outside);
        return Float32Lib.mul(sum, _power(inside));
    }

    function erf(uint256 x) internal pure returns (uint256) {
        if (Float32Lib.isNan(x)) return Float32Lib.NAN;
        uint256 size = Float32Lib.min(Float32Lib.abs(x), ERF_MOST);
        uint256 y;
        if (!Float32Lib.less(ERF_SPLIT, size)) {
            y = Float32Lib.fma(_horner(Float32Lib.mul(size, size), ERF_SMALL, 6), size, size);
        } else {
            // 1 - e^-z; z is below 18.
            uint256 z = Float32Lib.fma(_horner(size, ERF_LARGE, 7), size, size);
            (int256 n, uint256 rest) = _reduced(z ^ Float32Lib.SIGN);
            y = Float32Lib.sub(ONE, Float32Lib.mul(_horner(rest, ERF_EXP, 7), _power(n)));
        }
        return y | (x & Float32Lib.SIGN);
    }

    function tanh(uint256 x) internal pure returns (uint256) {
        return _quotient(x, TANH_MOST, TANH_P, 7, TANH_Q, 4);
    }

    function sigmoid(uint256 x) internal pure returns (uint256) {
        uint256 y = Float32Lib.add(_quotient(x, SIGMOID_MOST, SIGMOID_P, 5, SIGMOID_Q, 6), HALF);
        return _clamped(y, 0, ONE);
    }

    /// @dev x P(x²) / Q(x²) of x within ± most
    function _quotient(uint256 x, uint256 most, uint256 p, uint256 pTerms, uint256 q, uint256 qTerms)
        private
        pure
        returns (uint256)
    {
        if (Float32Lib.isNan(x)) return Float32Lib.NAN;
        x = _clamped(x, most | Float32Lib.SIGN, most);
        uint256 square = Float32Lib.mul(x, x);
        return Float32Lib.div(Float32Lib.mul(_horner(square, p, pTerms), x), _horner(square, q, qTerms));
    }

    /// @dev ((c0 x + c1) x + c2) x + …
    function _horner(uint256 x, uint256 constants, uint256 terms) private pure returns (uint256 sum) {
        unchecked {
            uint256 shift = 32 * (terms - 1);
            sum = uint32(constants >> shift);
            while (shift > 0) {
                shift -= 32;
                sum = Float32Lib.fma(sum, x, uint32(constants >> shift));
            }
        }
    }

    /// @dev x = n ln 2 + rest
    function _reduced(uint256 x) private pure returns (int256 n, uint256 rest) {
        uint256 shifted = Float32Lib.fma(x, LOG2_RECIPROCAL, MAGIC);
        n = int256(shifted) - int256(MAGIC);
        uint256 whole = Float32Lib.sub(shifted, MAGIC);
        rest = Float32Lib.fma(whole, LOG2_LOW, Float32Lib.fma(whole, LOG2_HIGH, x));
    }

    /// @dev 2^n, -126 <= n <= 127
    function _power(int256 n) private pure returns (uint256) {
        return uint256(n + 127) << 23;
    }

    function _clamped(uint256 x, uint256 least, uint256 most) private pure returns (uint256) {
        if (Float32Lib.less(x, least)) return least;
        return Float32Lib.less(most, x) ? most : x;
    }
}
