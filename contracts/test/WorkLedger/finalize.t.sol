// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAuditCourt} from "../../src/interfaces/IAuditCourt.sol";
import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {Outcome, Verdict} from "../../src/types/Verdict.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

contract FinalizeTest is World {
    function setUp() public override {
        super.setUp();
        enrolAll();
    }

    function outcomeOf(address worker, uint64 epoch) internal view returns (Outcome) {
        return ledger.commitmentOf(worker, epoch).outcome;
    }

    function test_acceptedWorkEntersTheSums() public {
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        vm.assertTrue(outcomeOf(alice, 1) == Outcome.Accepted, "accepted");
        vm.assertEq(ledger.totalsOf(1).units, 1_000, "W");
        vm.assertEq(ledger.totalsOf(1).score, scoreOf(alice, 1), "its score is the whole sum");
        vm.assertGt(scoreOf(alice, 1), 0, "and not nothing");
        vm.assertEq(ledger.reputationOf(alice), 0.5625e18, "a sixteenth of the way up");
    }

    function test_anOldHandScoresMoreThanANewcomer() public {
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        commitBase(alice, 4, 1_000);
        commitBase(bob, 4, 1_000);
        draw(4);
        commitVerdict(carol, alice, 4, Verdict.Ok);
        commitVerdict(carol, bob, 4, Verdict.Ok);
        goTo(revealsFrom(4));
        revealVerdict(carol, alice, 4, Verdict.Ok);
        revealVerdict(carol, bob, 4, Verdict.Ok);
        goTo(concludesFrom(4));
        ledger.finalize(alice, 4);
        ledger.finalize(bob, 4);
        (uint256 old, uint256 fresh) = (scoreOf(alice, 4), scoreOf(bob, 4));
        vm.assertEq(old * 8, fresh * 9, "0.5625 to 0.5");
    }

    function test_whatMostFindFaultyIsNotPaidAndNobodyIsSlashed() public {
        putStake(alice, 10e18);
        runEpoch(alice, 1, 1_000, Verdict.Fault);
        vm.assertTrue(outcomeOf(alice, 1) == Outcome.Disputed, "disputed");
        vm.assertFalse(stakes.slashed(alice), "not slashed");
        vm.assertEq(ledger.reputationOf(alice), 0.5e18, "and nothing lost");
        vm.assertEq(ledger.totalsOf(1).units, 0, "no work was verified");
        runEpoch(alice, 5, 1_000, Verdict.Ok);
        vm.assertTrue(outcomeOf(alice, 5) == Outcome.Accepted, "the same work may be committed again");
    }

    function test_unservedWorkCostsReputation() public {
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        runEpoch(alice, 4, 1_000, Verdict.Unavailable);
        vm.assertTrue(outcomeOf(alice, 4) == Outcome.Unavailable, "unavailable");
        vm.assertEq(ledger.reputationOf(alice), 0.546875e18, "a quarter of the way down");
        vm.assertEq(ledger.totalsOf(4).units, 0, "no work was verified");
    }

    function test_workThatNobodyLookedAtCountsNothing() public {
        commitBase(alice, 1, 1_000);
        draw(1);
        goTo(concludesFrom(1));
        ledger.finalize(alice, 1);
        vm.assertTrue(outcomeOf(alice, 1) == Outcome.Unaudited, "unaudited");
        vm.assertEq(ledger.totalsOf(1).units, 0, "no work was verified");
        vm.assertEq(ledger.reputationOf(alice), 0.5e18, "and nothing lost");
    }

    function test_notBeforeTheRevealsAreOver() public {
        commitBase(alice, 1, 1_000);
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.NotInWindow.selector, 1));
        ledger.finalize(alice, 1);
        draw(1);
        goTo(concludesFrom(1) - 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.NotInWindow.selector, 1));
        ledger.finalize(alice, 1);
    }

    function test_onceOnly() public {
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.AlreadyFinalized.selector, alice, 1));
        ledger.finalize(alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.NotCommitted.selector, bob, 1));
        ledger.finalize(bob, 1);
    }

    function test_whoComesLateHasNoPartInTheEpoch() public {
        commitBase(alice, 1, 1_000);
        draw(1);
        audit(alice, 1, Verdict.Ok);
        goTo(paysFrom(1));
        ledger.finalize(alice, 1);
        vm.assertTrue(outcomeOf(alice, 1) == Outcome.Accepted, "accepted all the same: its fees are due");
        vm.assertEq(ledger.totalsOf(1).units, 0, "but the epoch's sums stand");
        vm.assertEq(scoreOf(alice, 1), 0, "and it has no share");
    }

    function test_aFaultIsPunishedHoweverLate() public {
        putStake(alice, 10e18);
        commitBase(alice, 1, 1_000);
        draw(1);
        audit(alice, 1, Verdict.Fault);
        goTo(paysFrom(1) + 50);
        convict(alice, 1, carol);
        ledger.finalize(alice, 1);
        vm.assertTrue(stakes.slashed(alice), "waiting does not help");
        vm.assertEq(ledger.totalsOf(1).score, 0, "and nothing was counted");
    }

    function test_aWorkerSlashedMeanwhileHasNoScore() public {
        commitBase(alice, 1, 1_000);
        draw(1);
        audit(alice, 1, Verdict.Ok);
        vm.prank(address(court));
        stakes.slash(alice);
        ledger.finalize(alice, 1);
        vm.assertEq(ledger.totalsOf(1).score, 0, "nobody else's share is diluted by work that is not paid");
    }
}
