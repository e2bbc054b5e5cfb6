// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Float32Lib} from "../../src/libraries/Float32Lib.sol";
import {Float64Lib} from "../../src/libraries/Float64Lib.sol";
import {vm} from "../support/Vm.sol";

contract Float64LibTest {
    uint256 private constant SIGN = 1 << 63;
    uint256 private constant ONE = 0x3ff0000000000000;
    uint256 private constant INFINITY = 0x7ff0000000000000;
    uint256 private constant NAN = 0x7ff8000000000000;

    function testFuzz_aFloat32SurvivesFloat64(uint32 a) public pure {
        vm.assertTrue(Float32Lib.same(Float64Lib.toFloat32(Float64Lib.fromFloat32(a)), a), "there and back");
    }

    /// @dev A float64 has more than twice the bits: rounding twice is rounding once
    function testFuzz_float32IsFloat64RoundedAgain(uint32 a, uint32 b) public pure {
        (uint256 x, uint256 y) = (Float64Lib.fromFloat32(a), Float64Lib.fromFloat32(b));
        vm.assertEq(Float64Lib.toFloat32(Float64Lib.add(x, y)), Float32Lib.add(a, b), "a + b");
        vm.assertEq(Float64Lib.toFloat32(Float64Lib.mul(x, y)), Float32Lib.mul(a, b), "a x b");
        vm.assertEq(Float64Lib.toFloat32(Float64Lib.div(x, y)), Float32Lib.div(a, b), "a / b");
        vm.assertEq(Float64Lib.toFloat32(Float64Lib.sqrt(x)), Float32Lib.sqrt(a), "sqrt(a)");
        vm.assertTrue(Float64Lib.less(x, y) == Float32Lib.less(a, b), "a < b");
    }

    function testFuzz_wholeNumbersBelow2To53AreExact(int64 value) public pure {
        value >>= 11;
        uint256 a = Float64Lib.int64ToFloat64(value);
        vm.assertEq(Float64Lib.sub(a, Float64Lib.int64ToFloat64(value - 1)), ONE, "one more");
        vm.assertEq(Float64Lib.toFloat32(a), Float64Lib.int64ToFloat32(value), "rounded once, either way");
    }

    function test_wholeNumbers() public pure {
        vm.assertEq(Float64Lib.int64ToFloat32(0), 0, "0");
        vm.assertEq(Float64Lib.int64ToFloat32(type(int64).min), 0xdf000000, "-2^63");
        vm.assertEq(Float64Lib.int64ToFloat32(type(int64).max), 0x5f000000, "2^63 - 1 is 2^63");
        vm.assertEq(Float64Lib.int64ToFloat32(0x4000004000000001), 0x5e800001, "above a tie, where float64 sees one");
    }

    function test_whatIsNoNumber() public pure {
        vm.assertTrue(Float64Lib.same(NAN, 0xfff0000000000001), "any NaN is any other");
        vm.assertFalse(Float64Lib.same(0, SIGN), "two zeros are not the same");
        vm.assertTrue(Float64Lib.equal(0, SIGN), "two zeros are equal");
        vm.assertFalse(Float64Lib.equal(NAN, NAN), "no NaN is equal");
        vm.assertEq(Float64Lib.toFloat32(NAN | SIGN), 0x7fc00000, "NaN");
        vm.assertEq(Float64Lib.toFloat32(INFINITY | SIGN), 0xff800000, "-infinity");
        vm.assertEq(Float64Lib.toFloat32(0x47effffff0000000), 0x7f800000, "half a step above the largest");
        vm.assertEq(Float64Lib.toFloat32(0x47efffffefffffff), 0x7f7fffff, "less than half a step above it");
        vm.assertEq(Float64Lib.fromFloat32(1), 0x36a0000000000000, "the least subnormal");
        vm.assertEq(Float64Lib.mul(1, 0x3fe0000000000000), 0, "half of the least subnormal");
    }

    /// @dev 2 x 6114741795106786, whose root is less than 2^-50 of its last place above the middle of two numbers, the lower one even
    function test_aRootJustAboveATie() public pure {
        vm.assertEq(Float64Lib.sqrt(0x4345b95344972fe2), 0x419a5db1ce4c605b, "up");
    }
}
