// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Float32Lib} from "../../src/libraries/Float32Lib.sol";
import {bound, vm} from "../support/Vm.sol";

contract Float32LibTest {
    uint256 private constant SIGN = 0x80000000;
    uint256 private constant ONE = 0x3f800000;
    uint256 private constant TWO = 0x40000000;
    uint256 private constant INFINITY = 0x7f800000;
    uint256 private constant NAN = 0x7fc00000;
    uint256 private constant LARGEST = 0x7f7fffff;

    /// @dev No float32 is nearer to the exact number, which is counted in units of 2^-106
    function testFuzz_fmaIsTheNearest(uint256 a, uint256 b, uint256 c, uint8 way) public pure {
        (a, b, c) = (_within(a), _within(b), _within(c));
        // What nearly cancels.
        if (way % 3 == 0) c = Float32Lib.mul(a, b) ^ SIGN ^ (way >> 6);
        if (!_isWithin(c)) return;
        int256 exact = _units(a) * _units(b) / 2 ** 106 + _units(c);
        uint256 found = Float32Lib.fma(a, b, c);
        if (exact == 0) {
            vm.assertEq(found, 0, "what cancels is +0");
            return;
        }
        vm.assertEq(found >> 31, exact < 0 ? 1 : 0, "the sign");
        uint256 off = _distance(exact, found);
        if (off == 0) return;
        (uint256 below, uint256 above) = (_distance(exact, found - 1), _distance(exact, found + 1));
        vm.assertLe(off, below, "no number below is nearer");
        vm.assertLe(off, above, "no number above is nearer");
        if (off == below || off == above) vm.assertEq(found & 1, 0, "ties to even");
    }

    function testFuzz_anOperandOfOneChangesNothing(uint32 a) public pure {
        vm.assertTrue(Float32Lib.same(Float32Lib.mul(a, ONE), a), "a x 1");
        vm.assertTrue(Float32Lib.same(Float32Lib.div(a, ONE), a), "a / 1");
        vm.assertTrue(Float32Lib.same(Float32Lib.add(a, SIGN), a), "a + -0");
        vm.assertTrue(Float32Lib.same(Float32Lib.sub(a, 0), a), "a - 0");
    }

    function testFuzz_sumsAndProductsCommute(uint32 a, uint32 b) public pure {
        vm.assertEq(Float32Lib.add(a, b), Float32Lib.add(b, a), "a + b");
        vm.assertEq(Float32Lib.mul(a, b), Float32Lib.mul(b, a), "a x b");
        vm.assertEq(Float32Lib.neg(Float32Lib.sub(a, b)) & ~SIGN, Float32Lib.sub(b, a) & ~SIGN, "a - b");
    }

    function testFuzz_theRootOfASquare(uint256 a) public pure {
        a = _within(a) & ~SIGN;
        // 12 digits, so that the square is exact.
        a &= ~uint256(0xfff);
        vm.assertEq(Float32Lib.sqrt(Float32Lib.mul(a, a)), a, "sqrt(a x a)");
    }

    function test_infinitiesAndNan() public pure {
        vm.assertEq(Float32Lib.fma(INFINITY, TWO, ONE), INFINITY, "infinity x 2 + 1");
        vm.assertEq(Float32Lib.fma(INFINITY | SIGN, TWO, ONE), INFINITY | SIGN, "-infinity x 2 + 1");
        vm.assertEq(Float32Lib.fma(INFINITY, 0, ONE), NAN, "infinity x 0");
        vm.assertEq(Float32Lib.fma(0, INFINITY, ONE), NAN, "0 x infinity");
        vm.assertEq(Float32Lib.fma(INFINITY, ONE, INFINITY | SIGN), NAN, "infinity - infinity");
        vm.assertEq(Float32Lib.fma(ONE, ONE, INFINITY | SIGN), INFINITY | SIGN, "1 - infinity");
        vm.assertEq(Float32Lib.fma(ONE, ONE, 0xffc00001), NAN, "a NaN is canonical");
        vm.assertEq(Float32Lib.add(LARGEST, LARGEST), INFINITY, "overflow");
        vm.assertEq(Float32Lib.div(ONE, SIGN), INFINITY | SIGN, "1 / -0");
        vm.assertEq(Float32Lib.div(0, 0), NAN, "0 / 0");
        vm.assertEq(Float32Lib.div(INFINITY, INFINITY), NAN, "infinity / infinity");
        vm.assertEq(Float32Lib.div(TWO | SIGN, INFINITY), SIGN, "-2 / infinity");
        vm.assertEq(Float32Lib.sqrt(ONE | SIGN), NAN, "sqrt(-1)");
        vm.assertEq(Float32Lib.sqrt(SIGN), SIGN, "sqrt(-0)");
        vm.assertEq(Float32Lib.sqrt(INFINITY), INFINITY, "sqrt(infinity)");
        vm.assertEq(Float32Lib.floor(0x7f800001), NAN, "floor(NaN)");
        vm.assertEq(Float32Lib.ceil(INFINITY), INFINITY, "ceil(infinity)");
        vm.assertFalse(Float32Lib.less(NAN, ONE) || Float32Lib.less(ONE, NAN), "no order of NaN");
        vm.assertFalse(Float32Lib.equal(NAN, NAN) || Float32Lib.equal(ONE, NAN), "no NaN is equal");
        vm.assertTrue(Float32Lib.same(NAN, 0xffc12345), "but it is the same");
        vm.assertFalse(Float32Lib.same(0, SIGN), "two zeros are not the same");
        vm.assertTrue(Float32Lib.equal(0, SIGN), "two zeros are equal");
    }

    function test_subnormals() public pure {
        vm.assertEq(Float32Lib.mul(0x00800000, 0x3f000000), 0x00400000, "half of the least normal number");
        vm.assertEq(Float32Lib.mul(1, 0x3f000000), 0, "a tie goes to 0");
        vm.assertEq(Float32Lib.mul(3, 0x3f000000), 2, "a tie goes to 2");
        vm.assertEq(Float32Lib.mul(1, 0x3f000001), 1, "more than a half");
        vm.assertEq(Float32Lib.mul(1, SIGN | 1), SIGN, "what vanishes keeps its sign");
        vm.assertEq(Float32Lib.add(0x007fffff, 1), 0x00800000, "into the normal numbers");
        vm.assertEq(Float32Lib.div(1, TWO), 0, "the least number, halved");
        vm.assertEq(Float32Lib.sqrt(1), 0x1a3504f3, "the root of the least number");
    }

    /// @dev A product of few digits, far above what is added: 2^-149 x 2^60 + 1.5 x 2^-113, and + 2^-114
    function test_aShortProductAndALongAddend() public pure {
        vm.assertEq(Float32Lib.fma(1, 0x5d800000, 0x07400000), 0x13000001, "three quarters of the last place");
        vm.assertEq(Float32Lib.fma(1, 0x5d800000, 0x06800000), 0x13000000, "a quarter of it");
        vm.assertEq(Float32Lib.fma(1, 0x5d800000, 0x87400000), 0x12fffffe, "and below: its last place is half as large");
    }

    function test_integers() public pure {
        vm.assertEq(Float32Lib.round(0x40200000), TWO, "2.5");
        vm.assertEq(Float32Lib.round(0x3fc00000), TWO, "1.5");
        vm.assertEq(Float32Lib.round(SIGN | 0x3f000000), SIGN, "-0.5");
        vm.assertEq(Float32Lib.floor(SIGN | 1), SIGN | ONE, "the least number below 0");
        vm.assertEq(Float32Lib.ceil(1), ONE, "the least number above 0");
        vm.assertEq(Float32Lib.ceil(SIGN | 1), SIGN, "up to -0");
        vm.assertEq(Float32Lib.floor(0x4b000001), 0x4b000001, "2^23 + 1");
    }

    function _within(uint256 a) private pure returns (uint256) {
        return (a & 0x807fffff) | (bound((a >> 23) & 0xff, 97, 137) << 23);
    }

    function _isWithin(uint256 a) private pure returns (bool) {
        uint256 field = (a >> 23) & 0xff;
        return field >= 70 && field <= 190;
    }

    /// @dev A number in units of 2^-106; rounded down where it is no multiple of one, which products of two that `_within` gives are
    function _units(uint256 a) private pure returns (int256) {
        uint256 field = (a >> 23) & 0xff;
        uint256 m = (a & 0x7fffff) | 0x800000;
        uint256 size = field >= 44 ? m << (field - 44) : m >> (44 - field);
        return a & SIGN == 0 ? int256(size) : -int256(size);
    }

    function _distance(int256 exact, uint256 a) private pure returns (uint256) {
        int256 off = exact - _units(a);
        return uint256(off < 0 ? -off : off);
    }
}
