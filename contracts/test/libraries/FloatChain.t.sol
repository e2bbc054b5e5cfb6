// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Float32Lib} from "../../src/libraries/Float32Lib.sol";
import {FmaChainLib} from "../../src/libraries/FmaChainLib.sol";
import {vm} from "../support/Vm.sol";
import {FloatOperands} from "./FloatOperands.sol";

contract FloatChainTest {
    uint256 private constant ONE = 0x3f800000;
    uint256 private constant INFINITY = 0x7f800000;

    function product(bytes memory left, bytes memory right, uint256 terms) external pure returns (uint256) {
        return FmaChainLib.product(left, right, terms, 0, true, ONE);
    }

    /// @dev Eight at a time, at one scale, is one by one
    function testFuzz_theChainIsTheChainOfFma(uint256 seed) public pure {
        uint256 terms = seed % 70 + 1;
        (bytes memory left, bytes memory right) = (new bytes(4 * terms), new bytes(4 * terms));
        uint256 sum;
        for (uint256 i; i < terms; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
            // Now and then something that has no place at the common scale, or that cancels the sum.
            uint256 mode = (drawn >> 128) % 20;
            uint256 a = FloatOperands.operand(drawn, mode < 8 ? mode : 1, 23, 255);
            uint256 b = FloatOperands.operand(drawn >> 64, 1, 23, 255);
            if (mode == 15) (a, b) = (sum ^ Float32Lib.SIGN ^ (drawn >> 200 & 1), ONE);
            if (mode == 16) b = b & 0x807fffff | (70 << 23);
            sum = Float32Lib.fma(a, b, sum);
            FloatOperands.put(left, i, a);
            FloatOperands.put(right, i, b);
        }
        vm.assertEq(FmaChainLib.chain(left, right, 0, terms), sum, "the chain");
    }

    /// @dev Every sum is subnormal, and most products lie between two of them
    function testFuzz_subnormalSums(uint256 seed) public pure {
        (bytes memory left, bytes memory right) = (new bytes(64), new bytes(64));
        uint256 sum;
        for (uint256 i; i < 16; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
            uint256 a = drawn & 0x8000ffff;
            uint256 b = FloatOperands.operand(drawn >> 64, 1, 23, 255) & 0x7fffffff;
            // A product of two normal numbers as well.
            if (i % 5 == 4) (a, b) = ((a << 7) | (40 << 23), b - (44 << 23));
            sum = Float32Lib.fma(a, b, sum);
            FloatOperands.put(left, i, a);
            FloatOperands.put(right, i, b);
        }
        vm.assertEq(FmaChainLib.chain(left, right, 0, 16), sum, "the chain");
    }

    function test_sumsThatLeaveTheScaleComeBack() public pure {
        // 2^100 × 1, then -2^100, then 3 × 1.
        _check([uint256(0x71800000), 0xf1800000, 0x40400000], 0x40400000);
        // Infinity stays.
        _check([INFINITY, ONE, ONE], INFINITY);
        // The least subnormal.
        _check([uint256(1), 1, 1], 3);
        // Below it.
        _check([uint256(0), 0x80000000, 0], 0);
    }

    /// @dev A product that vanishes leaves -0, which only a chain without an addition keeps
    function test_negativeZero() public pure {
        (bytes memory left, bytes memory right) = (new bytes(12), new bytes(12));
        for (uint256 i; i < 3; ++i) {
            FloatOperands.put(left, i, 0x80000001);
            FloatOperands.put(right, i, 1);
        }
        vm.assertEq(FmaChainLib.product(left, right, 256, 0, true, ONE), 0x80000000, "-0");
        vm.assertEq(FmaChainLib.product(left, right, 256, 0, false, ONE), 0, "0 + -0");
        vm.assertEq(FmaChainLib.product(left, right, 1, 0, true, ONE), 0x80000000, "-0 + -0");
    }

    function test_nothingIsTheBias() public pure {
        vm.assertEq(FmaChainLib.product("", "", 256, ONE, false, ONE), ONE, "a bias and no terms");
    }

    function test_operandsOfOtherSizesAreRefused() public {
        vm.expectRevert(abi.encodeWithSelector(FmaChainLib.OperandLengthsDiffer.selector, 4, 8));
        this.product(new bytes(4), new bytes(8), 256);
        vm.expectRevert(abi.encodeWithSelector(FmaChainLib.OperandCutShort.selector, 6));
        this.product(new bytes(6), new bytes(6), 256);
        vm.expectRevert(abi.encodeWithSelector(FmaChainLib.BlockOutOfRange.selector, 0));
        this.product(new bytes(8), new bytes(8), 0);
        vm.expectRevert(abi.encodeWithSelector(FmaChainLib.BlockOutOfRange.selector, 1025));
        this.product(new bytes(8), new bytes(8), 1025);
    }

    /// @dev Three numbers, each times 1; eight zeros between, so that they are in words of their own
    function _check(uint256[3] memory numbers, uint256 expected) private pure {
        (bytes memory left, bytes memory right) = (new bytes(96), new bytes(96));
        for (uint256 i; i < 3; ++i) {
            FloatOperands.put(left, 8 * i, numbers[i]);
            FloatOperands.put(right, 8 * i, ONE);
        }
        vm.assertEq(FmaChainLib.product(left, right, 256, 0, true, ONE), expected, "the sum");
    }
}
