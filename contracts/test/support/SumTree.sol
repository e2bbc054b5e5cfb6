// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SumStep} from "../../src/libraries/MerkleSumLib.sol";

/// @notice Builds the trees whose paths MerkleSumLib climbs; an odd last node is promoted unchanged.
library SumTree {
    struct Node {
        bytes32 hash;
        uint128 sum;
    }

    function random(uint256 seed, uint256 size) internal pure returns (Node[] memory leaves) {
        leaves = new Node[](size);
        for (uint256 i; i < size; ++i) {
            bytes32 hash = keccak256(abi.encode(seed, i));
            leaves[i] = Node(hash, uint64(uint256(hash)));
        }
    }

    function root(Node[] memory level) internal pure returns (Node memory) {
        while (level.length > 1) level = above(level);
        return level[0];
    }

    function path(Node[] memory level, uint256 index) internal pure returns (SumStep[] memory steps) {
        steps = new SumStep[](0);
        for (; level.length > 1; level = above(level)) {
            uint256 sibling = index ^ 1;
            if (sibling < level.length) {
                steps = appended(steps, SumStep(level[sibling].hash, level[sibling].sum, index & 1 == 1));
            }
            index >>= 1;
        }
    }

    function above(Node[] memory level) private pure returns (Node[] memory next) {
        next = new Node[]((level.length + 1) / 2);
        for (uint256 i; i < level.length; i += 2) {
            next[i / 2] = i + 1 == level.length ? level[i] : parent(level[i], level[i + 1]);
        }
    }

    function parent(Node memory l, Node memory r) private pure returns (Node memory) {
        return Node(keccak256(abi.encode(l.hash, l.sum, r.hash, r.sum)), l.sum + r.sum);
    }

    function appended(SumStep[] memory steps, SumStep memory step) private pure returns (SumStep[] memory longer) {
        longer = new SumStep[](steps.length + 1);
        for (uint256 i; i < steps.length; ++i) {
            longer[i] = steps[i];
        }
        longer[steps.length] = step;
    }
}
