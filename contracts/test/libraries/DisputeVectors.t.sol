// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Adjudicator} from "../../src/Adjudicator.sol";
import {IAdjudicator} from "../../src/interfaces/IAdjudicator.sol";
import {ElementLib} from "../../src/libraries/ElementLib.sol";
import {OpcodeLib} from "../../src/libraries/OpcodeLib.sol";
import {vm} from "../support/Vm.sol";

/// @notice Elements of the reference models' steps, and of every formula with numbers that are hard on it, as verifier/dispute computes
/// them: tools/dispute-vectors.ts writes the file.
contract DisputeVectorsTest {
    struct Case {
        string title;
        uint64 element;
        bytes instruction;
        bytes operands;
        bytes result;
    }

    string private constant FILE = "test/libraries/DisputeVectors.json";
    string private constant CASE = "Case(string title,uint64 element,bytes instruction,bytes operands,bytes result)";

    Adjudicator private immutable ADJUDICATOR = new Adjudicator();

    function test_everyElementIsTheSame() public view {
        Case[] memory cases = _cases();
        vm.assertGe(cases.length, 200, "cases");
        for (uint256 i; i < cases.length; ++i) {
            vm.assertTrue(_judge(cases[i]), cases[i].title);
        }
    }

    /// @dev Of a result one bit is turned over: the last of a float's fraction, of an integer, or of a truth value
    function test_noOtherElementIs() public view {
        Case[] memory cases = _cases();
        for (uint256 i; i < cases.length; ++i) {
            Case memory each = cases[i];
            (uint32 op, uint32 type_,) = ADJUDICATOR.kindOf(each.instruction);
            vm.assertTrue(op >= OpcodeLib.MOVE, "it has a form");
            if (_isNan(type_, each.result)) continue;
            each.result[0] ^= 0x01;
            vm.assertFalse(_judge(each), each.title);
        }
    }

    function test_everyOperandIsReadWhereTheVerifierReadsIt() public view {
        Case[] memory cases = _cases();
        string memory json = vm.readFile(FILE);
        uint256[] memory numbers = vm.parseJsonUintArray(json, ".places.cases");
        uint256[] memory operands = vm.parseJsonUintArray(json, ".places.operands");
        uint256[] memory terms = vm.parseJsonUintArray(json, ".places.terms");
        int256[] memory positions = vm.parseJsonIntArray(json, ".places.positions");
        vm.assertGe(numbers.length, 100, "places");
        for (uint256 i; i < numbers.length; ++i) {
            Case memory each = cases[numbers[i]];
            (bool outside, uint64 position,,,) =
                ADJUDICATOR.positionOf(each.instruction, each.element, uint32(operands[i]), uint32(terms[i]));
            vm.assertTrue(outside == (positions[i] < 0), each.title);
            if (!outside) vm.assertEq(position, uint256(positions[i]), each.title);
        }
    }

    /// @dev Nor do operands of one byte more or less pass for any
    function test_operandsAreAsLongAsTheyMustBe() public view {
        Case[] memory cases = _cases();
        for (uint256 i; i < cases.length; ++i) {
            Case memory each = cases[i];
            bytes memory longer = abi.encodePacked(each.operands, hex"00");
            bytes memory call =
                abi.encodeCall(IAdjudicator.judge, (each.instruction, each.element, longer, each.result));
            (bool ok, bytes memory answer) = address(ADJUDICATOR).staticcall(call);
            vm.assertFalse(ok, each.title);
            vm.assertTrue(bytes4(answer) == IAdjudicator.WrongLength.selector, each.title);
        }
    }

    function _judge(Case memory each) private view returns (bool) {
        return ADJUDICATOR.judge(each.instruction, each.element, each.operands, each.result);
    }

    function _cases() private view returns (Case[] memory) {
        return abi.decode(vm.parseJsonTypeArray(vm.readFile(FILE), ".cases", CASE), (Case[]));
    }

    function _isNan(uint256 type_, bytes memory result) private pure returns (bool) {
        uint256 bits;
        for (uint256 i = result.length; i > 0; --i) {
            bits = (bits << 8) | uint8(result[i - 1]);
        }
        return ElementLib.isNan(type_, bits);
    }
}
