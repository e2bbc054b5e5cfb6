// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

/// @dev Two rounds of two slices and their merge: words of 2, 1, 2, 1 shards.
contract OrderTest is World {
    uint256 private job;

    function setUp() public override {
        super.setUp();
        hire();
        job = post(nobody, 6, 3, 60, 60e18);
    }

    function redeem(address worker, uint64 epoch, ITaskMarket.Leaf memory leaf) internal {
        market.redeem(worker, epoch, leaf, noPath());
    }

    function test_wordsArePaidInOrder() public {
        claim(alice, job, 0, 3);
        claim(bob, job, 1, 1);
        ITaskMarket.Leaf memory merge = leafOf(job, 1, 1, 10);
        deliver(bob, 1, merge);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.OutOfOrder.selector, 1, 0));
        redeem(bob, 1, merge);
        ITaskMarket.Leaf memory locals = leafOf(job, 0, 3, 20);
        deliver(alice, 5, locals);
        redeem(alice, 5, locals);
        redeem(bob, 1, merge);
        vm.assertEq(market.jobOf(job).paidWords, 2, "two words are paid");
    }

    function test_oneHalfOfAWordIsNotTheWord() public {
        claim(alice, job, 0, 1);
        claim(bob, job, 1, 1);
        ITaskMarket.Leaf memory half = leafOf(job, 0, 1, 10);
        deliver(alice, 1, half);
        redeem(alice, 1, half);
        ITaskMarket.Leaf memory merge = leafOf(job, 1, 1, 10);
        deliver(bob, 5, merge);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.OutOfOrder.selector, 1, 0));
        redeem(bob, 5, merge);
    }

    function test_workBuiltOnASlashedShardIsVoid() public {
        claim(alice, job, 0, 1);
        claim(bob, job, 0, 2);
        claim(bob, job, 1, 1);
        ITaskMarket.Leaf memory bobs = leafOf(job, 0, 2, 10);
        deliver(bob, 1, bobs);
        redeem(bob, 1, bobs);
        ITaskMarket.Leaf memory merge = leafOf(job, 1, 1, 10);
        deliver(bob, 5, merge);
        vm.prank(address(court));
        stakes.slash(alice);
        vm.expectEmit(true, true, true, true, address(market));
        emit ITaskMarket.JobReset(job, 1, epochNow());
        market.releaseShards(job, 0, 1, alice);

        uint64 reset = epochNow();
        claim(bob, job, 0, 1);
        ITaskMarket.Leaf memory again = leafOf(job, 0, 1, 10);
        deliver(bob, reset + 1, again);
        redeem(bob, reset + 1, again);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.MadeBeforeReset.selector, reset));
        redeem(bob, 5, merge);
        deliver(bob, reset + 5, merge);
        redeem(bob, reset + 5, merge);
        vm.assertEq(market.jobOf(job).paidWords, 2, "made anew, it is paid");
    }

    function test_aLapsedClaimVoidsNothing() public {
        claim(alice, job, 0, 1);
        vm.warp(block.timestamp + law.claimTimeoutSeconds);
        vm.recordLogs();
        market.releaseShards(job, 0, 1, alice);
        vm.assertEq(vm.getRecordedLogs().length, 1, "ShardsReleased and no JobReset");
    }

    /// @dev However many shards a slashed worker held, releasing them one by one voids what follows them and no more.
    function test_releasingOneByOneVoidsOnlyWhatFollows() public {
        uint256 wide = post(nobody, 42, 21, 420, 60e18);
        claim(alice, wide, 2, (1 << 20) - 1);
        claim(bob, wide, 0, 1);
        ITaskMarket.Leaf memory early = leafOf(wide, 0, 1, 10);
        deliver(bob, 1, early);
        vm.prank(address(court));
        stakes.slash(alice);
        for (uint256 bit; bit < 20; ++bit) {
            market.releaseShards(wide, 2, 1 << bit, alice);
        }
        redeem(bob, 1, early);
        vm.assertEq(market.jobOf(wide).paidShards, 1, "words before the slashed one stand");
    }

    function test_theSeventeenthResetMergesTowardsTheEarlierWord() public {
        uint256 long = post(nobody, 40, 1, 400, 40e18);
        for (uint32 word; word < 20; ++word) {
            claim(alice, long, 20 + word, 1);
        }
        claim(bob, long, 0, 1);
        vm.prank(address(court));
        stakes.slash(alice);
        uint32[] memory emitted = new uint32[](20);
        for (uint32 i; i < 20; ++i) {
            vm.recordLogs();
            market.releaseShards(long, 39 - i, 1, alice);
            (emitted[i],) = abi.decode(vm.getRecordedLogs()[1].data, (uint32, uint64));
            goTo(block.timestamp + law.epochSeconds);
        }
        vm.assertEq(emitted[19], 21, "the lowest word of those merged");
        uint64 epoch = epochNow() + 1;
        ITaskMarket.Leaf memory first = leafOf(long, 0, 1, 10);
        deliver(bob, epoch, first);
        redeem(bob, epoch, first);
    }

    function epochNow() internal view returns (uint64) {
        return uint64((block.timestamp - law.genesis) / law.epochSeconds);
    }
}
