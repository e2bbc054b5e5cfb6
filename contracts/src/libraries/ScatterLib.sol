// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {ElementLib} from "./ElementLib.sol";
import {Instruction, InstructionLib} from "./InstructionLib.sol";
import {TypeLib} from "./TypeLib.sol";

/// @title ScatterLib
/// @notice A SCATTER's element: the data, and an addition for each index that names it. Opened are the data, a count, and of each such
/// term its number, its index and its update, ascending.
library ScatterLib {
    using InstructionLib for Instruction;

    uint256 private constant U32 = 4;
    uint256 internal constant DATA = 0;
    uint256 internal constant INDICES = 1;
    uint256 internal constant UPDATES = 2;

    /// @dev Widths of a number and of an index, and where the list stands.
    struct List {
        uint256 width;
        uint256 indexWidth;
        uint256 indexType;
        uint256 from;
        uint256 entry;
        uint256 count;
    }

    /// @notice The sum, and whether the list is one: ascending, each index naming the element
    /// @dev That a listed term is not outside is left to whoever refutes: to look at each here would cost five times as much.
    function sumOf(Instruction memory ins, uint256 element, bytes calldata operands)
        internal
        pure
        returns (bool isList, uint256 sum)
    {
        List memory list = listOf(ins, operands);
        (uint256 size, uint256 coordinate) = axisOf(ins, element);
        sum = TypeLib.bitsAt(operands, 0, list.width);
        uint256 least;
        for (uint256 at = list.from; at < operands.length; at += list.entry) {
            uint256 term = _term(operands, at);
            if (term < least || term >= ins.terms) return (false, 0);
            least = term + 1;
            uint256 index = TypeLib.bitsAt(operands, at + U32, list.indexWidth);
            if (!names(index, list.indexType, size, coordinate)) return (false, 0);
            uint256 update = TypeLib.bitsAt(operands, at + U32 + list.indexWidth, list.width);
            sum = ElementLib.add(ins.type_, sum, update);
        }
        return (true, sum);
    }

    /// @notice The axis' size, and where on it the element is
    function axisOf(Instruction memory ins, uint256 element) internal pure returns (uint256 size, uint256 coordinate) {
        size = ins.attribute(0);
        coordinate = (element / ins.attribute(1)) % size;
    }

    /// @notice The list's layout; what is as long as no list reverts
    function listOf(Instruction memory ins, bytes calldata operands) internal pure returns (List memory list) {
        list.width = TypeLib.widthOf(ins.type_);
        list.indexType = ins.typeOf(INDICES);
        list.indexWidth = TypeLib.widthOf(list.indexType);
        list.from = list.width + U32;
        list.entry = U32 + list.indexWidth + list.width;
        if (operands.length < list.from) revert IAdjudicator.WrongLength(operands.length);
        list.count = _term(operands, list.width);
        if (operands.length != list.from + list.count * list.entry) revert IAdjudicator.WrongLength(operands.length);
    }

    /// @notice Whether an index, negative ones counted from the end, is the coordinate on the axis
    function names(uint256 index, uint256 indexType, uint256 size, uint256 coordinate) internal pure returns (bool) {
        int256 value = TypeLib.integerOf(index, indexType);
        if (value < 0) value += int256(size);
        return value == int256(coordinate);
    }

    /// @notice Where a term stands in an ascending list
    function find(List memory list, bytes calldata operands, uint256 term)
        internal
        pure
        returns (bool isListed, uint256 at)
    {
        for (uint256 i; i < list.count; ++i) {
            at = list.from + i * list.entry;
            if (_term(operands, at) == term) return (true, at + U32);
        }
        return (false, 0);
    }

    /// @dev The one number in operands that is big-endian
    function _term(bytes calldata operands, uint256 at) private pure returns (uint256 term) {
        assembly ("memory-safe") {
            term := shr(224, calldataload(add(operands.offset, at)))
        }
    }
}
