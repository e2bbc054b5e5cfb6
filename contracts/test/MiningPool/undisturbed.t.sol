// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMiningPool} from "../../src/interfaces/IMiningPool.sol";
import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev What must neither block nor distort emission: skipped epochs, epochs without work, late claims, dust, a single
/// participant, a captured committee.
contract UndisturbedTest is World {
    function setUp() public override {
        super.setUp();
        enrolAll();
        // A worker only: the weight of verified work has its own tests.
        enrol(bob, true, false);
    }

    function capNow() internal view returns (uint256) {
        return pool.remaining() * law.releaseRate / 1e18;
    }

    function testFuzz_skippedEpochsCostNothingButDecay(uint64 gap, uint128 work) public {
        gap = uint64(bound(gap, 4, 5_000));
        work = uint128(bound(work, 1, 2 ** 40));
        runEpoch(alice, 1, work, Verdict.Ok);
        settle(1);
        uint256 before = pool.remaining();
        runEpoch(alice, 1 + gap, work, Verdict.Ok);
        goTo(paysFrom(1 + gap));
        uint256 cap = capNow();
        pool.settle();
        vm.assertEq(pool.released(1 + gap), cap, "one cap for one epoch, however many were skipped");
        vm.assertEq(pool.remaining(), before - cap, "the skipped ones took nothing");
        for (uint64 epoch = 2; epoch < 1 + gap && epoch < 20; ++epoch) {
            vm.assertEq(pool.released(epoch), 0, "an epoch without work releases nothing");
        }
    }

    function test_anEpochWhoseWorkNobodyFinalizedIsPassedOver() public {
        commitBase(alice, 1, 1_000);
        draw(1);
        runEpoch(bob, 5, 1_000, Verdict.Ok);
        goTo(paysFrom(5));
        pool.settle();
        pool.settle();
        vm.assertEq(pool.released(1), 0, "nothing was accepted");
        vm.assertGt(pool.released(5), 0, "and the next is not held up");
    }

    /// @dev Rate of the units is 1: the mark after it is 2^40, and the next one 2^41.
    function test_forgedUnitsDoNotEndEmission() public {
        runEpoch(alice, 1, 2 ** 40, Verdict.Ok);
        settle(1);
        runEpoch(bob, 5, type(uint104).max, Verdict.Ok);
        settle(5);
        vm.assertEq(pool.highWater(), 2 * 2 ** 40 + 2 ** 40, "twice what it was, and START");
        runEpoch(alice, 9, 2 ** 40, Verdict.Ok);
        goTo(paysFrom(9));
        uint256 cap = capNow();
        pool.settle();
        vm.assertGe(pool.released(9), cap / 3, "the honest go on earning");
    }

    function testFuzz_aSingleParticipantGetsOneCapAnEpoch(uint128 units) public {
        units = uint128(bound(units, 1, type(uint104).max));
        runEpoch(alice, 1, units, Verdict.Ok);
        goTo(paysFrom(1));
        uint256 cap = capNow();
        pool.settle();
        vm.assertEq(pool.released(1), cap, "all there is to have, whatever it says it did");
        goTo(claimableFrom(1));
        vm.prank(alice);
        pool.claimWork(1);
        vm.assertEq(token.balanceOf(alice), basePart(1), "for its part");
    }

    /// @dev One unit beside 2^104: it rounds to nothing, and takes nothing from anybody.
    function test_dustEarnsNothingAndBlocksNobody() public {
        commitBase(alice, 1, type(uint104).max);
        commitBase(bob, 1, 1);
        draw(1);
        acceptBoth(1);
        settle(1);
        goTo(claimableFrom(1));
        vm.prank(bob);
        vm.expectRevert(IMiningPool.NothingToClaim.selector);
        pool.claimWork(1);
        vm.prank(alice);
        pool.claimWork(1);
        uint256 pot = basePart(1);
        vm.assertLe(pot - token.balanceOf(alice), 1, "no more than a wei stays behind");
        goTo(claimableFrom(1) + law.claimWindowSeconds);
        uint256 before = pool.remaining();
        uint256 owed = pool.unclaimed();
        pool.expire(1);
        vm.assertEq(pool.remaining(), before + owed, "and returns to the pool");
    }

    function testFuzz_whenSomebodyClaimsChangesNothingForOthers(uint128 first, uint128 second, uint32 late) public {
        first = uint128(bound(first, 1, 1e15));
        second = uint128(bound(second, 1, 1e15));
        commitBase(alice, 1, first);
        commitBase(bob, 1, second);
        draw(1);
        acceptBoth(1);
        settle(1);
        goTo(claimableFrom(1));
        (uint256 due,) = pool.claimable(bob, 1);
        vm.prank(alice);
        pool.claimWork(1);
        (uint256 still,) = pool.claimable(bob, 1);
        vm.assertEq(still, due, "the first claim takes nothing from the second");
        goTo(block.timestamp + bound(late, 0, law.claimWindowSeconds - 1));
        runEpoch(alice, uint64((block.timestamp - law.genesis) / law.epochSeconds) + 1, 1_000, Verdict.Ok);
        (still,) = pool.claimable(bob, 1);
        vm.assertEq(still, due, "nor does time, nor what others do in it");
    }

    function test_unitsThatDoNotFitAreRefused() public {
        goTo(endOf(1));
        uint128 tooMany = uint128(type(uint104).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.BadUnits.selector, tooMany, 0));
        vm.prank(alice);
        ledger.commitWork(1, "root", tooMany, 0, MANIFEST, 0);
    }

    function test_tiersThatAreNoneAreRefused() public {
        goTo(endOf(1));
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.BadTier.selector, 4));
        vm.prank(alice);
        ledger.commitWork(1, "root", 1, 0, MANIFEST, 4);
        vm.prank(alice);
        ledger.commitWork(1, "root", 1, 0, MANIFEST, 3);
        vm.assertEq(uint8(ledger.commitmentOf(alice, 1).tier), 3, "Mariana Depth");
    }

    /// @dev A second settlement of the same history needs the same mark: the mark after n idle epochs is that of one step.
    function testFuzz_theMarkAfterIdleEpochs(uint64 gap) public {
        gap = uint64(bound(gap, 4, 400));
        runEpoch(alice, 1, 2 ** 40, Verdict.Ok);
        settle(1);
        runEpoch(alice, 1 + gap, 1, Verdict.Ok);
        settle(1 + gap);
        vm.assertLe(pool.highWater(), 2 ** 40, "it only falls");
        if (gap > 300) vm.assertEq(pool.highWater(), 1, "to what was worked");
    }
}
