// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
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

    function redeem(address worker, uint64 epoch, IWorkLedger.Leaf memory leaf) internal {
        market.redeem(worker, epoch, leaf, noPath());
    }

    function test_wordsArePaidInOrder() public {
        claim(alice, job, 0, 3);
        claim(bob, job, 1, 1);
        IWorkLedger.Leaf memory merge = leafOf(job, 1, 1, 10);
        deliver(bob, 1, merge);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.OutOfOrder.selector, 1, 0));
        redeem(bob, 1, merge);
        IWorkLedger.Leaf memory locals = leafOf(job, 0, 3, 20);
        deliver(alice, 5, locals);
        redeem(alice, 5, locals);
        redeem(bob, 1, merge);
        vm.assertEq(market.jobOf(job).paidWords, 2, "two words are paid");
    }

    function test_oneHalfOfAWordIsNotTheWord() public {
        claim(alice, job, 0, 1);
        claim(bob, job, 1, 1);
        IWorkLedger.Leaf memory half = leafOf(job, 0, 1, 10);
        deliver(alice, 1, half);
        redeem(alice, 1, half);
        IWorkLedger.Leaf memory merge = leafOf(job, 1, 1, 10);
        deliver(bob, 5, merge);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.OutOfOrder.selector, 1, 0));
        redeem(bob, 5, merge);
    }

    function test_workBuiltOnASlashedShardIsVoid() public {
        claim(alice, job, 0, 1);
        claim(bob, job, 0, 2);
        claim(bob, job, 1, 1);
        IWorkLedger.Leaf memory bobs = leafOf(job, 0, 2, 10);
        deliver(bob, 1, bobs);
        redeem(bob, 1, bobs);
        IWorkLedger.Leaf memory merge = leafOf(job, 1, 1, 10);
        deliver(bob, 5, merge);
        vm.prank(address(court));
        stakes.slash(alice);
        vm.expectEmit(true, true, true, true, address(market));
        emit ITaskMarket.JobReset(job, 1, epochNow());
        market.releaseShards(job, 0, 1, alice);

        uint64 reset = epochNow();
        claim(bob, job, 0, 1);
        IWorkLedger.Leaf memory again = leafOf(job, 0, 1, 10);
        deliver(bob, reset + 1, again);
        redeem(bob, reset + 1, again);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.MadeBeforeReset.selector, reset));
        redeem(bob, 5, merge);
        deliver(bob, reset + 5, merge);
        redeem(bob, reset + 5, merge);
        vm.assertEq(market.jobOf(job).paidWords, 2, "made anew, it is paid");
    }

    /// @dev Otherwise a proof on what its holder never served would be paid, and another, that nobody audits, be used.
    function test_aLapsedClaimVoidsWhatWasBuiltOnIt() public {
        claim(alice, job, 0, 1);
        claim(bob, job, 0, 2);
        claim(bob, job, 1, 1);
        IWorkLedger.Leaf memory merge = leafOf(job, 1, 1, 10);
        deliver(bob, 1, merge);
        vm.warp(block.timestamp + law.claimTimeoutSeconds);
        uint64 reset = epochNow();
        vm.expectEmit(true, true, true, true, address(market));
        emit ITaskMarket.JobReset(job, 1, reset);
        market.releaseShards(job, 0, 1, alice);
        claim(bob, job, 0, 1);
        IWorkLedger.Leaf memory locals = leafOf(job, 0, 3, 20);
        deliver(bob, reset + 1, locals);
        redeem(bob, reset + 1, locals);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.MadeBeforeReset.selector, reset));
        redeem(bob, 1, merge);
    }

    function test_nothingIsBuiltOnShardsWithoutAnOrder() public {
        uint256 loose = post(nobody, 6, 0, 60, 60e18);
        claim(alice, loose, 0, 1);
        vm.warp(block.timestamp + law.claimTimeoutSeconds);
        vm.recordLogs();
        market.releaseShards(loose, 0, 1, alice);
        vm.assertEq(vm.getRecordedLogs().length, 1, "ShardsReleased and no JobReset");
    }

    /// @dev However many shards a slashed worker held, releasing them one by one uses up no room for later resets.
    function test_releasingOneByOneVoidsNoMoreThanAllAtOnce() public {
        uint256 wide = post(nobody, 63, 21, 630, 63e18);
        uint256 all = (1 << 20) - 1;
        enrol(dave, true, true);
        claim(alice, wide, 0, all);
        vm.prank(address(court));
        stakes.slash(alice);
        for (uint256 bit; bit < 20; ++bit) {
            market.releaseShards(wide, 0, 1 << bit, alice);
        }
        claim(bob, wide, 0, all);
        claim(bob, wide, 1, 1);
        uint64 epoch = epochNow() + 1;
        IWorkLedger.Leaf memory locals = leafOf(wide, 0, all, 200);
        deliver(bob, epoch, locals);
        redeem(bob, epoch, locals);
        IWorkLedger.Leaf memory merge = leafOf(wide, 1, 1, 10);
        deliver(bob, epoch + 4, merge);

        putStake(dave, 10e18);
        claim(dave, wide, 4, 1);
        vm.prank(address(court));
        stakes.slash(dave);
        market.releaseShards(wide, 4, 1, dave);
        redeem(bob, epoch + 4, merge);
        vm.assertEq(market.jobOf(wide).paidWords, 2, "what does not build on Dave's shard stands");
    }

    function test_theSeventeenthResetMergesTowardsTheEarlierWord() public {
        uint256 long = post(nobody, 40, 1, 400, 40e18);
        for (uint32 word = 20; word < 40; ++word) {
            claim(alice, long, word, 1);
        }
        claim(bob, long, 0, 1);
        vm.prank(address(court));
        stakes.slash(alice);
        for (uint32 i; i < 20; ++i) {
            vm.recordLogs();
            market.releaseShards(long, 20 + i, 1, alice);
            (uint32 from, uint64 epoch) = abi.decode(vm.getRecordedLogs()[1].data, (uint32, uint64));
            vm.assertEq(from, i < 16 ? 21 + i : 36, "the event names the word from which work is void");
            vm.assertEq(epoch, epochNow(), "and the epoch up to which");
            goTo(block.timestamp + law.epochSeconds);
        }
        IWorkLedger.Leaf memory first = leafOf(long, 0, 1, 10);
        deliver(bob, 21, first);
        redeem(bob, 21, first);
        vm.assertEq(market.jobOf(long).paidWords, 1, "words before the slashed ones stand");
    }

    function epochNow() internal view returns (uint64) {
        return uint64((block.timestamp - law.genesis) / law.epochSeconds);
    }
}
