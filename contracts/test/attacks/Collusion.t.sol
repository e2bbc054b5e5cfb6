// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {SortitionLib} from "../../src/libraries/SortitionLib.sol";
import {Outcome, Verdict} from "../../src/types/Verdict.sol";
import {Ground} from "./Ground.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev Carol is all colluders and Dave all honest validators of one committee: weights add up, so two stand for many.
contract CollusionTest is Ground {
    function setUp() public override {
        super.setUp();
        everybodyJudges();
        hire();
    }

    function judgeBoth(Verdict colluders, Verdict honest) internal returns (Outcome) {
        commitBase(alice, 1, 1_000);
        address[] memory judges = both(carol, dave);
        Verdict[] memory says = new Verdict[](2);
        (says[0], says[1]) = (colluders, honest);
        judge(1, only(alice), judges, says);
        return ledger.commitmentOf(alice, 1).outcome;
    }

    /// @dev Weight is the stake in gwei, and one gwei for being there.
    function testFuzz_theLineIsHalfOfTheRevealedWeight(uint256 colluders, uint256 honest) public {
        // Below a two-billionth of all weight even this committee leaves somebody out.
        colluders = bound(colluders, 50_000, 50_000e9);
        honest = honest % 4 == 0 ? colluders : bound(honest, 50_000, 50_000e9);
        putStake(carol, colluders * 1e9);
        putStake(dave, honest * 1e9);
        uint256 snapshot = vm.snapshotState();
        Outcome forged = judgeBoth(Verdict.Ok, Verdict.Fault);
        vm.revertToState(snapshot);
        Outcome slandered = judgeBoth(Verdict.Fault, Verdict.Ok);
        if (colluders > honest) {
            vm.assertTrue(forged == Outcome.Accepted, "more than half accepts what it likes");
            vm.assertTrue(slandered == Outcome.Disputed, "and leaves unpaid whom it likes");
        } else if (colluders < honest) {
            vm.assertTrue(forged == Outcome.Disputed, "less than half does not save a cheat");
            vm.assertTrue(slandered == Outcome.Accepted, "nor take anybody's pay");
        } else {
            vm.assertTrue(forged == Outcome.Unavailable && slandered == Outcome.Unavailable, "half decides nothing");
        }
        vm.assertEq(wealthOf(alice), 10e18, "and no majority takes a stake");
    }

    /// @dev Slander that two thirds of a jury believe as well takes half of the victim's stake, no more: the other half is
    /// burned, the emission returns to the pool.
    function testFuzz_slanderPaysHalfOfWhatItDestroys(uint256 staked) public {
        staked = bound(staked, 1e18, 1_000_000e18);
        putStake(alice, staked);
        putStake(carol, 2e18);
        putStake(dave, 1e18);
        uint256 before = wealthOf(alice);
        uint256 supply = token.totalSupply();
        judgeBoth(Verdict.Fault, Verdict.Ok);
        convict(alice, 1, carol);
        vm.prank(carol);
        court.claimBounty(1, alice);
        vm.assertEq(wealthOf(alice), 0, "the victim has lost everything");
        vm.assertEq(token.balanceOf(carol), before / 2, "the colluders have half");
        vm.assertEq(supply - token.totalSupply(), before - before / 2, "the rest is nobody's");
    }

    /// @dev Slashing oneself by one's own jury loses half.
    function test_slashingOneselfLosesHalf() public {
        putStake(carol, 2e18);
        uint256 before = wealthOf(alice) + wealthOf(carol);
        judgeBoth(Verdict.Fault, Verdict.Ok);
        convict(alice, 1, carol);
        vm.prank(carol);
        court.claimBounty(1, alice);
        vm.assertEq(before - wealthOf(alice) - wealthOf(carol), 5e18, "of ten");
    }

    /// @dev The draw of the public network among forty equal validators, eight of them colluding, for a thousand names of
    /// workers: how often the eight are the majority of those drawn. Committees of exactly eight would be theirs 10 times in
    /// 1,000 (protocol/economy/deterrence.ts).
    function test_open_amongManyNamesSomeCommitteesAreCaptured() public {
        publicLaw();
        for (uint256 i; i < 40; ++i) {
            enrol(named(i), false, true);
            putStake(named(i), 3_000e18);
        }
        draw(1);
        uint256 captured;
        uint256 seats;
        for (uint256 w; w < 1_000; ++w) {
            uint256 colluders;
            uint256 honest;
            for (uint256 i; i < 40; ++i) {
                if (!court.onCommittee(1, named(1_000 + w), named(i))) continue;
                if (i < 8) ++colluders;
                else ++honest;
            }
            seats += colluders + honest;
            if (colluders > honest) ++captured;
        }
        vm.assertGe(seats, 7_800, "eight seats on average");
        vm.assertLe(seats, 8_200, "and no more");
        vm.assertGe(captured, 5, "of the order that the weights say");
        vm.assertLe(captured, 30, "of the order that the weights say");
    }

    /// @dev A tenth of all weight in one account is drawn four times in five, and then has one seat beside the seven or so of
    /// the ninety others that are drawn with it: it decides where it is alone, 0.8 x 0.92^90 or one time in 2,300.
    function test_aTenthInOneAccountDecidesFewCommittees() public {
        publicLaw();
        for (uint256 i; i < 91; ++i) {
            enrol(named(i), false, true);
            putStake(named(i), i == 0 ? 20_000e18 : 2_000e18);
        }
        draw(1);
        uint256 drawn;
        uint256 decided;
        for (uint256 w; w < 300; ++w) {
            if (!court.onCommittee(1, named(1_000 + w), named(0))) continue;
            ++drawn;
            uint256 honest;
            for (uint256 i = 1; i < 91; ++i) {
                if (court.onCommittee(1, named(1_000 + w), named(i))) honest += SortitionLib.seatOf(8, 2_000, 200_000);
            }
            if (SortitionLib.seatOf(8, 20_000, 200_000) > honest) ++decided;
        }
        vm.assertGt(drawn, 210, "it is on four committees in five");
        vm.assertLe(decided, 3, "and hardly any of 300 is its own");
    }

    /// @dev At half time the committee doubles where few have answered; a seat stays what it was, so that one that answered
    /// before does not outvote two of the same weight that answer after.
    function test_whoAnswersEarlyCountsNoMore() public {
        publicLaw();
        enrol(alice, true, false);
        for (uint256 i; i < 40; ++i) {
            enrol(named(i), false, true);
            putStake(named(i), 3_000e18);
        }
        commitBase(alice, 1, 1_000);
        draw(1);
        address[] memory drawn = new address[](3);
        uint256 found;
        for (uint256 i; i < 40 && found < 3; ++i) {
            if (court.onCommittee(1, alice, named(i))) drawn[found++] = named(i);
        }
        vm.assertEq(found, 3, "three of those that were drawn at once");
        commitVerdict(drawn[0], alice, 1, Verdict.Ok);
        goTo(beacon.drawnAt(1) + law.auditSeconds / 2);
        commitVerdict(drawn[1], alice, 1, Verdict.Fault);
        commitVerdict(drawn[2], alice, 1, Verdict.Fault);
        goTo(revealsFrom(1));
        revealVerdict(drawn[0], alice, 1, Verdict.Ok);
        revealVerdict(drawn[1], alice, 1, Verdict.Fault);
        revealVerdict(drawn[2], alice, 1, Verdict.Fault);
        goTo(concludesFrom(1));
        ledger.finalize(alice, 1);
        vm.assertTrue(ledger.commitmentOf(alice, 1).outcome == Outcome.Disputed, "two of three have the majority");
    }

    /// @dev What a captured committee accepts of base work is what the protocol issues to one name, no more: as much as one
    /// honest worker's hour. Below half of the weight that takes several names, each with the gas of a commitment.
    function testFuzz_aCapturedCommitteeIsWorthOneHonestWorker(uint128 states) public {
        law.maxBaseUnits = 252_520_505_344;
        everybodyJudges();
        hire();
        putStake(carol, 2e18);
        putStake(dave, 1e18);
        uint128 most = law.maxBaseUnits;
        uint128 more = uint128(bound(states, uint256(most) + 1, type(uint104).max));
        goTo(endOf(1));
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.TooMuchBaseWork.selector, more, most));
        vm.prank(alice);
        ledger.commitWork(1, "forged", more, 0, MANIFEST, 0);

        commitBase(alice, 1, most);
        commitBase(bob, 1, most);
        draw(1);
        commitVerdict(carol, alice, 1, Verdict.Ok);
        commitVerdict(dave, alice, 1, Verdict.Fault);
        commitVerdict(dave, bob, 1, Verdict.Ok);
        goTo(revealsFrom(1));
        revealVerdict(carol, alice, 1, Verdict.Ok);
        revealVerdict(dave, alice, 1, Verdict.Fault);
        revealVerdict(dave, bob, 1, Verdict.Ok);
        goTo(concludesFrom(1));
        ledger.finalize(alice, 1);
        ledger.finalize(bob, 1);
        settle(1);
        uint256 forged = earn(alice, 1);
        vm.assertEq(forged, earn(bob, 1), "as much as the honest one");
    }
}
