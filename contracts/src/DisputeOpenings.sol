// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DisputeDocket} from "./DisputeDocket.sol";
import {IAdjudicator} from "./interfaces/IAdjudicator.sol";
import {ChunkTreeLib} from "./libraries/ChunkTreeLib.sol";
import {LogLib} from "./libraries/LogLib.sol";
import {OpcodeLib} from "./libraries/OpcodeLib.sol";
import {TypeLib} from "./libraries/TypeLib.sol";
import {WordTreeLib} from "./libraries/WordTreeLib.sol";
import {Wiring} from "./types/Parameters.sol";

/// @title DisputeOpenings
/// @notice Whether what a side shows is what stands under the roots of its dispute: words of the log, chunks of its values,
/// instructions of the program.
abstract contract DisputeOpenings is DisputeDocket {
    /// @dev Where an operand comes from: 128 bytes of a value, or nowhere.
    struct Source {
        bool outside;
        uint32 value;
        uint64 chunk;
        uint64 length;
    }

    IAdjudicator internal immutable adjudicator;

    constructor(Wiring memory w) {
        adjudicator = IAdjudicator(w.adjudicator);
    }

    // Each of these stands at one place alone: the contract has little room.

    function _climb(bytes32 word, uint256 index, uint256 count, bytes32[] calldata path)
        internal
        pure
        returns (bytes32)
    {
        return WordTreeLib.climb(word, index, count, path);
    }

    function _rootOf(uint256 length, uint256 size, uint256 index, ChunkOpening calldata opening)
        internal
        pure
        returns (bytes32)
    {
        return ChunkTreeLib.rootFrom(length, size, index, opening.chunk, opening.path);
    }

    function _rootOf(bytes calldata operands) internal pure returns (bytes32) {
        return ChunkTreeLib.rootOf(operands, ChunkTreeLib.FINE);
    }

    function _rootOfShorts(bytes calldata packed, uint256 count) internal pure returns (bytes32) {
        if (packed.length != count * WordTreeLib.SHORT) revert WrongOpening();
        return WordTreeLib.rootOfShorts(packed);
    }

    // ---- the log ----

    function _lengthOf(Dispute storage d) internal view returns (uint256) {
        return uint256(d.steps) * d.values;
    }

    function _requireBlock(Dispute storage d, uint256 block_, bytes20 short, bytes32[] calldata path) internal view {
        uint256 count = LogLib.blocksOf(_lengthOf(d));
        if (_climb(bytes32(short), block_, count, path) != d.blocks) revert WrongOpening();
    }

    function _requireInLog(Dispute storage d, uint256 position, LogOpening calldata opening) internal view {
        uint256 length = _lengthOf(d);
        uint256 side = LogLib.sideOf(length);
        uint256 size = LogLib.sizeOf(length, position / side);
        bytes32 root = _climb(bytes32(opening.short), position % side, size, opening.inBlock);
        _requireBlock(d, position / side, bytes20(root), opening.inLog);
    }

    /// @dev From the named block to the named value.
    function _nameIn(Dispute storage d, uint32 index, bytes20 short, bytes32[] calldata path) internal {
        uint256 length = _lengthOf(d);
        bytes32 root = _climb(bytes32(short), index, LogLib.sizeOf(length, d.block), path);
        if (bytes20(root) != d.short) revert WrongOpening();
        // Steps times values fit 64 bits.
        d.position = uint64(d.block * LogLib.sideOf(length) + index);
        d.short = short;
    }

    // ---- the program ----

    function _requireInstruction(Dispute storage d, uint256 value, bytes calldata instruction, bytes32[] calldata path)
        internal
        view
    {
        if (_climb(keccak256(instruction), value, d.values, path) != d.program) revert WrongOpening();
    }

    function _requireNamed(Dispute storage d, bytes calldata instruction) internal view {
        if (keccak256(instruction) != d.instruction) revert WrongOpening();
    }

    /// @return next number of the value that a tensor of the state becomes
    function _stateOf(bytes calldata instruction)
        internal
        view
        returns (uint32 next, uint32 place, uint32 tensors, bytes memory head)
    {
        return adjudicator.stateOf(instruction);
    }

    // ---- values ----

    function _requireChunk(bytes32 root, uint256 length, uint256 size, uint256 index, ChunkOpening calldata opening)
        internal
        pure
    {
        if (_rootOf(length, size, index, opening) != root) revert WrongOpening();
    }

    function _requireFine(bytes20 short, uint256 length, uint256 index, ChunkOpening calldata opening) internal pure {
        if (bytes20(_rootOf(length, ChunkTreeLib.FINE, index, opening)) != short) revert WrongOpening();
    }

    function _kindOf(bytes calldata instruction) internal view returns (uint256, uint256, uint256) {
        return adjudicator.kindOf(instruction);
    }

    /// @return width of an element of the instruction's value
    /// @return length of all its bytes
    function _sizesOf(bytes calldata instruction) internal view returns (uint256 width, uint256 length) {
        (, uint256 type_, uint256 elements) = _kindOf(instruction);
        width = TypeLib.widthOf(type_);
        length = elements * width;
    }

    /// @dev The named element as the worker's value has it.
    function _elementIn(Dispute storage d, bytes calldata instruction, ChunkOpening calldata opening)
        internal
        view
        returns (bytes calldata)
    {
        (uint256 width, uint256 length) = _sizesOf(instruction);
        uint256 at = d.element * width;
        _requireFine(d.short, length, at / ChunkTreeLib.FINE, opening);
        at %= ChunkTreeLib.FINE;
        return opening.chunk[at:at + width];
    }

    // ---- operands ----

    /// @dev 128 bytes of what the worker opened; of a SCATTER, whose operands have no fixed place, all of it.
    function _requirePosted(
        Dispute storage d,
        bytes calldata instruction,
        uint32 operand,
        uint32 term,
        ChunkOpening calldata posted
    ) internal view {
        (uint256 op,,) = _kindOf(instruction);
        if (op == OpcodeLib.SCATTER) {
            if (_rootOf(posted.chunk) != d.operands) revert WrongOpening();
            return;
        }
        (uint256 offset,, uint256 total) = adjudicator.operandAt(instruction, operand, term);
        _requireChunk(d.operands, total, ChunkTreeLib.FINE, offset / ChunkTreeLib.FINE, posted);
    }

    function _sourceOf(
        Dispute storage d,
        bytes calldata instruction,
        uint32 operand,
        uint32 term,
        bytes calldata posted
    ) internal view returns (Source memory s) {
        uint64 element = d.element;
        (s.outside, s.value, s.chunk, s.length) = adjudicator.sourceOf(instruction, element, operand, term, posted);
    }

    /// @dev The 128 bytes that an operand was read from, in the same step of the log; none for padding.
    function _requireSource(
        Dispute storage d,
        Source memory source,
        LogOpening calldata opening,
        ChunkOpening calldata chunk
    ) internal view {
        if (source.outside) {
            if (chunk.chunk.length != 0) revert WrongOpening();
            return;
        }
        uint256 position = d.position;
        _requireInLog(d, position - position % d.values + source.value, opening);
        _requireFine(opening.short, source.length, source.chunk, chunk);
    }
}
