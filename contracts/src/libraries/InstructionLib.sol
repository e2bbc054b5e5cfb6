// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {OpcodeLib} from "./OpcodeLib.sol";
import {TypeLib} from "./TypeLib.sol";

/// @notice The bytes of an instruction, where its parts stand in them, as numbers of 4-byte words, and what is counted of them.
struct Instruction {
    bytes data;
    uint256 op;
    uint256 type_;
    uint256 rank;
    uint256 dimsAt;
    /// Elements of the value: the product of the dimensions.
    uint256 elements;
    uint256 termRank;
    uint256 termsAt;
    /// Terms of an element: the product of the dimensions that are summed over.
    uint256 terms;
    uint256 attributes;
    uint256 attributesAt;
    /// Where each operand begins.
    uint256[] operandsAt;
    /// Where the raw bytes begin.
    uint256 rawAt;
}

/// @title InstructionLib
/// @notice Reads the bytes of an instruction: a row of big-endian integers of 4 bytes, then raw bytes.
/// @dev Whatever is not there reverts, and nothing is allocated for more than the bytes can hold.
library InstructionLib {
    uint256 internal constant WORD = 4;

    // Words of an operand before its coordinates, and of a coordinate before its coefficients.
    uint256 private constant OPERAND = 4;
    uint256 private constant COORDINATE = 3;

    function read(bytes memory data) internal pure returns (Instruction memory ins) {
        ins.data = data;
        ins.op = wordAt(ins, 0);
        ins.type_ = _type(ins, 1);
        uint256 at;
        (ins.rank, ins.dimsAt, at) = _list(ins, 2);
        (ins.termRank, ins.termsAt, at) = _list(ins, at);
        (ins.attributes, ins.attributesAt, at) = _list(ins, at);
        ins.elements = _product(ins, ins.dimsAt, ins.rank);
        ins.terms = _product(ins, ins.termsAt, ins.termRank);
        ins.operandsAt = new uint256[](_count(ins, at++));
        for (uint256 i; i < ins.operandsAt.length; ++i) {
            ins.operandsAt[i] = at;
            _type(ins, at + 1);
            at += OPERAND + wordAt(ins, at + 3) * (COORDINATE + ins.rank + ins.termRank);
        }
        if (at * WORD > data.length) revert IAdjudicator.CutShort(data.length);
        if (ins.op != OpcodeLib.STATE && at * WORD != data.length) revert IAdjudicator.TrailingBytes(data.length);
        ins.rawAt = at;
    }

    /// @notice Word number `at`, unsigned
    function wordAt(Instruction memory ins, uint256 at) internal pure returns (uint256 word) {
        bytes memory data = ins.data;
        if (at >= data.length / WORD) revert IAdjudicator.CutShort(data.length);
        assembly ("memory-safe") {
            word := shr(224, mload(add(add(data, 32), shl(2, at))))
        }
    }

    function signedAt(Instruction memory ins, uint256 at) internal pure returns (int256) {
        return int32(uint32(wordAt(ins, at)));
    }

    function attribute(Instruction memory ins, uint256 i) internal pure returns (uint256) {
        if (i >= ins.attributes) revert IAdjudicator.CutShort(ins.data.length);
        return wordAt(ins, ins.attributesAt + i);
    }

    /// @notice Number of the value that an operand reads
    function sourceOf(Instruction memory ins, uint256 operand) internal pure returns (uint256) {
        return wordAt(ins, _operand(ins, operand));
    }

    function typeOf(Instruction memory ins, uint256 operand) internal pure returns (uint256) {
        return wordAt(ins, _operand(ins, operand) + 1);
    }

    function widthOf(Instruction memory ins, uint256 operand) internal pure returns (uint256) {
        return TypeLib.widthOf(typeOf(ins, operand));
    }

    /// @notice Elements of the value that an operand reads
    function sizeOf(Instruction memory ins, uint256 operand) internal pure returns (uint256) {
        return wordAt(ins, _operand(ins, operand) + 2);
    }

    /// @notice How many coordinates an operand has, where the first stands, and how many words each has
    function coordinatesOf(Instruction memory ins, uint256 operand)
        internal
        pure
        returns (uint256 count, uint256 at, uint256 words)
    {
        at = _operand(ins, operand) + OPERAND;
        return (wordAt(ins, at - 1), at, COORDINATE + ins.rank + ins.termRank);
    }

    function _operand(Instruction memory ins, uint256 operand) private pure returns (uint256) {
        if (operand >= ins.operandsAt.length) revert IAdjudicator.NoSuchOperand(uint32(operand), 0);
        return ins.operandsAt[operand];
    }

    function _type(Instruction memory ins, uint256 at) private pure returns (uint256 type_) {
        type_ = wordAt(ins, at);
        if (type_ > TypeLib.BOOL) revert IAdjudicator.NoSuchType(type_);
    }

    /// @dev How many, where the first stands, and what stands behind
    function _list(Instruction memory ins, uint256 at) private pure returns (uint256 count, uint256 from, uint256 to) {
        count = _count(ins, at);
        from = at + 1;
        to = from + count;
    }

    /// @dev A count of things of a word at least
    function _count(Instruction memory ins, uint256 at) private pure returns (uint256 count) {
        count = wordAt(ins, at);
        if (count > ins.data.length / WORD - at - 1) revert IAdjudicator.CutShort(ins.data.length);
    }

    function _product(Instruction memory ins, uint256 at, uint256 count) private pure returns (uint256 product) {
        product = 1;
        for (uint256 i; i < count; ++i) {
            product *= wordAt(ins, at + i);
            if (product > type(uint64).max) revert IAdjudicator.TooLarge();
        }
    }
}
