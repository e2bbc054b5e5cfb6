// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAuditCourt} from "../../src/interfaces/IAuditCourt.sol";
import {IDisputeCourt} from "../../src/interfaces/IDisputeCourt.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {LapseLib} from "../../src/libraries/LapseLib.sol";
import {Outcome, Verdict} from "../../src/types/Verdict.sol";
import {Ground} from "./Ground.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev Saying fault of honest work. Who weighs how much: Collusion.t.sol.
contract FalseFaultsTest is Ground {
    function setUp() public override {
        super.setUp();
        everybodyJudges();
        hire();
    }

    function say(uint256 ok, uint256 fault) internal {
        address[] memory judges = new address[](ok + fault);
        Verdict[] memory says = new Verdict[](ok + fault);
        for (uint256 i; i < ok + fault; ++i) {
            judges[i] = named(i);
            says[i] = i < ok ? Verdict.Ok : Verdict.Fault;
            enrol(judges[i], false, true);
        }
        commitBase(alice, 1, 1_000);
        judge(1, only(alice), judges, says);
    }

    /// @dev One liar, or as many as there are honest ones less one: Alice loses nothing, and is paid in full.
    function testFuzz_aMinorityOfLiarsHarmsNobody(uint256 ok, uint256 fault) public {
        ok = bound(ok, 1, 8);
        fault = bound(fault, 0, ok - 1);
        say(ok, fault);
        settle(1);
        vm.assertEq(wealthOf(alice), 10e18, "her stake is whole");
        vm.assertEq(earn(alice, 1), basePart(1), "and all of the pot is hers");
    }

    /// @dev As many liars as honest ones: nobody is slashed, and she is not paid for this epoch.
    function testFuzz_aTieSlashesNobody(uint256 half) public {
        half = bound(half, 1, 6);
        say(half, half);
        vm.assertEq(wealthOf(alice), 10e18, "her stake is whole");
        vm.assertTrue(ledger.commitmentOf(alice, 1).outcome == Outcome.Unavailable, "and the epoch is lost");
    }

    /// @dev A false fault that is not followed by a dispute has no bond, and it is paid like any other verdict.
    function test_open_aLiarIsPaidLikeTheOthers() public {
        say(3, 1);
        settle(1);
        goTo(claimableFrom(1));
        (, uint256 honest) = pool.claimable(named(0), 1);
        (, uint256 liar) = pool.claimable(named(3), 1);
        vm.assertEq(liar, honest, "a verdict is a verdict");
        vm.assertFalse(stakes.slashed(named(3)), "and costs nothing");
    }

    /// @dev Where one validator alone reveals, its word is the committee's: a lone liar takes the epoch, and nothing else.
    function test_aLoneRevealSlashesNobody() public {
        say(0, 1);
        vm.assertFalse(stakes.slashed(alice), "it takes more than a word");
        vm.assertTrue(ledger.commitmentOf(alice, 1).outcome == Outcome.Disputed, "and the epoch is not paid");
        vm.expectRevert(IAuditCourt.NothingToClaim.selector);
        vm.prank(named(0));
        court.claimBounty(1, alice);
    }

    /// @dev The other side of it: each member draws samples of its own, so who alone met the forged segment is outvoted by
    /// those who honestly saw none. One is enough all the same: the dispute that it wins takes everything.
    function testFuzz_aTrueFaultThatFewSawIsProven(uint256 saw) public {
        saw = bound(saw, 1, 8);
        say(8 - saw, saw);
        Outcome outcome = ledger.commitmentOf(alice, 1).outcome;
        if (saw > 4) vm.assertTrue(outcome == Outcome.Disputed, "five of eight take the epoch");
        else if (saw == 4) vm.assertTrue(outcome == Outcome.Unavailable, "four as well");
        else vm.assertTrue(outcome == Outcome.Accepted, "three are outvoted");
        convict(alice, 1, named(7));
        settle(1);
        vm.assertEq(wealthOf(alice), 0, "her stake is gone");
        vm.assertEq(earn(alice, 1), 0, "and so is what the others accepted");
    }

    /// @dev A leaf of Alice's is accepted, and a liar disputes it before it can be redeemed.
    function untilFalseDispute() internal returns (uint256 job, IWorkLedger.Leaf memory leaf, uint256 id) {
        address liar = named(0);
        enrol(liar, false, true);
        putStake(liar, 10e18);
        putStake(carol, 10e18);
        putStake(dave, 10e18);
        job = postUntil(nobody, 1, 0, 10, 1e18, uint64(block.timestamp + 10_000));
        leaf = leafOf(job, 0, 1, 10);
        claim(alice, job, 0, 1);
        commit(alice, 1, hashOf(leaf), 10, 10);
        draw(1);
        commitVerdict(carol, alice, 1, Verdict.Ok);
        commitVerdict(dave, alice, 1, Verdict.Ok);
        commitVerdict(liar, alice, 1, Verdict.Fault);
        goTo(revealsFrom(1));
        revealVerdict(carol, alice, 1, Verdict.Ok);
        revealVerdict(dave, alice, 1, Verdict.Ok);
        revealVerdict(liar, alice, 1, Verdict.Fault);
        vm.prank(liar);
        id = disputes.accuse(1, alice, IDisputeCourt.Reason.ForgedProof, DIGEST);
        goTo(concludesFrom(1));
        ledger.finalize(alice, 1);
    }

    function endDispute(uint256 id) internal {
        uint64 epoch = uint64(disputes.disputeOf(id).deadline);
        goTo(endOf(epoch) + law.commitSeconds);
        beacon.draw(epoch, roundFor(epoch));
        goTo(concludesFrom(epoch));
        disputes.conclude(id);
    }

    /// @dev However long a jury takes: nobody frees what she delivered and cannot redeem, and then she is paid.
    function testFuzz_aFalseDisputeFreesNoneOfHerShards(uint256 open, uint256 later) public {
        uint256 claimedAt = block.timestamp;
        (uint256 job, IWorkLedger.Leaf memory leaf, uint256 id) = untilFalseDispute();
        // The beacon speaks as late as it may for the jury to be over in time.
        uint256 latest = claimedAt + LapseLib.patienceOf(law) - law.auditSeconds - law.revealSeconds;
        goTo(bound(open, claimedAt + law.claimTimeoutSeconds, latest));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.UnderDispute.selector, alice, 1));
        redeem(alice, 1, leaf);
        vm.expectRevert(ITaskMarket.NotReleasable.selector);
        market.releaseShards(job, 0, 1, alice);
        endDispute(id);
        vm.assertEq(disputes.busyUntil(alice), block.timestamp, "it ended now");
        goTo(block.timestamp + bound(later, 0, law.claimTimeoutSeconds - 1));
        vm.expectRevert(ITaskMarket.NotReleasable.selector);
        market.releaseShards(job, 0, 1, alice);
        uint256 before = token.balanceOf(alice);
        redeem(alice, 1, leaf);
        vm.assertEq(token.balanceOf(alice) - before, 0.85e18, "85 % of the fee");
    }

    /// @dev A dispute holds a claim no longer than one timeout after its end.
    function test_afterADisputeAClaimLapsesAsAnyOther() public {
        (uint256 job,, uint256 id) = untilFalseDispute();
        endDispute(id);
        goTo(disputes.busyUntil(alice) + law.claimTimeoutSeconds);
        market.releaseShards(job, 0, 1, alice);
        vm.assertEq(market.waitsUntil(job, alice), block.timestamp + law.claimTimeoutSeconds, "a lapse");
    }

    /// @dev A claim that is made after the dispute has its own time.
    function test_anEarlierDisputeShortensNothing() public {
        (uint256 job,, uint256 id) = untilFalseDispute();
        endDispute(id);
        goTo(block.timestamp + law.claimTimeoutSeconds);
        uint256 other = post(nobody, 2, 0, 20, 1e18);
        claim(alice, other, 0, 1);
        goTo(block.timestamp + law.claimTimeoutSeconds - 1);
        vm.expectRevert(ITaskMarket.NotReleasable.selector);
        market.releaseShards(other, 0, 1, alice);
        market.releaseShards(job, 0, 1, alice);
    }

    /// @dev The liar accuses Alice's work of the next epoch, too, while her claim of before is under its own dispute.
    function accuseAgain(uint64 epoch) internal returns (uint256 id) {
        address liar = named(0);
        commitBase(alice, epoch, 1_000);
        draw(epoch);
        commitVerdict(liar, alice, epoch, Verdict.Fault);
        goTo(revealsFrom(epoch));
        revealVerdict(liar, alice, epoch, Verdict.Fault);
        vm.prank(liar);
        id = disputes.accuse(epoch, alice, IDisputeCourt.Reason.ForgedProof, DIGEST);
    }

    /// @dev A dispute about one epoch keeps nothing of another from being paid: or a liar in each epoch would keep it for ever.
    function test_aDisputeHoldsItsOwnEpochAlone() public {
        (, IWorkLedger.Leaf memory leaf, uint256 id) = untilFalseDispute();
        uint64 later = uint64((block.timestamp - law.genesis) / law.epochSeconds) + 1;
        uint256 second = accuseAgain(later);
        endDispute(id);
        vm.assertTrue(disputes.isDisputed(later, alice), "one is open");
        vm.assertFalse(disputes.isDisputed(1, alice), "about something else");
        uint256 before = token.balanceOf(alice);
        redeem(alice, 1, leaf);
        vm.assertEq(token.balanceOf(alice) - before, 0.85e18, "85 % of the fee");
        endDispute(second);
    }

    /// @dev Who lets an accomplice accuse it again and again holds its claims no longer than one dispute would.
    function test_accusationsWithoutEndHoldAClaimOnlySoLong() public {
        uint256 claimedAt = block.timestamp;
        (uint256 job,,) = untilFalseDispute();
        goTo(claimedAt + LapseLib.patienceOf(law) + law.claimTimeoutSeconds - 1);
        vm.expectRevert(ITaskMarket.NotReleasable.selector);
        market.releaseShards(job, 0, 1, alice);
        goTo(block.timestamp + 1);
        vm.assertEq(disputes.busyUntil(alice), type(uint64).max, "still open");
        market.releaseShards(job, 0, 1, alice);
    }

    /// @dev Nor does a submitter get a fee back by accusing who earned it, until the deadline has passed.
    function test_aFalseDisputeRefundsNothing() public {
        (uint256 job, IWorkLedger.Leaf memory leaf, uint256 id) = untilFalseDispute();
        goTo(market.jobOf(job).deadline + law.claimTimeoutSeconds);
        vm.expectRevert(ITaskMarket.NotRefundable.selector);
        market.refund(job);
        endDispute(id);
        vm.expectRevert(ITaskMarket.NotRefundable.selector);
        market.refund(job);
        redeem(alice, 1, leaf);
        vm.assertTrue(market.jobOf(job).state == ITaskMarket.State.Complete, "she is paid");
    }

    /// @dev A refund waits for disputes only as long as the last claim could.
    function test_accusationsWithoutEndHoldARefundOnlySoLong() public {
        (uint256 job,,) = untilFalseDispute();
        goTo(uint256(market.jobOf(job).deadline) + LapseLib.patienceOf(law) + law.claimTimeoutSeconds - 1);
        vm.expectRevert(ITaskMarket.NotRefundable.selector);
        market.refund(job);
        goTo(block.timestamp + 1);
        market.refund(job);
        vm.assertEq(token.balanceOf(nobody), 1e18, "all of it");
    }
}
