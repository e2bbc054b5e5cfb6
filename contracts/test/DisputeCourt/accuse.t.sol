// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {IDisputeCourt} from "../../src/interfaces/IDisputeCourt.sol";
import {IStakeRegistry} from "../../src/interfaces/IStakeRegistry.sol";
import {Game} from "../support/Game.sol";
import {vm} from "../support/Vm.sol";

/// @dev Who may bring a dispute, when, and what it puts at risk.
contract AccuseTest is Game {
    function accuse(address challenger) internal returns (uint256) {
        vm.prank(challenger);
        return disputes.accuse(1, alice, IDisputeCourt.Reason.ForgedProof, DIGEST);
    }

    function refuse(address challenger, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(challenger);
        disputes.accuse(1, alice, IDisputeCourt.Reason.ForgedProof, DIGEST);
    }

    function test_onlyWhoRevealedTheFault() public {
        untilAccusation();
        refuse(dave, abi.encodeWithSelector(IDisputeCourt.NoFault.selector, 1, alice, dave));
        refuse(bob, abi.encodeWithSelector(IDisputeCourt.NoFault.selector, 1, alice, bob));
        accuse(carol);
    }

    function test_onceForEachChallenger() public {
        untilAccusation();
        vm.assertEq(disputes.busyUntil(alice), 0, "never yet");
        vm.assertEq(accuse(carol), 1, "ids count from 1");
        refuse(carol, abi.encodeWithSelector(IDisputeCourt.AlreadyAccused.selector, 1, alice, carol));
        vm.assertEq(disputes.busyUntil(alice), type(uint64).max, "one is open");
    }

    function test_onlyWhileVerdictsAreRevealed() public {
        untilAccusation();
        goTo(concludesFrom(1));
        refuse(carol, abi.encodeWithSelector(IDisputeCourt.TooLate.selector, 1));
    }

    function test_theBondIsTheMinimumStake() public {
        untilAccusation();
        uint256 bond = stakes.minimumStake();
        vm.assertGt(bond, 0, "there is one");
        uint256 before = stakes.stakeOf(carol);
        uint64 next = uint64((block.timestamp - law.genesis) / law.epochSeconds) + 1;
        uint256 weight = stakes.weightAt(carol, next);
        vm.expectEmit(true, true, true, true, address(stakes));
        emit IStakeRegistry.BondTaken(carol, bond);
        uint256 dispute = accuse(carol);
        vm.assertEq(stakes.stakeOf(carol), before - bond, "out of her stake");
        vm.assertEq(token.balanceOf(address(disputes)), bond, "into the court");
        vm.assertEq(disputes.disputeOf(dispute).bond, bond, "which remembers it");
        vm.assertEq(weight - stakes.weightAt(carol, next), before / 1e9 - (before - bond) / 1e9, "it weighs no more");
    }

    function test_withoutStakeNoBondAndNoDispute() public {
        untilAccusation();
        uint256 all = stakes.stakeOf(carol);
        vm.prank(carol);
        stakes.requestUnstake(all);
        refuse(carol, abi.encodeWithSelector(IStakeRegistry.NotEnoughStake.selector, stakes.minimumStake(), 0));
    }

    function test_aSlashedChallengerBringsNone() public {
        untilAccusation();
        vm.prank(address(court));
        stakes.slash(carol);
        refuse(carol, abi.encodeWithSelector(IStakeRegistry.AccountSlashed.selector, carol));
    }

    function test_somethingMustBeTheReason() public {
        untilAccusation();
        vm.expectRevert(IDisputeCourt.NothingWrong.selector);
        vm.prank(carol);
        disputes.accuse(1, alice, IDisputeCourt.Reason.None, DIGEST);
    }

    function test_whileItIsOpenNothingIsRedeemed() public {
        accuseResult();
        goTo(concludesFrom(1));
        ledger.finalize(alice, 1);
        IDisputeCourt.Placement memory placement = placementOf(0);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.UnderDispute.selector, alice, 1));
        market.redeem(alice, 1, placement.leaf, placement.path);
    }

    /// @dev Both checkpoints of the segment are where the trace has them, and the segment is one of the shard's.
    function test_aSegmentThatIsNotTheTracesIsRefused() public {
        untilAccusation();
        IDisputeCourt.Placement memory placement = placementOf(0);
        IDisputeCourt.Terms memory terms = termsNow();
        for (uint256 i; i < 5; ++i) {
            (IDisputeCourt.Segment memory s,) = segmentNow();
            if (i == 0) s.startState = keccak256("another");
            if (i == 1) s.endState = keccak256("another");
            if (i == 2) s.endOutputs = keccak256("another");
            if (i == 3) s.endPath = s.startPath;
            if (i == 4) s.index = 2;
            vm.expectRevert();
            vm.prank(carol);
            disputes.accuseResult(1, alice, proofs[0], placement, terms, s);
        }
        // And a merge is none of a training shard.
        (IDisputeCourt.Segment memory segment,) = segmentNow();
        placement = placementOf(2);
        vm.expectRevert(IDisputeCourt.NotATrainingShard.selector);
        vm.prank(carol);
        disputes.accuseResult(1, alice, proofs[2], placement, terms, segment);
    }

    function test_theChainShowsWhatIsDisputed() public {
        untilAccusation();
        (IDisputeCourt.Segment memory segment,) = segmentNow();
        IDisputeCourt.Placement memory placement = placementOf(1);
        IDisputeCourt.Terms memory terms = termsNow();
        vm.expectEmit(true, true, true, true, address(disputes));
        emit IDisputeCourt.Accused(1, 1, alice, carol, IDisputeCourt.Reason.None, 0);
        vm.expectEmit(true, true, true, true, address(disputes));
        emit IDisputeCourt.SegmentNamed(1, bytes32(job), 1, 0);
        vm.expectEmit(true, true, true, true, address(disputes));
        emit IDisputeCourt.Moved(1, IDisputeCourt.Phase.OpenBlocks, uint64(block.timestamp) + law.disputeSeconds);
        vm.prank(carol);
        disputes.accuseResult(1, alice, proofs[1], placement, terms, segment);
        IDisputeCourt.Dispute memory d = disputes.disputeOf(1);
        vm.assertEq(d.steps, SEGMENT, "steps of the segment");
        vm.assertEq(d.values, VALUES, "values of a step");
        vm.assertEq(d.startState, segment.startState, "from");
        vm.assertEq(d.endState, segment.endState, "to");
    }
}
