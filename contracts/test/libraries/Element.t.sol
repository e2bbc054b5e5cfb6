// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Adjudicator} from "../../src/Adjudicator.sol";
import {IAdjudicator} from "../../src/interfaces/IAdjudicator.sol";
import {ElementLib} from "../../src/libraries/ElementLib.sol";
import {FmaChainLib} from "../../src/libraries/FmaChainLib.sol";
import {Float32Lib} from "../../src/libraries/Float32Lib.sol";
import {OpcodeLib} from "../../src/libraries/OpcodeLib.sol";
import {TypeLib} from "../../src/libraries/TypeLib.sol";
import {InstructionBytes} from "../support/InstructionBytes.sol";
import {bound, vm} from "../support/Vm.sol";

contract ElementTest {
    uint256 private constant ONE = 0x3f800000;
    uint256 private constant TWO = 0x40000000;
    uint256 private constant SIGN = 0x80000000;
    uint256 private constant NAN = 0x7fc00000;
    uint256 private constant SIGN64 = 1 << 63;

    Adjudicator private immutable ADJUDICATOR = new Adjudicator();

    function test_wholeNumbersWrap() public view {
        _two(OpcodeLib.ADD, 2, type(uint64).max >> 1, 1, SIGN64);
        _two(OpcodeLib.SUB, 2, SIGN64, 1, type(uint64).max >> 1);
        _two(OpcodeLib.MUL, 2, type(uint64).max, type(uint64).max, 1);
        _two(OpcodeLib.ADD, 3, type(uint32).max, 2, 1);
        _two(OpcodeLib.MAX2, 2, type(uint64).max, 3, 3);
        _two(OpcodeLib.MIN2, 2, type(uint64).max, 3, type(uint64).max);
    }

    function test_comparisonsAreTruthValues() public view {
        _three(OpcodeLib.LESS, 5, 2, type(uint64).max, 1, 1);
        _three(OpcodeLib.GREATER, 5, 2, type(uint64).max, 1, 0);
        _three(OpcodeLib.LESS, 5, 0, ONE | SIGN, ONE, 1);
        _three(OpcodeLib.EQUAL, 5, 0, 0, SIGN, 1);
        _three(OpcodeLib.EQUAL, 5, 1, 0, SIGN64, 1);
        _three(OpcodeLib.GREATER, 5, 0, NAN, ONE, 0);
        _three(OpcodeLib.AND, 5, 5, 1, 0, 0);
        _three(OpcodeLib.OR, 5, 5, 1, 0, 1);
        _cast(OpcodeLib.NOT, 5, 5, 0, 1);
    }

    function test_casts() public view {
        _cast(OpcodeLib.CAST, 0, 1, ONE, 0x3ff0000000000000);
        _cast(OpcodeLib.CAST, 1, 0, 0x3ff0000000000000, ONE);
        _cast(OpcodeLib.CAST, 2, 0, type(uint64).max, ONE | SIGN);
        _cast(OpcodeLib.CAST, 3, 1, type(uint32).max, 0xbff0000000000000);
        _cast(OpcodeLib.CAST, 2, 3, 0x1ffffffff, type(uint32).max);
        _cast(OpcodeLib.CAST, 3, 2, type(uint32).max, type(uint64).max);
        _cast(OpcodeLib.CAST, 5, 0, 1, ONE);
        _cast(OpcodeLib.CAST, 0, 5, SIGN, 0);
        _cast(OpcodeLib.CAST, 0, 5, NAN, 1);
        _cast(OpcodeLib.CAST, 1, 5, SIGN64, 0);
    }

    function test_whereTakesTheZeroOfTheSecond() public view {
        _where(0, 1, SIGN, TWO, 0);
        _where(0, 0, TWO, SIGN, SIGN);
        _where(0, 1, ONE, TWO, ONE);
        _where(1, 1, SIGN64, 0, 0);
        _where(2, 1, SIGN64, 0, SIGN64);
    }

    function test_nanAndZeros() public view {
        uint256[] memory types = new uint256[](2);
        bytes memory add = InstructionBytes.elementwise(OpcodeLib.ADD, 0, 4, types);
        bytes memory infinities = _numbers(0x7f800000, 0xff800000, 4);
        vm.assertTrue(_judge(add, infinities, 0xffc12345, 4), "any NaN is any other");
        vm.assertFalse(_judge(add, infinities, 0x7f800000, 4), "but infinity is none");
        vm.assertFalse(_judge(add, _numbers(0, 0, 4), SIGN, 4), "zeros are two");
        bytes memory max = InstructionBytes.elementwise(OpcodeLib.MAX2, 0, 4, types);
        vm.assertTrue(_judge(max, _numbers(0, SIGN, 4), 0, 4), "either zero is the larger");
        vm.assertTrue(_judge(max, _numbers(0, SIGN, 4), SIGN, 4), "or the other");
        vm.assertFalse(_judge(max, _numbers(0, SIGN, 4), 1, 4), "and nothing else");
    }

    function test_theLargestOfTerms() public view {
        bytes memory max = InstructionBytes.fold(OpcodeLib.MAX, 0, 3);
        bytes memory terms = abi.encodePacked(_numbers(ONE, TWO, 4), InstructionBytes.little(ONE, 4));
        vm.assertTrue(_judge(max, terms, TWO, 4), "2");
        vm.assertFalse(_judge(max, terms, ONE, 4), "not 1");
        terms = abi.encodePacked(_numbers(ONE | SIGN, 0, 4), InstructionBytes.little(SIGN, 4));
        vm.assertTrue(_judge(max, terms, SIGN, 4) && _judge(max, terms, 0, 4), "either zero");
        terms = abi.encodePacked(_numbers(ONE, NAN, 4), InstructionBytes.little(TWO, 4));
        vm.assertTrue(_judge(max, terms, NAN | 1, 4) && _judge(max, terms, TWO, 4), "as the NaN lies in memory");
        vm.assertTrue(_judge(max, terms, ONE, 4), "or the one before it");
        vm.assertFalse(_judge(max, terms, 0x40400000, 4), "but none that is not there");
        max = InstructionBytes.fold(OpcodeLib.MAX, 2, 2);
        vm.assertTrue(_judge(max, _numbers(type(uint64).max, 0, 8), 0, 8), "of whole numbers, -1 and 0");
    }

    /// @dev The first as it is: -0 stays; then in order, each rounded
    function test_sums() public view {
        vm.assertTrue(
            _judge(InstructionBytes.fold(OpcodeLib.SUM, 0, 1), InstructionBytes.little(SIGN, 4), SIGN, 4), "-0"
        );
        bytes memory sum = InstructionBytes.fold(OpcodeLib.SUM, 0, 3);
        // 1 + 2^-24 + 2^-24: each is lost, though together they would not be.
        bytes memory small = InstructionBytes.little(0x33800000, 4);
        vm.assertTrue(_judge(sum, abi.encodePacked(InstructionBytes.little(ONE, 4), small, small), ONE, 4), "in order");
        vm.assertTrue(
            _judge(sum, abi.encodePacked(small, small, InstructionBytes.little(ONE, 4)), ONE + 1, 4), "and so"
        );
        bytes memory sum64 = InstructionBytes.fold(OpcodeLib.SUM, 1, 2);
        vm.assertTrue(
            _judge(sum64, _numbers(0x3ff0000000000000, 0x3ff0000000000000, 8), 0x4000000000000000, 8), "1 + 1"
        );
    }

    function testFuzz_aProductIsTheChain(uint256 seed, uint256 k, uint256 block_, uint256 mode, bool scaled)
        public
        view
    {
        k = bound(k, 1, 300);
        block_ = bound(block_, 16, 256);
        mode = bound(mode, 0, 2);
        (uint256 alpha, uint256 beta) = scaled ? (uint256(0x3f333333), uint256(0xbfa66666)) : (ONE, ONE);
        (bytes memory left, bytes memory right) = (_draw(seed, k), _draw(~seed, k));
        uint256 bias = Float32Lib.mul(TWO | 1, beta);
        uint256 expected = FmaChainLib.product(left, right, block_, mode == 1 ? bias : 0, mode != 1, alpha);
        if (mode == 2) expected = Float32Lib.add(expected, bias);
        bytes memory opened = abi.encodePacked(left, right);
        if (mode != 0) opened = abi.encodePacked(opened, InstructionBytes.little(TWO | 1, 4));
        bytes memory ins = InstructionBytes.dot(k, block_, mode, alpha, beta);
        vm.assertTrue(_judge(ins, opened, expected, 4), "the chain");
        vm.assertFalse(_judge(ins, opened, expected ^ 1, 4), "and nothing else");
    }

    /// @dev What has a form is computed, whatever the bits: the result of compute passes, for every code and all types
    /// forge-config: default.fuzz.runs = 32
    function testFuzz_whateverHasAFormIsComputed(uint256 a, uint256 b, uint256 c) public view {
        for (uint256 op = OpcodeLib.ADD; op <= OpcodeLib.NOT; ++op) {
            uint256[] memory types = new uint256[](ElementLib.arityOf(op));
            for (uint256 code; code < 6 * 36; ++code) {
                uint256 type_ = code % 6;
                types[0] = (code / 6) % 6;
                // Operands after the first are of one type.
                for (uint256 i = 1; i < types.length; ++i) {
                    types[i] = code / 36;
                }
                if (types.length == 1 && code >= 36) break;
                if (!ElementLib.hasForm(op, type_, types[0], types[types.length > 1 ? 1 : 0], types[types.length - 1]))
                {
                    continue;
                }
                _computes(op, type_, types, [a, b, c]);
            }
        }
    }

    function test_anElementOfAnotherWidthIsRefused() public {
        bytes memory ins = InstructionBytes.fold(OpcodeLib.SUM, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IAdjudicator.WrongLength.selector, 8));
        ADJUDICATOR.judge(ins, 0, new bytes(4), new bytes(8));
        vm.expectRevert(abi.encodeWithSelector(IAdjudicator.NoSuchElement.selector, 2));
        ADJUDICATOR.judge(ins, 2, new bytes(4), new bytes(4));
        vm.expectRevert(abi.encodeWithSelector(IAdjudicator.NoForm.selector, 0, 0));
        ADJUDICATOR.judge(InstructionBytes.instruction(0, 0, "", "", "", new bytes[](0)), 0, "", new bytes(4));
    }

    function _computes(uint256 op, uint256 type_, uint256[] memory types, uint256[3] memory numbers) private view {
        bytes memory opened;
        for (uint256 i; i < types.length; ++i) {
            uint256 width = TypeLib.widthOf(types[i]);
            numbers[i] &= types[i] == 5 ? 1 : (1 << (8 * width)) - 1;
            opened = abi.encodePacked(opened, InstructionBytes.little(numbers[i], width));
        }
        uint256 from = types[types.length - 1];
        uint256 expected = ElementLib.compute(op, type_, from, numbers[0], numbers[1], numbers[2]);
        uint256 bytes_ = TypeLib.widthOf(type_);
        vm.assertEq(expected >> (8 * bytes_), 0, "within its width");
        bytes memory ins = InstructionBytes.elementwise(op, type_, 4, types);
        vm.assertTrue(_judge(ins, opened, expected, bytes_), "as it is computed");
    }

    function _two(uint256 op, uint256 type_, uint256 a, uint256 b, uint256 result) private view {
        _three(op, type_, type_, a, b, result);
    }

    function _three(uint256 op, uint256 type_, uint256 from, uint256 a, uint256 b, uint256 result) private view {
        uint256[] memory types = new uint256[](2);
        (types[0], types[1]) = (from, from);
        _passes(op, type_, types, _numbers(a, b, TypeLib.widthOf(from)), result);
    }

    function _cast(uint256 op, uint256 from, uint256 to, uint256 a, uint256 result) private view {
        uint256[] memory types = new uint256[](1);
        types[0] = from;
        _passes(op, to, types, InstructionBytes.little(a, TypeLib.widthOf(from)), result);
    }

    function _where(uint256 type_, uint8 condition, uint256 a, uint256 b, uint256 result) private view {
        uint256[] memory types = new uint256[](3);
        (types[0], types[1], types[2]) = (5, type_, type_);
        bytes memory numbers = _numbers(a, b, TypeLib.widthOf(type_));
        _passes(OpcodeLib.WHERE, type_, types, abi.encodePacked(condition, numbers), result);
    }

    function _passes(uint256 op, uint256 type_, uint256[] memory types, bytes memory opened, uint256 result)
        private
        view
    {
        uint256 width = TypeLib.widthOf(type_);
        bytes memory ins = InstructionBytes.elementwise(op, type_, 4, types);
        vm.assertTrue(_judge(ins, opened, result, width), vm.toString(op));
        vm.assertFalse(_judge(ins, opened, result ^ 1, width), vm.toString(op));
    }

    function _judge(bytes memory ins, bytes memory opened, uint256 mine, uint256 width) private view returns (bool) {
        return ADJUDICATOR.judge(ins, 1, opened, InstructionBytes.little(mine, width));
    }

    function _numbers(uint256 a, uint256 b, uint256 width) private pure returns (bytes memory) {
        return abi.encodePacked(InstructionBytes.little(a, width), InstructionBytes.little(b, width));
    }

    /// @dev Numbers of the usual size
    function _draw(uint256 seed, uint256 count) private pure returns (bytes memory all) {
        all = new bytes(4 * count);
        for (uint256 i; i < count; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
            uint256 bits = (drawn & 0x807fffff) | ((120 + ((drawn >> 40) % 12)) << 23);
            for (uint256 j; j < 4; ++j) {
                all[4 * i + j] = bytes1(uint8(bits >> (8 * j)));
            }
        }
    }
}
