// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {Ground} from "./Ground.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev Jobs that nobody needs, and commitments of dust.
contract SpamTest is Ground {
    /// @dev Jobs that nobody works on release nothing, count nothing and take nothing from those who work.
    function testFuzz_jobsOfNobodyTakeNothingFromAnybody(uint8 jobs, uint128 units) public {
        hire();
        uint256 snapshot = vm.snapshotState();
        runEpoch(bob, 1, 1_000, Verdict.Ok);
        settle(1);
        uint256 without = pool.released(1);
        vm.revertToState(snapshot);

        give(nobody, jobs);
        vm.prank(nobody);
        token.approve(address(market), jobs);
        for (uint256 i; i < jobs; ++i) {
            vm.prank(nobody);
            market.postJob(
                bytes32(i), TERMS, 65_536, 0, uint128(bound(units, 1, type(uint128).max)), 1, type(uint40).max
            );
        }
        runEpoch(bob, 1, 1_000, Verdict.Ok);
        settle(1);
        // What was given to the spammer is no longer the pool's: a wei a job.
        vm.assertLe(without - pool.released(1), 1, "what the epoch releases");
        vm.assertEq(earn(bob, 1), basePart(1), "is Bob's");
        vm.assertEq(token.balanceOf(address(market)), jobs, "a wei a job lies in escrow");
    }

    /// @dev Until the deadline and a claim's time after it the money is not the spammer's; then all of it is. Each job costs
    /// its gas and that time.
    function test_theFeeIsLockedUntilTheDeadline() public {
        hire();
        uint256 job = postUntil(nobody, 1, 0, 1, 100e18, uint64(block.timestamp + 10 days));
        goTo(block.timestamp + 10 days + law.claimTimeoutSeconds - 1);
        vm.expectRevert(ITaskMarket.NotRefundable.selector);
        market.refund(job);
        vm.assertEq(token.balanceOf(nobody), 0, "locked");
        goTo(block.timestamp + 1);
        market.refund(job);
        vm.assertEq(token.balanceOf(nobody), 100e18, "back");
    }

    /// @dev An audit is an audit: workers of dust shift nothing among validators that look at all they are drawn for.
    function testFuzz_dustDoesNotShiftTheAuditorsShares(uint8 dust) public {
        everybodyJudges();
        enrolAll();
        uint256 names = bound(dust, 0, 12);
        address[] memory workers = new address[](names + 1);
        workers[names] = bob;
        commitBase(bob, 1, 1e12);
        for (uint256 i; i < names; ++i) {
            workers[i] = named(i);
            enrol(workers[i], true, false);
            commitBase(workers[i], 1, 1);
        }
        accept(1, workers);
        settle(1);
        goTo(claimableFrom(1));
        (, uint256 first) = pool.claimable(carol, 1);
        (, uint256 second) = pool.claimable(dave, 1);
        vm.assertEq(first, second, "half each");
        vm.assertGe(first + second + 1, pool.released(1) - pool.released(1) * 80 / 100, "of the auditors' part");
    }

    /// @dev But each audit pays the same: a validator that has only time for the one real worker gets a thirteenth.
    function test_open_anAuditOfDustPaysAsMuchAsAnyOther() public {
        everybodyJudges();
        enrolAll();
        for (uint256 i; i < 12; ++i) {
            enrol(named(i), true, false);
            commitBase(named(i), 1, 1);
        }
        commitBase(bob, 1, 1e12);
        draw(1);
        for (uint256 i; i < 12; ++i) {
            commitVerdict(dave, named(i), 1, Verdict.Ok);
        }
        commitVerdict(carol, bob, 1, Verdict.Ok);
        goTo(revealsFrom(1));
        for (uint256 i; i < 12; ++i) {
            revealVerdict(dave, named(i), 1, Verdict.Ok);
        }
        revealVerdict(carol, bob, 1, Verdict.Ok);
        goTo(concludesFrom(1));
        ledger.finalize(bob, 1);
        settle(1);
        goTo(claimableFrom(1));
        (, uint256 real) = pool.claimable(carol, 1);
        (, uint256 ofDust) = pool.claimable(dave, 1);
        vm.assertGe(ofDust, real * 12, "twelve looks at a unit each, against one at all of the work");
    }
}
