// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChunkTreeLib} from "../../src/libraries/ChunkTreeLib.sol";
import {StateTreeLib} from "../../src/libraries/StateTreeLib.sol";
import {TreePaths} from "../support/TreePaths.sol";
import {bound, vm} from "../support/Vm.sol";

contract ChunkTreeTest {
    /// @dev What protocol/trees/tensor.ts says of bytes i mod 251
    function test_theDigestsOfTensors() public pure {
        _digest(0, 0x6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d);
        _digest(1, 0x96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7);
        _digest(16_384, 0x929fdff2bcb8c7c7b9e843a001aa09bca2721141d6637b54e5f558ba5f4d3b3f);
        _digest(16_385, 0x46f1abada2c79c9445b740ba0fe9586734f3bd205e1246ae547d084469e7f49e);
        _digest(100_000, 0x5a6c53b2d5b8065b21931ed60e312892296ed044a013263801988d10713cbe57);
    }

    function testFuzz_everyChunkLeadsToTheRoot(uint256 length, uint256 index) public pure {
        length = bound(length, 0, 2_000);
        bytes memory data = _bytes(length);
        index = bound(index, 0, ChunkTreeLib.countOf(length, 128) - 1);
        bytes32 root = ChunkTreeLib.rootOf(data, 128);
        (bytes32 expected, bytes32[] memory path) = TreePaths.open(_leaves(data), index, TreePaths.chunkNode);
        vm.assertEq(root, expected, "the root");
        bytes memory chunk = _chunk(data, index);
        vm.assertTrue(ChunkTreeLib.verify(root, length, 128, index, chunk, path), "its chunk");
        if (length == 0) return;
        chunk[0] ^= 0x01;
        vm.assertFalse(ChunkTreeLib.verify(root, length, 128, index, chunk, path), "another chunk");
    }

    function test_whatDoesNotFitTheShapeIsRefused() public {
        bytes memory data = _bytes(300);
        (, bytes32[] memory path) = TreePaths.open(_leaves(data), 2, TreePaths.chunkNode);
        vm.assertEq(path.length, 1, "the last of three has one sibling");
        vm.expectRevert(abi.encodeWithSelector(ChunkTreeLib.NoSuchChunk.selector, 3));
        this.rootFrom(300, 3, new bytes(0), path);
        vm.expectRevert(abi.encodeWithSelector(ChunkTreeLib.WrongChunkLength.selector, 128));
        this.rootFrom(300, 2, new bytes(128), path);
        vm.expectRevert(ChunkTreeLib.WrongPath.selector);
        this.rootFrom(300, 2, _chunk(data, 2), new bytes32[](2));
        vm.expectRevert(ChunkTreeLib.WrongPath.selector);
        this.rootFrom(300, 0, _chunk(data, 0), path);
        vm.assertEq(this.rootFrom(300, 2, _chunk(data, 2), path), ChunkTreeLib.rootOf(data, 128), "as it fits");
    }

    /// @dev stateRoot of protocol/trees/tensor.ts: a.weight float32 5 x 5, b int64 of no dimension, c bool 3, with bytes i mod 251
    function test_anEntryLeadsToTheRootOfItsState() public {
        bytes32[] memory leaves = new bytes32[](3);
        bytes memory head = abi.encodePacked(uint32(8), "a.weight", uint8(0), uint8(2), uint64(5), uint64(5));
        bytes32 digest = ChunkTreeLib.rootOf(_bytes(100), ChunkTreeLib.COARSE);
        leaves[0] = StateTreeLib.leafOf(head, digest);
        leaves[1] = _entry(abi.encodePacked(uint32(1), "b", uint8(2), uint8(0)), 8);
        leaves[2] = _entry(abi.encodePacked(uint32(1), "c", uint8(5), uint8(1), uint64(3)), 3);
        (, bytes32[] memory path) = TreePaths.open(leaves, 0, TreePaths.chunkNode);
        bytes32 root = 0x008d886264ba1386ceb46bea644e232c686b069cee9e3c560b1e384e49f693a1;
        vm.assertEq(StateTreeLib.rootFrom(head, digest, 0, 3, path), root, "the root");
        vm.expectRevert(abi.encodeWithSelector(StateTreeLib.NoSuchEntry.selector, 3));
        this.stateRootFrom(head, digest, 3, path);
    }

    function rootFrom(uint256 length, uint256 index, bytes memory chunk, bytes32[] memory path)
        external
        pure
        returns (bytes32)
    {
        return ChunkTreeLib.rootFrom(length, 128, index, chunk, path);
    }

    function stateRootFrom(bytes memory head, bytes32 digest, uint256 place, bytes32[] memory path)
        external
        pure
        returns (bytes32)
    {
        return StateTreeLib.rootFrom(head, digest, place, 3, path);
    }

    function _entry(bytes memory head, uint256 length) private pure returns (bytes32) {
        return StateTreeLib.leafOf(head, ChunkTreeLib.rootOf(_bytes(length), ChunkTreeLib.COARSE));
    }

    function _digest(uint256 length, bytes32 digest) private pure {
        vm.assertEq(ChunkTreeLib.rootOf(_bytes(length), ChunkTreeLib.COARSE), digest, vm.toString(length));
    }

    function _bytes(uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i; i < length; ++i) {
            data[i] = bytes1(uint8(i % 251));
        }
    }

    function _leaves(bytes memory data) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](ChunkTreeLib.countOf(data.length, 128));
        for (uint256 i; i < leaves.length; ++i) {
            leaves[i] = sha256(abi.encodePacked(hex"00", _chunk(data, i)));
        }
    }

    function _chunk(bytes memory data, uint256 index) private pure returns (bytes memory chunk) {
        uint256 left = data.length - index * 128;
        chunk = new bytes(left < 128 ? left : 128);
        for (uint256 i; i < chunk.length; ++i) {
            chunk[i] = data[index * 128 + i];
        }
    }
}
