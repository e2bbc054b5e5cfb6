// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {Instruction, InstructionLib} from "./InstructionLib.sol";
import {OpcodeLib} from "./OpcodeLib.sol";

/// @notice What is read: of which operand, for an element of the result and a term.
struct Reading {
    uint256 element;
    uint256 operand;
    uint256 term;
}

/// @title AccessLib
/// @notice Which element of an operand an instruction reads for an element of its result and a term, and where that stands in the
/// operands that a worker opens. protocol/dispute/access.ts computes the same.
library AccessLib {
    using InstructionLib for Instruction;

    uint256 private constant NOWHERE = type(uint256).max;
    uint256 private constant BIAS = 2;

    /// @notice The flat position in the operand's value
    /// @param shift what is added to the affine position, of a TAKE the index times its stride
    /// @return outside whatever does not lie in the value: zero
    function locate(Instruction memory ins, Reading memory reading, uint256 shift)
        internal
        pure
        returns (bool outside, uint256 position)
    {
        (uint256 element, uint256 term) = (reading.element, reading.term);
        if (element >= ins.elements) revert IAdjudicator.NoSuchElement(uint64(element));
        if (term >= ins.terms) revert IAdjudicator.NoSuchOperand(uint32(reading.operand), uint32(term));
        uint256[] memory x = new uint256[](ins.rank + ins.termRank);
        _unravel(ins, ins.dimsAt, ins.rank, element, x, 0);
        _unravel(ins, ins.termsAt, ins.termRank, term, x, ins.rank);
        position = _affine(ins, reading.operand, x);
        if (position == NOWHERE) return (true, 0);
        position += shift;
        if (position >= ins.sizeOf(reading.operand)) return (true, 0);
    }

    /// @notice The operand that a MOVE takes: the first that is not outside, or the last
    function chosen(Instruction memory ins, uint256 element) internal pure returns (uint256) {
        uint256 last = ins.operandsAt.length - 1;
        for (uint256 i; i < last; ++i) {
            (bool outside,) = locate(ins, Reading(element, i, 0), 0);
            if (!outside) return i;
        }
        return last;
    }

    /// @notice Elements of an operand among the opened operands. Not of a SCATTER
    function countOf(Instruction memory ins, uint256 operand) internal pure returns (uint256) {
        bool isFold = ins.op >= OpcodeLib.DOT && ins.op <= OpcodeLib.MAX;
        return isFold && operand != BIAS ? ins.terms : 1;
    }

    /// @notice Where the element of an operand's term stands in the opened operands, and how many bytes those have. Not of a SCATTER
    function placeOf(Instruction memory ins, uint256 operand, uint256 term)
        internal
        pure
        returns (uint256 offset, uint256 width, uint256 total)
    {
        if (operand >= ins.operandsAt.length || term >= countOf(ins, operand)) {
            revert IAdjudicator.NoSuchOperand(uint32(operand), uint32(term));
        }
        width = ins.widthOf(operand);
        // Of a MOVE only the one that is chosen is opened.
        if (ins.op == OpcodeLib.MOVE) return (0, width, width);
        for (uint256 i; i < ins.operandsAt.length; ++i) {
            if (i == operand) offset = total + term * width;
            total += countOf(ins, i) * ins.widthOf(i);
        }
    }

    /// @dev Row-major coordinates of a flat place
    function _unravel(
        Instruction memory ins,
        uint256 at,
        uint256 rank,
        uint256 place,
        uint256[] memory x,
        uint256 first
    ) private pure {
        for (uint256 i = rank; i > 0; --i) {
            uint256 size = ins.wordAt(at + i - 1);
            x[first + i - 1] = place % size;
            place /= size;
        }
    }

    function _affine(Instruction memory ins, uint256 operand, uint256[] memory x)
        private
        pure
        returns (uint256 position)
    {
        (uint256 count, uint256 at, uint256 words) = ins.coordinatesOf(operand);
        for (; count > 0; --count) {
            int256 v = ins.signedAt(at + 2);
            for (uint256 i; i < x.length; ++i) {
                v += ins.signedAt(at + 3 + i) * int256(x[i]);
            }
            if (v < 0 || uint256(v) >= ins.wordAt(at)) return NOWHERE;
            position += uint256(v) * ins.wordAt(at + 1);
            at += words;
        }
    }
}
