// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MerkleSumLib, SumStep} from "../../src/libraries/MerkleSumLib.sol";
import {bound, vm} from "../support/Vm.sol";
import {SumTree} from "../support/SumTree.sol";

contract MerkleSumLibTest {
    function climb(bytes32 hash, uint128 sum, SumStep[] calldata path) external pure returns (bytes32, uint128) {
        return MerkleSumLib.climb(hash, sum, path);
    }

    function testFuzz_everyLeafOfATreeClimbsToItsRoot(uint256 seed, uint256 size, uint256 pick) public view {
        size = bound(size, 1, 40);
        SumTree.Node[] memory leaves = SumTree.random(seed, size);
        SumTree.Node memory root = SumTree.root(leaves);
        uint256 index = bound(pick, 0, size - 1);
        (bytes32 hash, uint128 sum) = this.climb(leaves[index].hash, leaves[index].sum, SumTree.path(leaves, index));
        vm.assertEq(hash, root.hash, "the path leads to the root's hash");
        vm.assertEq(sum, root.sum, "and to its sum");
    }

    function testFuzz_anInflatedLeafClimbsElsewhere(uint256 seed, uint256 size, uint256 pick, uint128 more)
        public
        view
    {
        size = bound(size, 2, 40);
        more = uint128(bound(more, 1, type(uint64).max));
        SumTree.Node[] memory leaves = SumTree.random(seed, size);
        SumTree.Node memory root = SumTree.root(leaves);
        uint256 index = bound(pick, 0, size - 1);
        (bytes32 hash,) = this.climb(leaves[index].hash, leaves[index].sum + more, SumTree.path(leaves, index));
        vm.assertTrue(hash != root.hash, "more units give another root");
    }

    function test_aSumThatWrapsIsRefused() public {
        SumStep[] memory path = new SumStep[](1);
        path[0] = SumStep(bytes32(uint256(1)), type(uint128).max, true);
        vm.expectRevert(MerkleSumLib.SumOverflow.selector);
        this.climb(bytes32(uint256(2)), 1, path);
    }

    /// @dev The parent of the definition, word by word: keccak(l.hash, l.sum, r.hash, r.sum).
    function test_parentIsTheHashOfFourWords() public view {
        SumStep[] memory path = new SumStep[](1);
        path[0] = SumStep(bytes32(uint256(1)), 10, true);
        (bytes32 hash, uint128 sum) = this.climb(bytes32(uint256(2)), 5, path);
        bytes memory words =
            bytes.concat(bytes32(uint256(1)), bytes32(uint256(10)), bytes32(uint256(2)), bytes32(uint256(5)));
        vm.assertEq(hash, keccak256(words), "left first");
        vm.assertEq(sum, 15, "sums add up");
    }
}
