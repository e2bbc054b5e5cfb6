// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {WordTreeLib} from "../../src/libraries/WordTreeLib.sol";
import {TreePaths} from "../support/TreePaths.sol";
import {bound, vm} from "../support/Vm.sol";

contract WordTreeTest {
    /// @dev What protocol/trees/merkle.ts says of the words 1, 2, 3, …
    function test_theRoots() public pure {
        vm.assertEq(WordTreeLib.rootOf(_words(1)), bytes32(uint256(1)), "a lone word");
        vm.assertEq(
            WordTreeLib.rootOf(_words(2)), 0xe90b7bceb6e7df5418fb78d8ee546e97c83a08bbccc01a0644d599ccd2a7c2e0, "2"
        );
        vm.assertEq(
            WordTreeLib.rootOf(_words(5)), 0xb5d850029ab79de62afca0b80d447f59a0a624f73eb0ccd5cf8cf1ca78910556, "5"
        );
        vm.assertEq(
            WordTreeLib.rootOf(_words(7)), 0x07e7c33a5de79b1354fb6028bf377b6fe86dec1fdd95ce93d4272f470f1b19ef, "7"
        );
    }

    function testFuzz_everyWordLeadsToTheRoot(uint256 count, uint256 index) public pure {
        count = bound(count, 1, 100);
        index = bound(index, 0, count - 1);
        bytes32[] memory words = _words(count);
        (bytes32 root, bytes32[] memory path) = TreePaths.open(words, index, TreePaths.wordNode);
        vm.assertEq(WordTreeLib.climb(words[index], index, count, path), root, "up the path");
        vm.assertEq(WordTreeLib.rootOf(words), root, "over all");
    }

    function testFuzz_shortsAreWordsWithTwelveZeroBytes(uint256 count) public view {
        count = bound(count, 1, 40);
        bytes memory packed;
        bytes32[] memory words = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            bytes20 short = bytes20(keccak256(abi.encode(i)));
            packed = abi.encodePacked(packed, short);
            words[i] = bytes32(short);
        }
        vm.assertEq(this.rootOfShorts(packed), WordTreeLib.rootOf(words), "the root");
    }

    function test_whatDoesNotFitTheShapeIsRefused() public {
        vm.expectRevert(WordTreeLib.NoWords.selector);
        this.rootOfShorts("");
        vm.expectRevert(abi.encodeWithSelector(WordTreeLib.NotShorts.selector, 21));
        this.rootOfShorts(new bytes(21));
        vm.expectRevert(abi.encodeWithSelector(WordTreeLib.NoSuchWord.selector, 3));
        this.climb(3, 3, new bytes32[](2));
        vm.expectRevert(WordTreeLib.WrongPath.selector);
        this.climb(2, 3, new bytes32[](2));
        vm.expectRevert(WordTreeLib.WrongPath.selector);
        this.climb(0, 3, new bytes32[](1));
    }

    function rootOfShorts(bytes calldata packed) external pure returns (bytes32) {
        return WordTreeLib.rootOfShorts(packed);
    }

    function climb(uint256 index, uint256 count, bytes32[] memory path) external pure returns (bytes32) {
        return WordTreeLib.climb(0, index, count, path);
    }

    function _words(uint256 count) private pure returns (bytes32[] memory words) {
        words = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            words[i] = bytes32(i + 1);
        }
    }
}
