// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Ground} from "./Ground.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev Alice claims shards and never delivers, with the numbers of the public network.
contract SquattingTest is Ground {
    uint256 private job;

    function setUp() public override {
        super.setUp();
        publicLaw();
        hire();
        job = postUntil(nobody, 256, 0, 2_560, 100e18, uint64(block.timestamp + 1 days));
    }

    /// @dev Two hours; then anybody frees them, and they are somebody else's.
    function testFuzz_herShardsAreFreedAfterTwoHours(uint256 mask) public {
        mask = bound(mask, 1, type(uint256).max);
        claim(alice, job, 0, mask);
        goTo(block.timestamp + 7_199);
        vm.expectRevert(ITaskMarket.NotReleasable.selector);
        market.releaseShards(job, 0, mask, alice);
        goTo(block.timestamp + 1);
        vm.prank(nobody);
        market.releaseShards(job, 0, mask, alice);
        claim(bob, job, 0, mask);
        vm.assertLt(market.qualityOf(alice), 0.51e18, "half at most is left of her quality");
        vm.assertEq(market.qualityOf(bob), 1e18, "Bob's is whole");
    }

    /// @dev Her quality multiplies what her base work earns: 1 / 257 after one word.
    function test_itCostsHerTheEmissionOfHerBaseWork() public {
        claim(alice, job, 0, type(uint256).max);
        goTo(block.timestamp + 7_200);
        market.releaseShards(job, 0, type(uint256).max, alice);
        uint64 epoch = epochNow() + 1;
        commitBase(alice, epoch, 1e9);
        commitBase(bob, epoch, 1e9);
        accept(epoch, both(alice, bob));
        settle(epoch);
        uint256 squatter = earn(alice, epoch);
        uint256 honest = earn(bob, epoch);
        vm.assertLt(squatter * 250, honest, "less than a 250th of what the same work earns Bob");
    }

    /// @dev A thousandth of all CXT that circulate must lie at stake, and 1,000 names can have that at most.
    function testFuzz_itTakesTheMinimumStake(uint256 staked) public {
        enrol(dave, true, false);
        give(carol, 9_880e18);
        staked = bound(staked, 1, 30e18);
        putStake(dave, staked);
        bool enough = staked >= stakes.minimumStake();
        vm.assertTrue(enough == (staked * 999 >= 10_000e18), "of 10,000 CXT and the stake itself");
        if (!enough) {
            vm.expectRevert(
                abi.encodeWithSelector(ITaskMarket.StakeBelowMinimum.selector, staked, stakes.minimumStake())
            );
        }
        claim(dave, job, 0, 1);
    }

    /// @dev The submitter has its money back whatever the squatter does.
    function test_theSubmitterHasItsMoneyBack() public {
        claim(alice, job, 0, type(uint256).max);
        goTo(block.timestamp + 1 days + 7_200);
        market.refund(job);
        vm.assertEq(token.balanceOf(nobody), 100e18, "to the wei");
    }

    /// @dev Who cares for no emission squats for the gas. After each lapse she waits twice as long, and the shards are
    /// somebody else's meanwhile: in a day she has them four times, for two hours each.
    function test_sheSquatsFourTimesADay() public {
        uint256 posted = block.timestamp;
        uint256 times;
        uint256 free;
        for (; block.timestamp < posted + 1 days; ++times) {
            claim(alice, job, 0, type(uint256).max);
            vm.expectRevert(ITaskMarket.NothingFree.selector);
            claim(bob, job, 0, 1);
            goTo(block.timestamp + 7_200);
            market.releaseShards(job, 0, type(uint256).max, alice);
            uint64 until = market.waitsUntil(job, alice);
            vm.expectRevert(abi.encodeWithSelector(ITaskMarket.LapsedBefore.selector, job, until));
            claim(alice, job, 0, type(uint256).max);
            free += until - block.timestamp;
            goTo(until);
        }
        vm.assertEq(times, 4, "four times");
        vm.assertEq(free, 30 hours, "and free for 2, 4, 8 and 16 hours");
    }

    /// @dev A name waits, not a person: each further one costs a minimum stake that is locked, and not lost.
    function test_open_sheSquatsUnderSeveralNames() public {
        (uint256 hers, uint256 his) = (wealthOf(alice), wealthOf(bob));
        claim(alice, job, 0, type(uint256).max);
        goTo(block.timestamp + 7_200);
        market.releaseShards(job, 0, type(uint256).max, alice);
        claim(bob, job, 0, type(uint256).max);
        goTo(market.waitsUntil(job, alice));
        market.releaseShards(job, 0, type(uint256).max, bob);
        claim(alice, job, 0, type(uint256).max);
        vm.assertEq(wealthOf(alice), hers, "no stake is lost");
        vm.assertEq(wealthOf(bob), his, "nor is the other name's");
    }
}
