// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Adjudicator} from "../../src/Adjudicator.sol";
import {IAdjudicator} from "../../src/interfaces/IAdjudicator.sol";
import {InstructionBytes} from "../support/InstructionBytes.sol";
import {vm} from "../support/Vm.sol";

/// @notice TAKE and SCATTER: what an index among the operands decides.
contract ScatterTest {
    uint32 private constant ONE = 0x3f800000;
    uint32 private constant TWO = 0x40000000;
    uint32 private constant FOUR = 0x40800000;
    /// Row 4, column 1 of a table of 6 rows of two.
    uint64 private constant ELEMENT = 9;

    Adjudicator private immutable ADJUDICATOR = new Adjudicator();
    /// Adds to a float32 table by four rows of int64 indices.
    bytes private _scatter = InstructionBytes.scatter(0, 2, 6, 4);

    function test_theUpdatesThatNameTheElementAreAdded() public view {
        bytes memory two = _list(ONE, _entry(0, 4, TWO), _entry(3, -2, ONE));
        vm.assertTrue(_judge(two, FOUR), "1 + 2 + 1, and -2 names row 4 of 6");
        vm.assertFalse(_judge(two, TWO), "and nothing else");
        vm.assertTrue(_judge(_list(ONE, "", ""), ONE), "no index names it");
    }

    function test_aListThatIsNoneIsNotTheSame() public view {
        vm.assertFalse(_judge(_list(ONE, _entry(3, 4, ONE), _entry(0, 4, TWO)), FOUR), "out of order");
        vm.assertFalse(_judge(_list(ONE, _entry(1, 4, ONE), _entry(1, 4, TWO)), FOUR), "twice");
        vm.assertFalse(_judge(_list(ONE, _entry(1, 4, ONE), _entry(4, 4, TWO)), FOUR), "no such term");
        vm.assertFalse(_judge(_list(ONE, _entry(1, 4, ONE), _entry(2, 3, TWO)), FOUR), "another row's");
        vm.assertFalse(_judge(_list(ONE, _entry(1, 4, ONE), _entry(2, 10, TWO)), FOUR), "of no row");
    }

    function test_aListOfAnotherLengthIsRefused() public view {
        _refuses(abi.encodePacked(InstructionBytes.little(ONE, 4), uint32(1)));
        _refuses(abi.encodePacked(_list(ONE, _entry(0, 4, TWO), ""), hex"00"));
        _refuses(InstructionBytes.little(ONE, 4));
        _refuses(abi.encodePacked(InstructionBytes.little(ONE, 4), type(uint32).max));
    }

    function test_whatIsLeftOutOrListedWronglyIsRefuted() public view {
        bytes memory list = _list(ONE, _entry(0, 4, TWO), _entry(3, -2, ONE));
        vm.assertFalse(_refuted(list, 1, 0, _indexChunk(0, 4)), "listed with its index");
        vm.assertTrue(_refuted(list, 1, 0, _indexChunk(0, 3)), "its index is another");
        vm.assertTrue(_refuted(list, 1, 3, _indexChunk(3, 4)), "the same row by another number");
        vm.assertFalse(_refuted(list, 1, 1, _indexChunk(1, 3)), "left out, and does not name the element");
        vm.assertTrue(_refuted(list, 1, 1, _indexChunk(1, 4)), "left out although it names the element");
        vm.assertTrue(_refuted(list, 1, 1, _indexChunk(1, -2)), "from the end too");
        // Updates: row t, column 1.
        vm.assertFalse(_refuted(list, 2, 3, _numberChunk(7, ONE)), "its update");
        vm.assertTrue(_refuted(list, 2, 3, _numberChunk(7, TWO)), "another update");
        vm.assertFalse(_refuted(list, 2, 1, _numberChunk(3, TWO)), "an update that is not listed");
        vm.assertFalse(_refuted(list, 0, 0, _numberChunk(9, ONE)), "the data");
        vm.assertTrue(_refuted(list, 0, 0, _numberChunk(9, TWO)), "other data");
    }

    /// @dev Updates for the first column only: no term is inside for an element of the second
    function test_aListedTermThatIsOutsideIsRefuted() public view {
        bytes memory narrow = InstructionBytes.scatter(0, 2, 6, 4, 1);
        bytes memory list = _list(ONE, _entry(0, 4, TWO), "");
        vm.assertFalse(ADJUDICATOR.isRefuted(narrow, ELEMENT - 1, 1, 0, list, _indexAt(0, 4)), "in the first column");
        vm.assertTrue(ADJUDICATOR.isRefuted(narrow, ELEMENT, 1, 0, list, ""), "listed in the second");
        vm.assertFalse(ADJUDICATOR.isRefuted(narrow, ELEMENT, 1, 1, list, ""), "left out, as it must");
    }

    function test_whereTheSourcesOfAScatterAre() public view {
        (, uint32 source, uint64 chunk, uint64 length) = ADJUDICATOR.sourceOf(_scatter, ELEMENT, 1, 3, "");
        vm.assertEq(source, 5, "the indices");
        vm.assertEq(chunk, 0, "element 7 of 8 bytes");
        vm.assertEq(length, 64, "eight of them");
        bytes memory long = InstructionBytes.scatter(0, 2, 6, 40);
        (,, chunk,) = ADJUDICATOR.sourceOf(long, ELEMENT, 1, 20, "");
        vm.assertEq(chunk, 2, "element 41");
    }

    /// @dev Rows of a table of six by an int64 index
    function test_whatIsTakenIsWhereTheIndexSays() public view {
        bytes memory take = InstructionBytes.take(0, 2, 60, 4);
        // Element (1, 1) with index 40: element 81 of the table, in chunk 2.
        bytes memory opened = abi.encodePacked(InstructionBytes.little(40, 8), InstructionBytes.little(ONE, 4));
        vm.assertTrue(ADJUDICATOR.judge(take, 3, opened, InstructionBytes.little(ONE, 4)), "it is moved");
        vm.assertFalse(ADJUDICATOR.judge(take, 3, opened, InstructionBytes.little(TWO, 4)), "and nothing else");
        (bool outside, uint32 source, uint64 chunk, uint64 length) = ADJUDICATOR.sourceOf(take, 3, 1, 0, opened);
        vm.assertFalse(outside, "in the table");
        vm.assertEq(source, 5, "the table");
        vm.assertEq(chunk, 2, "its chunk");
        vm.assertEq(length, 480, "its bytes");
        vm.assertFalse(ADJUDICATOR.isRefuted(take, 3, 1, 0, opened, _numberChunk(81 % 32, ONE)), "as the table has it");
        vm.assertTrue(ADJUDICATOR.isRefuted(take, 3, 1, 0, opened, _numberChunk(81 % 32, TWO)), "as it has not");
        vm.assertFalse(ADJUDICATOR.isRefuted(take, 3, 0, 0, opened, _indexAt(1, 40)), "as the indices have it");
        vm.assertTrue(ADJUDICATOR.isRefuted(take, 3, 0, 0, opened, _indexAt(1, 41)), "another index");
        opened = abi.encodePacked(InstructionBytes.little(uint64(int64(-20)), 8), InstructionBytes.little(ONE, 4));
        (outside,, chunk,) = ADJUDICATOR.sourceOf(take, 3, 1, 0, opened);
        vm.assertFalse(outside, "from the end");
        vm.assertEq(chunk, 2, "the same row");
    }

    function test_anIndexOfNoRowTakesZero() public view {
        bytes memory take = InstructionBytes.take(0, 2, 60, 4);
        int64[4] memory indices = [int64(60), -61, type(int64).max, type(int64).min];
        for (uint256 i; i < indices.length; ++i) {
            bytes memory index = InstructionBytes.little(uint64(indices[i]), 8);
            (bool outside,,,) = ADJUDICATOR.sourceOf(take, 3, 1, 0, index);
            vm.assertTrue(outside, "in no row");
            bytes memory opened = abi.encodePacked(index, InstructionBytes.little(ONE, 4));
            vm.assertTrue(ADJUDICATOR.isRefuted(take, 3, 1, 0, opened, ""), "and not zero");
        }
    }

    function _judge(bytes memory operands, uint32 mine) private view returns (bool) {
        return ADJUDICATOR.judge(_scatter, ELEMENT, operands, InstructionBytes.little(mine, 4));
    }

    function _refuted(bytes memory list, uint32 operand, uint32 term, bytes memory chunk) private view returns (bool) {
        return ADJUDICATOR.isRefuted(_scatter, ELEMENT, operand, term, list, chunk);
    }

    function _refuses(bytes memory operands) private view {
        bytes memory mine = InstructionBytes.little(ONE, 4);
        (bool ok, bytes memory answer) =
            address(ADJUDICATOR).staticcall(abi.encodeCall(IAdjudicator.judge, (_scatter, ELEMENT, operands, mine)));
        vm.assertFalse(ok, "refused");
        vm.assertTrue(bytes4(answer) == IAdjudicator.WrongLength.selector, "by its length");
    }

    function _list(uint32 data, bytes memory first, bytes memory second) private pure returns (bytes memory) {
        uint32 count = uint32((first.length + second.length) / 16);
        return abi.encodePacked(InstructionBytes.little(data, 4), count, first, second);
    }

    function _entry(uint32 term, int64 index, uint32 update) private pure returns (bytes memory) {
        return abi.encodePacked(term, InstructionBytes.little(uint64(index), 8), InstructionBytes.little(update, 4));
    }

    /// @dev The indices' only chunk, with that of a term in column 1
    function _indexChunk(uint256 term, int64 index) private pure returns (bytes memory) {
        return _indexAt(2 * term + 1, index);
    }

    function _indexAt(uint256 place, int64 index) private pure returns (bytes memory) {
        return
            abi.encodePacked(
                new bytes(8 * place), InstructionBytes.little(uint64(index), 8), new bytes(120 - 8 * place)
            );
    }

    function _numberChunk(uint256 place, uint32 bits) private pure returns (bytes memory) {
        return abi.encodePacked(new bytes(4 * place), InstructionBytes.little(bits, 4), new bytes(124 - 4 * place));
    }
}
