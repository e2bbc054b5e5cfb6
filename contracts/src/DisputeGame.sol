// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DisputeJury} from "./DisputeJury.sol";
import {DisputeOpenings} from "./DisputeOpenings.sol";
import {IDisputeCourt} from "./interfaces/IDisputeCourt.sol";
import {ChunkTreeLib} from "./libraries/ChunkTreeLib.sol";
import {LogLib} from "./libraries/LogLib.sol";
import {OpcodeLib} from "./libraries/OpcodeLib.sol";
import {StateTreeLib} from "./libraries/StateTreeLib.sol";

/// @title DisputeGame
/// @notice The moves of a dispute about a training segment: from the log of all its values to one element of one of them.
abstract contract DisputeGame is DisputeJury, DisputeOpenings {
    /// The worker did not say what a value is: there is no element to name.
    uint64 internal constant WITHHELD = type(uint64).max;
    uint256 internal constant FINE_PER_COARSE = ChunkTreeLib.COARSE / ChunkTreeLib.FINE;

    /// @dev A tensor of a checkpoint, and what the log has in 128 bytes of it.
    struct Link {
        /// Number of its STATE value, its place among the state's tensors, and how many those are.
        uint32 tensor;
        uint32 place;
        uint32 tensors;
        bool atEnd;
        uint64 length;
        bytes32 head;
        bytes32 chunk;
    }

    mapping(uint256 id => Link) internal links;

    /// @inheritdoc IDisputeCourt
    function openBlocks(uint256 id, bytes calldata blocks) external {
        Dispute storage d = _moveOf(id, Phase.OpenBlocks);
        d.blocks = _rootOfShorts(blocks, LogLib.blocksOf(_lengthOf(d)));
        emit Opened(id, Phase.OpenBlocks, blocks);
        _pass(id, d, Phase.NameBlock);
    }

    /// @inheritdoc IDisputeCourt
    function nameBlock(uint256 id, uint32 block_, bytes20 short, bytes32[] calldata path) external {
        Dispute storage d = _moveOf(id, Phase.NameBlock);
        _requireBlock(d, block_, short, path);
        (d.block, d.short) = (block_, short);
        emit BlockNamed(id, block_);
        _pass(id, d, Phase.OpenLeaves);
    }

    /// @inheritdoc IDisputeCourt
    function openLeaves(uint256 id, bytes calldata leaves) external {
        Dispute storage d = _moveOf(id, Phase.OpenLeaves);
        if (bytes20(_rootOfShorts(leaves, LogLib.sizeOf(_lengthOf(d), d.block))) != d.short) revert WrongOpening();
        emit Opened(id, Phase.OpenLeaves, leaves);
        _pass(id, d, Phase.NameValue);
    }

    /// @inheritdoc IDisputeCourt
    function nameValue(
        uint256 id,
        uint32 index,
        bytes20 short,
        bytes32[] calldata path,
        uint64 element,
        bytes calldata instruction,
        bytes32[] calldata instructionPath,
        LogOpening calldata earlier,
        ChunkOpening calldata chunk
    ) external {
        Dispute storage d = _moveOf(id, Phase.NameValue);
        _nameIn(d, index, short, path);
        d.element = element;
        emit ValueNamed(id, d.position, element);
        if (element == WITHHELD) return _refer(id, d);
        _requireInstruction(d, d.position % d.values, instruction, instructionPath);
        _decide(id, d, instruction, earlier, chunk);
    }

    /// @inheritdoc IDisputeCourt
    function nameLink(
        uint256 id,
        uint32 tensor,
        bytes calldata instruction,
        bytes32[] calldata instructionPath,
        LogOpening calldata next,
        uint32 chunkIndex,
        ChunkOpening calldata chunk
    ) external {
        Dispute storage d = _moveOf(id, Phase.NameBlock);
        _requireInstruction(d, tensor, instruction, instructionPath);
        _nameLast(d, instruction, next);
        _mark(links[id], tensor, true);
        _link(id, d, instruction, chunkIndex, chunk);
    }

    /// @inheritdoc IDisputeCourt
    function openOperands(uint256 id, bytes calldata instruction, bytes calldata operands, ChunkOpening calldata result)
        external
    {
        Dispute storage d = _moveOf(id, Phase.OpenOperands);
        _requireNamed(d, instruction);
        bytes calldata mine = _elementIn(d, instruction, result);
        emit Opened(id, Phase.OpenOperands, operands);
        if (!adjudicator.judge(instruction, d.element, operands, mine)) return _end(id, d, Phase.Guilty);
        d.operands = _rootOf(operands);
        _pass(id, d, Phase.Refute);
    }

    /// @inheritdoc IDisputeCourt
    function refute(
        uint256 id,
        uint32 operand,
        uint32 term,
        bytes calldata instruction,
        ChunkOpening calldata operands,
        LogOpening calldata source,
        ChunkOpening calldata chunk
    ) external {
        Dispute storage d = _moveOf(id, Phase.Refute);
        _requireNamed(d, instruction);
        _requirePosted(d, instruction, operand, term, operands);
        _requireSource(d, _sourceOf(d, instruction, operand, term, operands.chunk), source, chunk);
        if (!_isRefuted(d.element, operand, term, instruction, operands.chunk, chunk.chunk)) revert NothingWrong();
        _end(id, d, Phase.Guilty);
    }

    /// @inheritdoc IDisputeCourt
    /// @dev The chunk is the checkpoint's; the worker is right where it is the log's as well.
    function openLink(
        uint256 id,
        bytes calldata head,
        bytes32 digest,
        bytes32[] calldata entryPath,
        ChunkOpening calldata chunk
    ) external {
        Dispute storage d = _moveOf(id, Phase.OpenLink);
        _requireEntry(d, links[id], head, digest, entryPath);
        _requireChunk(digest, links[id].length, ChunkTreeLib.COARSE, d.element / FINE_PER_COARSE, chunk);
        bool same = keccak256(_fineOf(chunk.chunk, d.element % FINE_PER_COARSE)) == links[id].chunk;
        _end(id, d, same ? Phase.Innocent : Phase.Guilty);
    }

    function _requireEntry(
        Dispute storage d,
        Link storage link,
        bytes calldata head,
        bytes32 digest,
        bytes32[] calldata path
    ) internal view {
        if (keccak256(head) != link.head) revert WrongOpening();
        bytes32 root = StateTreeLib.rootFrom(head, digest, link.place, link.tensors, path);
        if (root != (link.atEnd ? d.endState : d.startState)) revert WrongOpening();
    }

    function _fineOf(bytes calldata chunk, uint256 index) internal pure returns (bytes calldata) {
        uint256 from = index * ChunkTreeLib.FINE;
        uint256 to = from + ChunkTreeLib.FINE;
        return chunk[from:to < chunk.length ? to : chunk.length];
    }

    /// @dev What a tensor of the state becomes in the last step.
    function _nameLast(Dispute storage d, bytes calldata instruction, LogOpening calldata next) internal {
        (uint32 becomes,,,) = _stateOf(instruction);
        d.position = uint64(d.steps - 1) * d.values + becomes;
        d.short = next.short;
        _requireInLog(d, d.position, next);
    }

    function _mark(Link storage link, uint32 tensor, bool atEnd) internal {
        (link.tensor, link.atEnd) = (tensor, atEnd);
    }

    function _isRefuted(
        uint64 element,
        uint32 operand,
        uint32 term,
        bytes calldata instruction,
        bytes calldata posted,
        bytes calldata found
    ) internal view returns (bool) {
        return adjudicator.isRefuted(instruction, element, operand, term, posted, found);
    }

    // ---- what is decided at once ----

    /// @dev What comes next is the kind of the named value's.
    function _decide(
        uint256 id,
        Dispute storage d,
        bytes calldata instruction,
        LogOpening calldata earlier,
        ChunkOpening calldata chunk
    ) internal {
        (uint256 op,, uint256 elements) = _kindOf(instruction);
        if (d.element >= elements) revert WrongOpening();
        if (op == OpcodeLib.FEED || op == OpcodeLib.NONE) return _refer(id, d);
        if (op == OpcodeLib.CONST) return _decideConstant(id, d, instruction);
        if (op != OpcodeLib.STATE) {
            d.instruction = keccak256(instruction);
            return _pass(id, d, Phase.OpenOperands);
        }
        if (d.position >= d.values) return _decideCarried(id, d, instruction, earlier);
        (uint256 width,) = _sizesOf(instruction);
        _mark(links[id], uint32(d.position), false);
        _link(id, d, instruction, d.element * width / ChunkTreeLib.FINE, chunk);
    }

    function _decideConstant(uint256 id, Dispute storage d, bytes calldata instruction) internal {
        if (bytes20(adjudicator.constantOf(instruction)) == d.short) revert NothingWrong();
        _end(id, d, Phase.Guilty);
    }

    /// @dev A tensor of the state begins a step as what it became in the one before.
    function _decideCarried(uint256 id, Dispute storage d, bytes calldata instruction, LogOpening calldata earlier)
        internal
    {
        (uint32 becomes,,,) = _stateOf(instruction);
        uint256 step = d.position / d.values;
        _requireInLog(d, (step - 1) * d.values + becomes, earlier);
        if (earlier.short == d.short) revert NothingWrong();
        _end(id, d, Phase.Guilty);
    }

    /// @dev `element` is from here on which 128 bytes of the tensor are in question.
    function _link(
        uint256 id,
        Dispute storage d,
        bytes calldata instruction,
        uint256 chunkIndex,
        ChunkOpening calldata chunk
    ) internal {
        Link storage link = links[id];
        bytes memory head;
        (, link.place, link.tensors, head) = _stateOf(instruction);
        (, uint256 length) = _sizesOf(instruction);
        _requireFine(d.short, length, chunkIndex, chunk);
        // A tensor has 2^31 bytes at most (protocol/limits.ts MAX_BLOB), and the chunk was shown to be one of it.
        (link.length, link.head, link.chunk) = (uint64(length), keccak256(head), keccak256(chunk.chunk));
        d.element = uint64(chunkIndex);
        emit LinkNamed(id, link.tensor, uint32(chunkIndex), link.atEnd);
        _pass(id, d, Phase.OpenLink);
    }
}
