// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeCourt} from "../../src/interfaces/IDisputeCourt.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {Game} from "../support/Game.sol";
import {vm} from "../support/Vm.sol";

/// @dev Carol and Dave judged Alice, and Carol says that Dave looked at nothing. Six validators of the same stake decide.
contract AuditorTest is Game {
    uint256 private constant JURORS = 6;

    function setUp() public override {
        super.setUp();
        law.committee = 100;
        deploy();
        hire();
        putStake(carol, 10e18);
        putStake(dave, 10e18);
        for (uint256 i; i < JURORS; ++i) {
            enrol(juror(i), false, true);
            putStake(juror(i), 10e18);
        }
        commitRound(1, rightUnits());
        draw(1);
        commitVerdict(carol, alice, 1, Verdict.Ok);
        commitVerdict(dave, alice, 1, Verdict.Ok);
        goTo(revealsFrom(1));
        revealVerdict(carol, alice, 1, Verdict.Ok);
    }

    function juror(uint256 i) internal pure returns (address) {
        return address(uint160(0x7000 + i));
    }

    function accuse(address challenger, address worker, address auditor) internal {
        vm.prank(challenger);
        id = disputes.accuseAuditor(1, worker, auditor, DIGEST);
    }

    function refuse(address challenger, address worker, address auditor, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(challenger);
        disputes.accuseAuditor(1, worker, auditor, DIGEST);
    }

    function noVerdict(address validator) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IDisputeCourt.NoVerdict.selector, 1, alice, validator);
    }

    function daveReveals() internal {
        revealVerdict(dave, alice, 1, Verdict.Ok);
    }

    function decide(uint256 guilty) internal {
        uint64 epoch = disputes.disputeOf(id).deadline;
        goTo(endOf(epoch) + law.commitSeconds);
        beacon.draw(epoch, roundFor(epoch));
        for (uint256 i; i < JURORS; ++i) {
            vm.prank(juror(i));
            disputes.vote(id, i < guilty);
        }
        goTo(concludesFrom(epoch));
        disputes.conclude(id);
    }

    function test_guiltyTheAuditorIsSlashedAndTheWorkerIsNot() public {
        daveReveals();
        uint256 bond = stakes.minimumStake();
        uint256 before = token.balanceOf(carol);
        vm.expectEmit(true, true, true, true, address(disputes));
        emit IDisputeCourt.Accused(1, 1, dave, carol, IDisputeCourt.Reason.FalseDigest, DIGEST);
        accuse(carol, alice, dave);
        vm.assertTrue(phase() == IDisputeCourt.Phase.Jury, "at once before the jury");
        vm.assertEq(disputes.disputeOf(id).worker, dave, "who answers for it");
        vm.assertEq(disputes.busyUntil(alice), 0, "nothing is said of the worker");
        decide(JURORS);
        vm.assertTrue(stakes.slashed(dave), "slashed");
        vm.assertFalse(stakes.slashed(alice), "the worker is not");
        vm.assertEq(token.balanceOf(carol) - before, bond + 4e18, "the bond, and 40 % of the stake");
        vm.assertEq(token.balanceOf(address(court)), 0, "nobody saw a fault of it: that tenth is burned");
        vm.assertEq(token.balanceOf(address(disputes)), 0, "no bond stays behind");
    }

    function test_innocentTheBondIsLost() public {
        daveReveals();
        uint256 bond = stakes.minimumStake();
        accuse(carol, alice, dave);
        (uint256 hers, uint256 his) = (token.balanceOf(carol), token.balanceOf(dave));
        decide(0);
        vm.assertFalse(stakes.slashed(dave), "not slashed");
        vm.assertEq(token.balanceOf(carol), hers, "the bond is lost");
        vm.assertEq(token.balanceOf(dave) - his, bond / 2, "half of it is for the trouble");
        vm.assertEq(disputes.busyUntil(dave), block.timestamp, "no longer open");
    }

    function test_neitherOfThemJudges() public {
        daveReveals();
        accuse(carol, alice, dave);
        uint64 epoch = disputes.disputeOf(id).deadline;
        goTo(endOf(epoch) + law.commitSeconds);
        beacon.draw(epoch, roundFor(epoch));
        vm.assertFalse(disputes.onJury(id, carol), "the challenger");
        vm.assertFalse(disputes.onJury(id, dave), "the accused");
        vm.assertTrue(disputes.onJury(id, juror(0)), "everybody else");
    }

    function test_bothMustHaveRevealed() public {
        refuse(carol, alice, dave, noVerdict(dave));
        daveReveals();
        refuse(juror(0), alice, dave, noVerdict(juror(0)));
        refuse(carol, alice, juror(0), noVerdict(juror(0)));
        refuse(carol, bob, dave, abi.encodeWithSelector(IDisputeCourt.NoVerdict.selector, 1, bob, carol));
        refuse(carol, alice, carol, abi.encodeWithSelector(IDisputeCourt.NothingWrong.selector));
        accuse(carol, alice, dave);
    }

    function test_twiceByNobodyAndOnceByEach() public {
        daveReveals();
        accuse(carol, alice, dave);
        refuse(carol, alice, dave, abi.encodeWithSelector(IDisputeCourt.AlreadyAccused.selector, 1, dave, carol));
        accuse(dave, alice, carol);
        vm.assertEq(disputes.busyUntil(dave), type(uint64).max, "one against each");
        vm.assertEq(disputes.busyUntil(carol), type(uint64).max, "one against each");
    }

    /// @dev A digest of the last second of the reveals can still be checked.
    function test_untilTheEpochPays() public {
        daveReveals();
        goTo(paysFrom(1) - 1);
        accuse(carol, alice, dave);
        goTo(paysFrom(1));
        refuse(dave, alice, carol, abi.encodeWithSelector(IDisputeCourt.TooLate.selector, 2));
    }

    function test_noWorkerIsAccusedOfADigest() public {
        daveReveals();
        vm.expectRevert(IDisputeCourt.NothingWrong.selector);
        vm.prank(carol);
        disputes.accuse(1, alice, IDisputeCourt.Reason.FalseDigest, DIGEST);
    }
}
