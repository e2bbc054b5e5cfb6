// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAdjudicator} from "./interfaces/IAdjudicator.sol";
import {AccessLib, Reading} from "./libraries/AccessLib.sol";
import {ChunkTreeLib} from "./libraries/ChunkTreeLib.sol";
import {ElementLib} from "./libraries/ElementLib.sol";
import {FoldLib} from "./libraries/FoldLib.sol";
import {FormLib} from "./libraries/FormLib.sol";
import {Instruction, InstructionLib} from "./libraries/InstructionLib.sol";
import {OpcodeLib} from "./libraries/OpcodeLib.sol";
import {RefuteLib} from "./libraries/RefuteLib.sol";
import {ScatterLib} from "./libraries/ScatterLib.sol";
import {TypeLib} from "./libraries/TypeLib.sol";

/// @title Adjudicator
/// @notice Computes one element of one instruction. A contract of its own because the court has no room for the arithmetic; it has no
/// state and no owner.
contract Adjudicator is IAdjudicator {
    using InstructionLib for Instruction;
    using AccessLib for Instruction;
    using FormLib for Instruction;

    uint256 private constant ROOT_WORDS = 8;
    uint256 private constant STATE_WORDS = 3;

    /// @inheritdoc IAdjudicator
    function kindOf(bytes calldata instruction) external pure returns (uint32 op, uint32 type_, uint64 elements) {
        Instruction memory ins = InstructionLib.read(instruction);
        bool isKnown = ins.op <= OpcodeLib.STATE || ins.hasForm();
        return (uint32(isKnown ? ins.op : OpcodeLib.NONE), uint32(ins.type_), uint64(ins.elements));
    }

    /// @inheritdoc IAdjudicator
    function constantOf(bytes calldata instruction) external pure returns (bytes32) {
        Instruction memory ins = InstructionLib.read(instruction);
        if (ins.op != OpcodeLib.CONST || ins.attributes != ROOT_WORDS) revert NotOfKind(ins.op);
        return bytes32(instruction[ins.attributesAt * InstructionLib.WORD:]);
    }

    /// @inheritdoc IAdjudicator
    function stateOf(bytes calldata instruction)
        external
        pure
        returns (uint32 next, uint32 place, uint32 count, bytes memory head)
    {
        Instruction memory ins = InstructionLib.read(instruction);
        if (ins.op != OpcodeLib.STATE || ins.attributes != STATE_WORDS) revert NotOfKind(ins.op);
        next = uint32(ins.attribute(0));
        place = uint32(ins.attribute(1));
        count = uint32(ins.attribute(2));
        head = instruction[ins.rawAt * InstructionLib.WORD:];
    }

    /// @inheritdoc IAdjudicator
    function judge(bytes calldata instruction, uint64 element, bytes calldata operands, bytes calldata mine)
        external
        pure
        returns (bool)
    {
        Instruction memory ins = _readForm(instruction);
        if (element >= ins.elements) revert NoSuchElement(element);
        if (mine.length != TypeLib.widthOf(ins.type_)) revert WrongLength(mine.length);
        uint256 theirs = TypeLib.bitsAt(mine, 0, mine.length);
        if (ins.op == OpcodeLib.SCATTER) {
            (bool isList, uint256 sum) = ScatterLib.sumOf(ins, element, operands);
            return isList && ElementLib.same(ins.type_, sum, theirs, false);
        }
        (,, uint256 total) = ins.placeOf(0, 0);
        if (operands.length != total) revert WrongLength(operands.length);
        if (ins.op == OpcodeLib.MAX) return FoldLib.isLargest(ins, operands, theirs);
        bool anyZero = ins.op == OpcodeLib.MAX2 || ins.op == OpcodeLib.MIN2;
        return ElementLib.same(ins.type_, _compute(ins, operands), theirs, anyZero);
    }

    /// @inheritdoc IAdjudicator
    function operandAt(bytes calldata instruction, uint32 operand, uint32 term)
        external
        pure
        returns (uint256 offset, uint8 width, uint256 total)
    {
        Instruction memory ins = _readForm(instruction);
        if (ins.op == OpcodeLib.SCATTER) revert NotOfKind(ins.op);
        uint256 bytes_;
        (offset, bytes_, total) = ins.placeOf(operand, term);
        width = uint8(bytes_);
    }

    /// @inheritdoc IAdjudicator
    function positionOf(bytes calldata instruction, uint64 element, uint32 operand, uint32 term)
        external
        pure
        returns (bool outside, uint64 position, uint32 source, uint8 width, uint64 size)
    {
        Instruction memory ins = InstructionLib.read(instruction);
        uint256 at;
        (outside, at) = ins.locate(Reading(element, operand, term), 0);
        position = uint64(at);
        source = uint32(ins.sourceOf(operand));
        width = uint8(ins.widthOf(operand));
        size = uint64(ins.sizeOf(operand));
    }

    /// @inheritdoc IAdjudicator
    function sourceOf(bytes calldata instruction, uint64 element, uint32 operand, uint32 term, bytes calldata posted)
        external
        pure
        returns (bool outside, uint32 source, uint64 chunk, uint64 length)
    {
        Instruction memory ins = _readForm(instruction);
        uint256 position;
        (outside, position) = RefuteLib.locate(ins, Reading(element, operand, term), posted);
        uint256 width = ins.widthOf(operand);
        source = uint32(ins.sourceOf(operand));
        chunk = uint64((position * width) / ChunkTreeLib.FINE);
        length = uint64(ins.sizeOf(operand) * width);
    }

    /// @inheritdoc IAdjudicator
    function isRefuted(
        bytes calldata instruction,
        uint64 element,
        uint32 operand,
        uint32 term,
        bytes calldata posted,
        bytes calldata chunk
    ) external pure returns (bool) {
        return RefuteLib.isRefuted(_readForm(instruction), Reading(element, operand, term), posted, chunk);
    }

    function _compute(Instruction memory ins, bytes calldata operands) private pure returns (uint256) {
        if (ins.op == OpcodeLib.DOT) return FoldLib.dot(ins, operands);
        if (ins.op == OpcodeLib.SUM) return FoldLib.sumOf(ins, operands);
        // An element that is moved is the only operand, or the last one.
        uint256 width = TypeLib.widthOf(ins.type_);
        if (ins.op <= OpcodeLib.TAKE) return TypeLib.bitsAt(operands, operands.length - width, width);
        uint256[3] memory numbers;
        uint256 from;
        for ((uint256 i, uint256 at) = (0, 0); i < ins.operandsAt.length; ++i) {
            from = ins.typeOf(i);
            width = TypeLib.widthOf(from);
            numbers[i] = TypeLib.bitsAt(operands, at, width);
            at += width;
        }
        return ElementLib.compute(ins.op, ins.type_, from, numbers[0], numbers[1], numbers[2]);
    }

    /// @dev An instruction that an element can be computed of
    function _readForm(bytes calldata instruction) private pure returns (Instruction memory ins) {
        ins = InstructionLib.read(instruction);
        ins.requireForm();
    }
}
