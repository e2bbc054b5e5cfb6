// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {ShardLib} from "../../src/libraries/ShardLib.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract PostJobTest is World {
    function setUp() public override {
        super.setUp();
        enrolAll();
    }

    function refuse(bytes4 error, uint32 shards, uint32 width, uint128 units, uint256 fee, uint64 deadline) internal {
        vm.expectRevert(error);
        vm.prank(nobody);
        market.postJob(keccak256("spec"), TERMS, shards, width, units, fee, deadline);
    }

    function test_theFeeIsInEscrow() public {
        uint256 job = post(nobody, 6, 3, 60, 9e18);
        vm.assertEq(job, 1, "ids count from 1");
        vm.assertEq(token.balanceOf(address(market)), 9e18, "the market holds it");
        ITaskMarket.Job memory posted = market.jobOf(job);
        vm.assertEq(posted.submitter, nobody, "submitter");
        vm.assertEq(market.escrowOf(job), 9e18, "escrow");
        vm.assertTrue(posted.state == ITaskMarket.State.Open, "open");
    }

    function test_shapesThatAreNone() public {
        uint64 later = uint64(block.timestamp + 100);
        bytes4 bad = ITaskMarket.BadShape.selector;
        refuse(bad, 0, 0, 1, 1, later);
        refuse(bad, 7, 3, 1, 1, later);
        refuse(bad, 257, 257, 1, 1, later);
        refuse(bad, 65_537, 1, 1, 1, later);
        refuse(bad, 65_536 * 256 + 1, 0, 1, 1, later);
        refuse(bad, 4, 0, 0, 1, later);
        refuse(bad, 4, 0, 1, 0, later);
        refuse(ITaskMarket.BadDeadline.selector, 4, 0, 1, 1, uint64(block.timestamp));
    }

    function test_nobodyPostsWithoutMoney() public {
        vm.expectRevert();
        vm.prank(nobody);
        market.postJob(keccak256("spec"), TERMS, 4, 0, 1, 1, uint64(block.timestamp + 100));
    }

    /// @dev Every shard has exactly one bit in one word, whatever the shape.
    function testFuzz_wordsHoldAllShards(uint32 shards, uint32 width) public pure {
        width = uint32(bound(width, 0, 256));
        uint32 rounds = uint32(bound(shards, 1, 40));
        shards = width > 1 ? rounds * width : uint32(bound(shards, 1, 1_000));
        vm.assertTrue(ShardLib.isShape(shards, width), "a shape");
        uint256 total;
        uint32 words = uint32(ShardLib.wordsOf(shards, width));
        for (uint32 word; word < words; ++word) {
            uint256 mask = ShardLib.maskOf(shards, width, word);
            vm.assertTrue(mask != 0, "no word is empty");
            total += ShardLib.countOf(mask);
        }
        vm.assertEq(total, shards, "as many bits as shards");
        vm.assertEq(ShardLib.maskOf(shards, width, words), 0, "nothing beyond");
    }

    function testFuzz_takeIsLowestFirst(uint256 mask, uint16 limit) public pure {
        (uint256 taken, uint32 count) = ShardLib.take(mask, limit);
        vm.assertEq(taken & ~mask, 0, "only what is free");
        vm.assertEq(count, ShardLib.countOf(taken), "counted right");
        vm.assertLe(count, limit, "no more than asked");
        uint256 left = mask ^ taken;
        if (left != 0) {
            vm.assertEq(count, limit, "as many as asked");
            vm.assertTrue(taken == 0 || taken < (left & (~left + 1)) << 1, "all below what is left");
        }
    }
}
