// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Adjudicator} from "../../src/Adjudicator.sol";
import {IAdjudicator} from "../../src/interfaces/IAdjudicator.sol";
import {OpcodeLib} from "../../src/libraries/OpcodeLib.sol";
import {InstructionBytes} from "../support/InstructionBytes.sol";
import {bound, vm} from "../support/Vm.sol";

contract InstructionTest {
    Adjudicator private immutable ADJUDICATOR = new Adjudicator();

    function test_whatAnInstructionIs() public view {
        _kind(InstructionBytes.dot(5, 256, 1, 0x3f800000, 0x3f800000), OpcodeLib.DOT, 0, 6);
        _kind(InstructionBytes.fold(OpcodeLib.SUM, 1, 9), OpcodeLib.SUM, 1, 2);
        _kind(InstructionBytes.instruction(0, 2, "", "", "", new bytes[](0)), OpcodeLib.FEED, 2, 1);
    }

    function test_whatHasNoFormIsNone() public view {
        uint256[] memory types = new uint256[](1);
        _kind(InstructionBytes.elementwise(OpcodeLib.EXP, 1, 4, types), OpcodeLib.NONE, 1, 4);
        _kind(InstructionBytes.elementwise(OpcodeLib.ADD, 0, 4, types), OpcodeLib.NONE, 0, 4);
        _kind(InstructionBytes.elementwise(OpcodeLib.CAST, 2, 4, types), OpcodeLib.NONE, 2, 4);
        _kind(InstructionBytes.elementwise(OpcodeLib.CAST, 1, 4, types), OpcodeLib.CAST, 1, 4);
        _kind(InstructionBytes.elementwise(99, 0, 4, types), OpcodeLib.NONE, 0, 4);
        // A product without the attributes that it needs, and in blocks that are too long.
        _kind(InstructionBytes.fold(OpcodeLib.DOT, 0, 3), OpcodeLib.NONE, 0, 2);
        _kind(InstructionBytes.dot(5, 1025, 0, 0, 0), OpcodeLib.NONE, 0, 6);
        _kind(InstructionBytes.dot(5, 256, 3, 0, 0), OpcodeLib.NONE, 0, 6);
        // More terms than one transaction is sure to open.
        _kind(InstructionBytes.fold(OpcodeLib.SUM, 0, 4_096), OpcodeLib.SUM, 0, 2);
        _kind(InstructionBytes.fold(OpcodeLib.SUM, 0, 4_097), OpcodeLib.NONE, 0, 2);
    }

    function test_constantsAndStates() public {
        bytes32 root = keccak256("root");
        bytes memory constant_ =
            InstructionBytes.instruction(1, 0, InstructionBytes.words(7), "", abi.encodePacked(root), new bytes[](0));
        vm.assertEq(ADJUDICATOR.constantOf(constant_), root, "the constant's root");
        bytes memory state = InstructionBytes.instruction(
            2, 0, InstructionBytes.words(7), "", InstructionBytes.words(40, 2, 3), new bytes[](0)
        );
        (uint32 next, uint32 place, uint32 count, bytes memory head) =
            ADJUDICATOR.stateOf(abi.encodePacked(state, "a head"));
        vm.assertEq(next, 40, "what it becomes");
        vm.assertEq(place, 2, "its place");
        vm.assertEq(count, 3, "of so many");
        vm.assertEq(string(head), "a head", "its head");
        vm.expectRevert(abi.encodeWithSelector(IAdjudicator.NotOfKind.selector, 2));
        ADJUDICATOR.constantOf(state);
        vm.expectRevert(abi.encodeWithSelector(IAdjudicator.NotOfKind.selector, 1));
        ADJUDICATOR.stateOf(constant_);
        vm.expectRevert(abi.encodeWithSelector(IAdjudicator.TrailingBytes.selector, constant_.length + 1));
        ADJUDICATOR.kindOf(abi.encodePacked(constant_, "x"));
    }

    function test_everyShorterInstructionIsRefused() public {
        bytes memory whole = InstructionBytes.dot(5, 256, 2, 0x3f800000, 0x3f800000);
        for (uint256 length; length < whole.length; ++length) {
            bytes memory cut = new bytes(length);
            for (uint256 i; i < length; ++i) {
                cut[i] = whole[i];
            }
            vm.expectRevert(abi.encodeWithSelector(IAdjudicator.CutShort.selector, length));
            ADJUDICATOR.kindOf(cut);
        }
    }

    function test_moreElementsThanCanBeCountedAreRefused() public {
        bytes memory dims = InstructionBytes.words(0xffffffff, 0xffffffff, 2);
        vm.expectRevert(IAdjudicator.TooLarge.selector);
        ADJUDICATOR.kindOf(InstructionBytes.instruction(0, 0, dims, "", "", new bytes[](0)));
    }

    function testFuzz_anyBytesAreReadOrRefused(bytes calldata any, uint64 element, uint32 operand, uint32 term)
        public
        view
    {
        _all(any, element, operand, term, any, any);
    }

    /// @dev A word of a good instruction becomes another one, small or large
    function testFuzz_anInstructionWithAWrongWordIsReadOrRefused(
        uint256 which,
        uint256 at,
        uint32 word,
        bool small,
        uint64 element,
        uint32 term,
        bytes calldata operands
    ) public view {
        bytes memory ins = _some(which);
        at = bound(at, 0, ins.length / 4 - 1);
        if (small) word %= 9;
        for (uint256 i; i < 4; ++i) {
            ins[4 * at + i] = bytes4(word)[i];
        }
        _all(ins, element % 7, uint32(which >> 128) % 3, term % 5, operands, new bytes(128));
        _all(ins, element, uint32(which >> 128), term, new bytes(128), operands);
    }

    function _some(uint256 which) private pure returns (bytes memory) {
        if (which % 4 == 0) return InstructionBytes.dot(5, 256, 2, 0x3f800000, 0x3f800000);
        if (which % 4 == 1) return InstructionBytes.fold(OpcodeLib.SUM, 2, 9);
        if (which % 4 == 2) return InstructionBytes.scatter(0, 2, 6, 4);
        return InstructionBytes.take(0, 2, 6, 4);
    }

    /// @dev Every function answers, or says by an error of its own why not: no panic, and not all of the gas
    function _all(
        bytes memory ins,
        uint64 element,
        uint32 operand,
        uint32 term,
        bytes memory posted,
        bytes memory chunk
    ) private view {
        _answers(abi.encodeCall(IAdjudicator.kindOf, (ins)));
        _answers(abi.encodeCall(IAdjudicator.constantOf, (ins)));
        _answers(abi.encodeCall(IAdjudicator.stateOf, (ins)));
        _answers(abi.encodeCall(IAdjudicator.judge, (ins, element, posted, chunk)));
        _answers(abi.encodeCall(IAdjudicator.judge, (ins, element, posted, new bytes(4))));
        _answers(abi.encodeCall(IAdjudicator.operandAt, (ins, operand, term)));
        _answers(abi.encodeCall(IAdjudicator.positionOf, (ins, element, operand, term)));
        _answers(abi.encodeCall(IAdjudicator.sourceOf, (ins, element, operand, term, posted)));
        _answers(abi.encodeCall(IAdjudicator.isRefuted, (ins, element, operand, term, posted, chunk)));
    }

    function _answers(bytes memory call) private view {
        (bool ok, bytes memory answer) = address(ADJUDICATOR).staticcall{gas: 5_000_000}(call);
        if (ok) return;
        vm.assertGe(answer.length, 4, "an error of its own");
        vm.assertTrue(bytes4(answer) != bytes4(0x4e487b71), "no panic");
    }

    function _kind(bytes memory ins, uint256 op, uint256 type_, uint256 elements) private view {
        (uint32 foundOp, uint32 foundType, uint64 foundElements) = ADJUDICATOR.kindOf(ins);
        vm.assertEq(foundOp, op, "op");
        vm.assertEq(foundType, type_, "type");
        vm.assertEq(foundElements, elements, "elements");
    }
}
