// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMiningPool} from "../../src/interfaces/IMiningPool.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract SettleTest is World {
    function setUp() public override {
        super.setUp();
        enrolAll();
    }

    function capNow() internal view returns (uint256) {
        return pool.remaining() * law.releaseRate / 1e18;
    }

    function test_theFirstEpochReleasesItsCap() public {
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        goTo(paysFrom(1));
        uint256 cap = capNow();
        vm.expectEmit(true, true, true, true, address(pool));
        emit IMiningPool.EpochSettled(1, cap, cap, cap * 80 / 100, cap - cap * 80 / 100, 1_000);
        pool.settle();
        vm.assertEq(pool.released(1), cap, "all of it");
        vm.assertEq(pool.unclaimed(), cap, "for whoever claims");
        vm.assertEq(pool.remaining(), MINTED - cap, "the rest stays");
        vm.assertEq(token.balanceOf(address(pool)), MINTED, "nothing has left yet");
    }

    function test_notBeforeTheLastDeadline() public {
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        vm.warp(paysFrom(1) - 1);
        vm.expectRevert(IMiningPool.NothingToSettle.selector);
        pool.settle();
    }

    function test_aLateBeaconHoldsLaterEpochsBack() public {
        commitBase(alice, 1, 1_000);
        runEpoch(alice, 4, 1_000, Verdict.Ok);
        goTo(paysFrom(4));
        vm.expectRevert(IMiningPool.NothingToSettle.selector);
        pool.settle();
        beacon.draw(1, roundFor(1));
        audit(alice, 1, Verdict.Ok);
        ledger.finalize(alice, 1);
        settle(1);
        pool.settle();
        vm.assertGt(pool.released(1), 0, "first the first");
        vm.assertGt(pool.released(4), 0, "then the next");
    }

    function test_eachEpochOnce() public {
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        settle(1);
        vm.expectRevert(IMiningPool.NothingToSettle.selector);
        pool.settle();
    }

    function test_anEpochWithoutVerifiedWorkReleasesNothing() public {
        putStake(alice, 1e18);
        runEpoch(alice, 1, 1_000, Verdict.Fault);
        settle(1);
        vm.assertEq(pool.released(1), 0, "nothing was verified");
        vm.assertEq(pool.unclaimed(), 0, "nothing is owed");
    }

    function testFuzz_lessWorkReleasesLess(uint128 first, uint128 second) public {
        // Within what the mark may rise to from nothing.
        first = uint128(bound(first, 1, 2 ** 40));
        second = uint128(bound(second, 1, 1e30));
        runEpoch(alice, 1, first, Verdict.Ok);
        settle(1);
        runEpoch(alice, 5, second, Verdict.Ok);
        goTo(paysFrom(5));
        uint256 cap = capNow();
        pool.settle();
        // Four epochs of decay by 0.9 lie between them.
        uint256 mark = uint256(first) * 0.6561e18 / 1e18;
        vm.assertLe(pool.released(5), cap, "never more than the cap");
        if (second >= first) vm.assertEq(pool.released(5), cap, "more work than ever: the full cap");
        else if (mark > 1e6) vm.assertLe(pool.released(5), cap * second / mark + 1, "in proportion to the mark");
    }

    function test_whatAnyoneSendsToThePoolIsReleasedToo() public {
        give(alice, 10e18);
        uint256 before = pool.remaining();
        vm.prank(alice);
        token.transfer(address(pool), 10e18);
        vm.assertEq(pool.remaining(), before + 10e18, "it has an owner: whoever works");
    }
}
