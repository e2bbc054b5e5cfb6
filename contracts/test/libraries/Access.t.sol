// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Adjudicator} from "../../src/Adjudicator.sol";
import {IAdjudicator} from "../../src/interfaces/IAdjudicator.sol";
import {OpcodeLib} from "../../src/libraries/OpcodeLib.sol";
import {InstructionBytes} from "../support/InstructionBytes.sol";
import {bound, vm} from "../support/Vm.sol";

contract AccessTest {
    uint256 private constant ONE = 0x3f800000;

    Adjudicator private immutable ADJUDICATOR = new Adjudicator();

    function testFuzz_aProductReadsARowAndAColumn(uint256 k, uint256 element, uint256 term) public view {
        k = bound(k, 1, 2_000);
        element = bound(element, 0, 5);
        term = bound(term, 0, k - 1);
        bytes memory ins = InstructionBytes.dot(k, 256, 1, ONE, ONE);
        _inside(ins, element, 0, term, (element / 2) * k + term, 1, 3 * k);
        _inside(ins, element, 1, term, term * 2 + element % 2, 2, 2 * k);
        _inside(ins, element, 2, term, element % 2, 3, 2);
        _place(ins, 0, term, 4 * term, 4, 8 * k + 4);
        _place(ins, 1, term, 4 * (k + term), 4, 8 * k + 4);
        _place(ins, 2, 0, 8 * k, 4, 8 * k + 4);
    }

    /// @dev A window of three over a row of eight, padded by one, in steps of two: coordinate 2x + t - 1
    function test_whatIsPaddedIsOutside() public view {
        bytes memory at = InstructionBytes.coordinate(8, 1, -1, InstructionBytes.words(2, 1));
        bytes memory ins = _one(OpcodeLib.SUM, 0, 5, 3, InstructionBytes.operand(9, 0, 8, at, 5));
        _outside(ins, 0, 0, 0);
        _inside(ins, 0, 0, 1, 0, 9, 8);
        _inside(ins, 3, 0, 2, 7, 9, 8);
        _outside(ins, 4, 0, 1);
        _outside(ins, 4, 0, 2);
        _inside(ins, 4, 0, 0, 7, 9, 8);
    }

    function testFuzz_whatRunsBackwards(uint256 size, uint256 element) public view {
        size = bound(size, 1, 2 ** 31 - 1);
        element = bound(element, 0, size - 1);
        bytes memory minusOne = abi.encodePacked(int32(-1), int32(0));
        bytes memory at = InstructionBytes.coordinate(size, 1, int256(size) - 1, minusOne);
        bytes memory ins = _one(OpcodeLib.MOVE, 3, size, 1, InstructionBytes.operand(9, 3, size, at, 5));
        _inside(ins, element, 0, 0, size - 1 - element, 9, size);
    }

    /// @dev Two rows of three and four elements joined: the second begins where the first ends
    function test_ofWhatIsJoinedOnlyTheChosenIsOpened() public view {
        bytes memory ins = InstructionBytes.concat(3, 4);
        _outside(ins, 3, 0, 0);
        _inside(ins, 3, 1, 0, 0, 12, 4);
        _outside(ins, 2, 1, 0);
        _inside(ins, 2, 0, 0, 2, 11, 3);
        _place(ins, 0, 0, 0, 4, 4);
        _place(ins, 1, 0, 0, 4, 4);
        bytes memory posted = InstructionBytes.little(77, 4);
        bytes memory chunk = abi.encodePacked(InstructionBytes.little(5, 4), new bytes(12));
        vm.assertTrue(ADJUDICATOR.isRefuted(ins, 3, 1, 0, posted, chunk), "not what the second has");
        vm.assertFalse(ADJUDICATOR.isRefuted(ins, 3, 0, 0, posted, ""), "the first is not opened");
        vm.assertFalse(ADJUDICATOR.isRefuted(ins, 2, 1, 0, posted, ""), "nor is the second here");
    }

    function test_widthsOfEachOperand() public view {
        uint256[] memory types = new uint256[](3);
        (types[0], types[1], types[2]) = (5, 1, 1);
        bytes memory ins = InstructionBytes.elementwise(OpcodeLib.WHERE, 1, 20, types);
        _place(ins, 0, 0, 0, 1, 17);
        _place(ins, 1, 0, 1, 8, 17);
        _place(ins, 2, 0, 9, 8, 17);
    }

    function test_whatIsNotThere() public view {
        bytes memory ins = InstructionBytes.dot(5, 256, 1, ONE, ONE);
        _refuses(abi.encodeCall(IAdjudicator.positionOf, (ins, 6, 0, 0)), IAdjudicator.NoSuchElement.selector);
        _refuses(abi.encodeCall(IAdjudicator.positionOf, (ins, 0, 3, 0)), IAdjudicator.NoSuchOperand.selector);
        _refuses(abi.encodeCall(IAdjudicator.positionOf, (ins, 0, 0, 5)), IAdjudicator.NoSuchOperand.selector);
        _refuses(abi.encodeCall(IAdjudicator.operandAt, (ins, 2, 1)), IAdjudicator.NoSuchOperand.selector);
        _refuses(abi.encodeCall(IAdjudicator.operandAt, (ins, 3, 0)), IAdjudicator.NoSuchOperand.selector);
        ins = InstructionBytes.scatter(0, 2, 3, 2);
        _refuses(abi.encodeCall(IAdjudicator.operandAt, (ins, 0, 0)), IAdjudicator.NotOfKind.selector);
        ins = InstructionBytes.elementwise(OpcodeLib.TANH, 1, 4, new uint256[](1));
        _refuses(abi.encodeCall(IAdjudicator.operandAt, (ins, 0, 0)), IAdjudicator.NoForm.selector);
    }

    function testFuzz_anOperandIsRefutedByItsSource(uint256 k, uint256 drawn, uint32 real, uint32 posted) public view {
        k = bound(k, 1, 300);
        uint32 term = uint32(bound(drawn, 0, k - 1));
        bytes memory ins = InstructionBytes.dot(k, 256, 0, ONE, ONE);
        // Element 3 of the result is in column 1 of the right operand, which has two.
        uint256 position = 2 * term + 1;
        _source(ins, term, position / 32, 8 * k);
        (uint256 offset,,) = ADJUDICATOR.operandAt(ins, 1, term);
        bytes memory opened = _chunk(offset % 128, posted);
        bytes memory chunk = _chunk((position % 32) * 4, real);
        vm.assertTrue(
            ADJUDICATOR.isRefuted(ins, 3, 1, term, opened, chunk) == (real != posted), "refuted where it differs"
        );
        chunk = _chunk((position % 32) * 4, posted);
        vm.assertFalse(ADJUDICATOR.isRefuted(ins, 3, 1, term, opened, chunk), "what is the same stands");
    }

    function test_paddingThatIsNotZeroIsRefuted() public view {
        bytes memory at = InstructionBytes.coordinate(8, 1, -1, InstructionBytes.words(2, 1));
        bytes memory ins = _one(OpcodeLib.SUM, 0, 5, 3, InstructionBytes.operand(9, 0, 8, at, 5));
        bytes memory opened = new bytes(12);
        vm.assertFalse(ADJUDICATOR.isRefuted(ins, 0, 0, 0, opened, ""), "zero");
        opened[3] = 0x80;
        vm.assertTrue(ADJUDICATOR.isRefuted(ins, 0, 0, 0, opened, ""), "minus zero is not zeros");
    }

    function _one(uint256 op, uint256 type_, uint256 size, uint256 terms, bytes memory operand)
        private
        pure
        returns (bytes memory)
    {
        bytes[] memory operands = new bytes[](1);
        operands[0] = operand;
        return InstructionBytes.instruction(
            op, type_, InstructionBytes.words(size), InstructionBytes.words(terms), "", operands
        );
    }

    function _source(bytes memory ins, uint32 term, uint256 chunk, uint256 length) private view {
        (bool outside, uint32 source, uint64 foundChunk, uint64 foundLength) = ADJUDICATOR.sourceOf(ins, 3, 1, term, "");
        vm.assertFalse(outside, "a product has no padding here");
        vm.assertEq(source, 2, "the value it reads");
        vm.assertEq(foundChunk, chunk, "the chunk of 128 bytes");
        vm.assertEq(foundLength, length, "its bytes");
    }

    function _chunk(uint256 at, uint32 bits) private pure returns (bytes memory) {
        return abi.encodePacked(new bytes(at), InstructionBytes.little(bits, 4), new bytes(124 - at));
    }

    function _refuses(bytes memory call, bytes4 error_) private view {
        (bool ok, bytes memory answer) = address(ADJUDICATOR).staticcall(call);
        vm.assertFalse(ok, "refused");
        vm.assertTrue(bytes4(answer) == error_, "by its error");
    }

    function _place(bytes memory ins, uint256 operand, uint256 term, uint256 offset, uint256 width, uint256 total)
        private
        view
    {
        (uint256 foundOffset, uint8 foundWidth, uint256 foundTotal) =
            ADJUDICATOR.operandAt(ins, uint32(operand), uint32(term));
        vm.assertEq(foundOffset, offset, "offset");
        vm.assertEq(foundWidth, width, "width");
        vm.assertEq(foundTotal, total, "bytes of all operands");
    }

    function _outside(bytes memory ins, uint256 element, uint256 operand, uint256 term) private view {
        (bool outside, uint64 position,,,) = ADJUDICATOR.positionOf(ins, uint64(element), uint32(operand), uint32(term));
        vm.assertTrue(outside, "outside");
        vm.assertEq(position, 0, "nowhere");
    }

    function _inside(
        bytes memory ins,
        uint256 element,
        uint256 operand,
        uint256 term,
        uint256 position,
        uint256 source,
        uint256 size
    ) private view {
        (bool outside, uint64 foundPosition, uint32 foundSource,, uint64 foundSize) =
            ADJUDICATOR.positionOf(ins, uint64(element), uint32(operand), uint32(term));
        vm.assertFalse(outside, "inside");
        vm.assertEq(foundPosition, position, "position");
        vm.assertEq(foundSource, source, "source");
        vm.assertEq(foundSize, size, "size");
    }
}
