// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeCourt} from "../../src/interfaces/IDisputeCourt.sol";
import {ChunkTreeLib} from "../../src/libraries/ChunkTreeLib.sol";
import {OpcodeLib} from "../../src/libraries/OpcodeLib.sol";
import {InstructionBytes} from "./InstructionBytes.sol";
import {TreePaths} from "./TreePaths.sol";
import {World} from "./World.sol";

/// @notice A program small enough to write by hand: 40 numbers w, to which a step adds 40 numbers c; what Alice says that the first
/// two of its four steps computed; and openings of all of it.
abstract contract SmallProgram is World {
    uint32 internal constant VALUES = 4;
    uint32 internal constant STEPS = 4;
    uint32 internal constant SEGMENT = 2;
    uint256 internal constant SIZE = 40;
    uint256 internal constant INT64 = 2;
    uint128 internal constant PER_STEP = 10;
    uint128 internal constant MERGE = 7;
    /// Three shorts a block: ceil(sqrt(2 x 4)).
    uint256 internal constant SIDE = 3;

    // Values of a step.
    uint256 internal constant W = 0;
    uint256 internal constant C = 1;
    uint256 internal constant SUM = 2;
    uint256 internal constant FORMLESS = 3;

    /// What Alice says that the values are, step by step, and what her checkpoints say.
    bytes[] internal log;
    bytes internal startTensor;
    bytes internal endTensor;

    // ---- what Alice computed ----

    function compute() internal {
        delete log;
        int256[SIZE] memory w;
        int256[SIZE] memory c;
        for (uint256 i; i < SIZE; ++i) {
            (w[i], c[i]) = (int256(i * i) - 300, int256(i) - 17);
        }
        startTensor = bytesOf(w);
        for (uint256 step; step < SEGMENT; ++step) {
            log.push(bytesOf(w));
            log.push(bytesOf(c));
            for (uint256 i; i < SIZE; ++i) {
                w[i] += c[i];
            }
            log.push(bytesOf(w));
            log.push(bytesOf(c));
        }
        endTensor = bytesOf(w);
    }

    function bytesOf(int256[SIZE] memory numbers) internal pure returns (bytes memory all) {
        for (uint256 i; i < SIZE; ++i) {
            all = bytes.concat(all, InstructionBytes.little(uint64(int64(numbers[i])), 8));
        }
    }

    /// @dev The lowest byte of an element becomes another.
    function bent(bytes memory value, uint256 element) internal pure returns (bytes memory) {
        value[8 * element] = bytes1(uint8(value[8 * element]) ^ 1);
        return value;
    }

    /// @dev A false sum in step 0, with which she goes on as if it were right.
    function forgeSum(uint256 element) internal {
        log[SUM] = bent(log[SUM], element);
        log[VALUES + W] = bent(log[VALUES + W], element);
        log[VALUES + SUM] = bent(log[VALUES + SUM], element);
        endTensor = bent(endTensor, element);
    }

    // ---- the program ----

    function head() internal pure returns (bytes memory) {
        return abi.encodePacked(uint32(1), "w", uint8(INT64), uint8(1), uint64(SIZE));
    }

    function instructionOf(uint256 value) internal view returns (bytes memory) {
        bytes memory dims = InstructionBytes.words(SIZE);
        bytes[] memory none;
        if (value == W) {
            bytes memory next = InstructionBytes.words(SUM, 0, 1);
            return bytes.concat(InstructionBytes.instruction(OpcodeLib.STATE, INT64, dims, "", next, none), head());
        }
        if (value == C) {
            // The job's own constants, whatever Alice has in her log.
            bytes memory root = abi.encodePacked(fineRoot(constants()));
            return InstructionBytes.instruction(OpcodeLib.CONST, INT64, dims, "", root, none);
        }
        if (value == FORMLESS) return InstructionBytes.instruction(OpcodeLib.NONE, INT64, dims, "", "", none);
        bytes[] memory both = new bytes[](2);
        bytes memory straight = InstructionBytes.coordinate(SIZE, 1, 0, InstructionBytes.words(1));
        both[0] = InstructionBytes.operand(W, INT64, SIZE, straight, 4);
        both[1] = InstructionBytes.operand(C, INT64, SIZE, straight, 4);
        return InstructionBytes.instruction(OpcodeLib.ADD, INT64, dims, "", "", both);
    }

    function constants() internal pure returns (bytes memory) {
        int256[SIZE] memory c;
        for (uint256 i; i < SIZE; ++i) {
            c[i] = int256(i) - 17;
        }
        return bytesOf(c);
    }

    function programOf(uint256 value) internal view returns (bytes32 root, bytes32[] memory path) {
        bytes32[] memory words = new bytes32[](VALUES);
        for (uint256 v; v < VALUES; ++v) {
            words[v] = keccak256(instructionOf(v));
        }
        return TreePaths.open(words, value, TreePaths.wordNode);
    }

    function termsNow() internal view returns (IDisputeCourt.Terms memory terms) {
        (bytes32 program,) = programOf(0);
        terms = IDisputeCourt.Terms(program, VALUES, STEPS, SEGMENT, PER_STEP, MERGE);
    }

    function hashOf(IDisputeCourt.Terms memory t) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("corex.terms.v1"), t.program, t.values, t.steps, t.segment, t.unitsPerStep, t.unitsMerge
            )
        );
    }

    // ---- trees ----

    function fineRoot(bytes memory value) internal pure returns (bytes32) {
        return ChunkTreeLib.rootOf(value, 128);
    }

    function shortOf(uint256 position) internal view returns (bytes20) {
        return bytes20(fineRoot(log[position]));
    }

    function wordsOfBlock(uint256 block_) internal view returns (bytes32[] memory words) {
        uint256 end = (block_ + 1) * SIDE < log.length ? (block_ + 1) * SIDE : log.length;
        words = new bytes32[](end - block_ * SIDE);
        for (uint256 i; i < words.length; ++i) {
            words[i] = bytes32(shortOf(block_ * SIDE + i));
        }
    }

    function wordsOfLog() internal view returns (bytes32[] memory words) {
        words = new bytes32[]((log.length + SIDE - 1) / SIDE);
        for (uint256 b; b < words.length; ++b) {
            (bytes32 root,) = TreePaths.open(wordsOfBlock(b), 0, TreePaths.wordNode);
            words[b] = bytes32(bytes20(root));
        }
    }

    function packed(bytes32[] memory words) internal pure returns (bytes memory all) {
        for (uint256 i; i < words.length; ++i) {
            all = bytes.concat(all, bytes20(words[i]));
        }
    }

    function inLog(uint256 position) internal view returns (IDisputeCourt.LogOpening memory opening) {
        opening.short = shortOf(position);
        (, opening.inBlock) = TreePaths.open(wordsOfBlock(position / SIDE), position % SIDE, TreePaths.wordNode);
        (, opening.inLog) = TreePaths.open(wordsOfLog(), position / SIDE, TreePaths.wordNode);
    }

    function chunkOf(bytes memory data, uint256 size, uint256 index)
        internal
        pure
        returns (IDisputeCourt.ChunkOpening memory opening)
    {
        bytes32[] memory hashes = new bytes32[]((data.length + size - 1) / size);
        for (uint256 i; i < hashes.length; ++i) {
            bytes memory chunk = slice(data, i * size, size);
            hashes[i] = ChunkTreeLib.leafOf(chunk);
            if (i == index) opening.chunk = chunk;
        }
        (, opening.path) = TreePaths.open(hashes, index, TreePaths.chunkNode);
    }

    function slice(bytes memory data, uint256 from, uint256 size) internal pure returns (bytes memory part) {
        part = new bytes(from + size < data.length ? size : data.length - from);
        for (uint256 i; i < part.length; ++i) {
            part[i] = data[from + i];
        }
    }

    function noChunk() internal pure returns (IDisputeCourt.ChunkOpening memory opening) {}

    function notInLog() internal pure returns (IDisputeCourt.LogOpening memory opening) {}
}
