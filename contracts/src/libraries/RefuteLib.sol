// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {AccessLib, Reading} from "./AccessLib.sol";
import {ChunkTreeLib} from "./ChunkTreeLib.sol";
import {Instruction, InstructionLib} from "./InstructionLib.sol";
import {OpcodeLib} from "./OpcodeLib.sol";
import {ScatterLib} from "./ScatterLib.sol";
import {TypeLib} from "./TypeLib.sol";

/// @title RefuteLib
/// @notice Whether an operand that a worker opened is the element of the value that it is read from.
library RefuteLib {
    using InstructionLib for Instruction;
    using AccessLib for Instruction;

    uint256 private constant TAKEN = 1;

    /// @notice Where the value has the element; of what a TAKE takes as the opened index says
    function locate(Instruction memory ins, Reading memory reading, bytes calldata posted)
        internal
        pure
        returns (bool outside, uint256 position)
    {
        if (ins.op != OpcodeLib.TAKE || reading.operand != TAKEN) return ins.locate(reading, 0);
        uint256 size = ins.attribute(0);
        int256 index = TypeLib.integerOf(_bits(posted, 0, ins.widthOf(0)), ins.typeOf(0));
        if (index < 0) index += int256(size);
        if (index < 0 || uint256(index) >= size) return (true, 0);
        return ins.locate(reading, uint256(index) * ins.attribute(1));
    }

    /// @param chunk the 128 bytes of the value that hold the element
    function isRefuted(Instruction memory ins, Reading memory reading, bytes calldata posted, bytes calldata chunk)
        internal
        pure
        returns (bool)
    {
        (bool outside, uint256 position) = locate(ins, reading, posted);
        uint256 width = ins.widthOf(reading.operand);
        uint256 actual = outside ? 0 : _bits(chunk, (position * width) % ChunkTreeLib.FINE, width);
        if (ins.op == OpcodeLib.SCATTER) return _isScatterRefuted(ins, reading, posted, outside, actual);
        // Only what a MOVE has chosen is opened.
        if (ins.op == OpcodeLib.MOVE && reading.operand != ins.chosen(reading.element)) return false;
        (uint256 offset,,) = ins.placeOf(reading.operand, reading.term);
        return _bits(posted, offset % ChunkTreeLib.FINE, width) != actual;
    }

    function _isScatterRefuted(
        Instruction memory ins,
        Reading memory reading,
        bytes calldata posted,
        bool outside,
        uint256 actual
    ) private pure returns (bool) {
        ScatterLib.List memory list = ScatterLib.listOf(ins, posted);
        if (reading.operand == ScatterLib.DATA) return TypeLib.bitsAt(posted, 0, list.width) != actual;
        (bool isListed, uint256 at) = ScatterLib.find(list, posted, reading.term);
        if (reading.operand == ScatterLib.UPDATES) {
            return isListed && TypeLib.bitsAt(posted, at + list.indexWidth, list.width) != actual;
        }
        if (isListed) return outside || TypeLib.bitsAt(posted, at, list.indexWidth) != actual;
        (uint256 size, uint256 coordinate) = ScatterLib.axisOf(ins, reading.element);
        return !outside && ScatterLib.names(actual, list.indexType, size, coordinate);
    }

    function _bits(bytes calldata data, uint256 at, uint256 width) private pure returns (uint256) {
        if (at + width > data.length) revert IAdjudicator.WrongLength(data.length);
        return TypeLib.bitsAt(data, at, width);
    }
}
