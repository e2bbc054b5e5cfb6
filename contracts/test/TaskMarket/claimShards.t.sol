// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract ClaimShardsTest is World {
    uint256 private job;

    function setUp() public override {
        super.setUp();
        hire();
        job = post(nobody, 8, 0, 80, 8e18);
    }

    function test_grantsWhatIsFreeLowestFirst() public {
        vm.expectEmit(true, true, true, true, address(market));
        emit ITaskMarket.ShardsClaimed(job, alice, 0, 7);
        vm.prank(alice);
        market.claimShards(job, 0, 0xff, 3);
        vm.expectEmit(true, true, true, true, address(market));
        emit ITaskMarket.ShardsClaimed(job, bob, 0, 0xf8);
        claim(bob, job, 0, 0xff);
        vm.expectRevert(ITaskMarket.NothingFree.selector);
        claim(bob, job, 0, 0xff);
    }

    /// @dev A word claimed as a whole is one slot; released in part, it is parts like any other.
    function test_aWholeWordIsHeldAndReleasedInParts() public {
        claim(alice, job, 0, 0xff);
        vm.expectRevert(ITaskMarket.NothingFree.selector);
        claim(bob, job, 0, 1);
        vm.warp(block.timestamp + law.claimTimeoutSeconds);
        market.releaseShards(job, 0, 0x0f, alice);
        claim(bob, job, 0, 0xff);
        vm.expectRevert(ITaskMarket.NotReleasable.selector);
        market.releaseShards(job, 0, 0x0f, alice);
        market.releaseShards(job, 0, 0xf0, alice);
        vm.expectRevert(ITaskMarket.NotReleasable.selector);
        market.releaseShards(job, 0, 0x0f, bob);
        vm.warp(market.waitsUntil(job, alice));
        claim(alice, job, 0, 0xf0);
        vm.assertEq(market.qualityOf(bob), 1e18, "Bob let nothing lapse");
    }

    function testFuzz_wholeOrInPartsIsTheSame(uint8 first, uint8 released) public {
        uint256 mask = bound(first, 1, 0xff);
        claim(alice, job, 0, mask);
        if (mask != 0xff) claim(bob, job, 0, 0xff);
        vm.warp(block.timestamp + law.claimTimeoutSeconds);
        uint256 free = released & mask;
        if (free == 0) return;
        market.releaseShards(job, 0, free, alice);
        vm.expectEmit(true, true, true, true, address(market));
        emit ITaskMarket.ShardsClaimed(job, bob, 0, free);
        claim(bob, job, 0, 0xff);
    }

    function test_releasingWhereThereIsNoJob() public {
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotOpen.selector, 99));
        market.releaseShards(99, 0, 1, alice);
    }

    function test_nothingIsGrantedForNothing() public {
        vm.expectRevert(ITaskMarket.NothingFree.selector);
        vm.prank(alice);
        market.claimShards(job, 0, 0xff, 0);
    }

    function test_onlyShardsThatThereAre() public {
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NoSuchShards.selector, 0, 256));
        claim(alice, job, 0, 256);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NoSuchShards.selector, 1, 1));
        claim(alice, job, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotOpen.selector, 99));
        claim(alice, 99, 0, 1);
    }

    function test_onlyWorkersInGoodStanding() public {
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotAWorker.selector, carol));
        claim(carol, job, 0, 1);
        vm.prank(address(court));
        stakes.slash(alice);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotAWorker.selector, alice));
        claim(alice, job, 0, 1);
    }

    function test_onlyWithTheMinimumAtStake() public {
        enrol(nobody, true, false);
        // 1,000 CXT circulate: this, the stakes of two workers, and the fee in escrow.
        give(carol, 972e18);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.StakeBelowMinimum.selector, 0, 1e18));
        claim(nobody, job, 0, 1);
        putStake(nobody, 2e18);
        claim(nobody, job, 0, 1);
    }

    function test_notAfterTheDeadline() public {
        vm.warp(block.timestamp + 1_000);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotOpen.selector, job));
        claim(alice, job, 0, 1);
    }

    function test_lapsedClaimsAreReleasedAndCostQuality() public {
        claim(alice, job, 0, 0xff);
        vm.expectRevert(ITaskMarket.NotReleasable.selector);
        market.releaseShards(job, 0, 0xff, alice);
        vm.warp(block.timestamp + law.claimTimeoutSeconds);
        vm.expectRevert(ITaskMarket.NotReleasable.selector);
        market.releaseShards(job, 0, 0xff, bob);
        vm.expectEmit(true, true, true, true, address(market));
        emit ITaskMarket.ShardsReleased(job, alice, 0, 0x0f);
        market.releaseShards(job, 0, 0x0f, alice);
        vm.assertEq(market.qualityOf(alice), uint256(5e18) / 9, "four of eight lapsed, and one of one given to all");
        vm.expectRevert(ITaskMarket.NotReleasable.selector);
        market.releaseShards(job, 0, 0x0f, alice);
        claim(bob, job, 0, 0x0f);
    }

    function test_aSlashedHoldersShardsAreFreeAtOnce() public {
        claim(alice, job, 0, 0xff);
        vm.prank(address(court));
        stakes.slash(alice);
        market.releaseShards(job, 0, 0xff, alice);
        claim(bob, job, 0, 0xff);
    }
}
