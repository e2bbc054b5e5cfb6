// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAuditCourt} from "../../src/interfaces/IAuditCourt.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

contract VerdictsTest is World {
    function setUp() public override {
        super.setUp();
        enrolAll();
        commitBase(alice, 1, 1_000);
        draw(1);
    }

    function test_commitThenReveal() public {
        vm.expectEmit(true, true, true, true, address(court));
        emit IAuditCourt.VerdictCommitted(1, alice, carol);
        commitVerdict(carol, alice, 1, Verdict.Ok);
        goTo(revealsFrom(1));
        vm.expectEmit(true, true, true, true, address(court));
        emit IAuditCourt.VerdictRevealed(1, alice, carol, 1, DIGEST);
        revealVerdict(carol, alice, 1, Verdict.Ok);
        vm.assertTrue(court.verdictOf(1, alice, carol) == Verdict.Ok, "on record");
        vm.assertEq(court.revealsOf(1, alice), 1, "one look at Alice");
        vm.assertEq(court.auditsBy(1, carol), 1, "by Carol");
        vm.assertEq(court.auditsTotal(1), 1, "one look in all");
    }

    /// @dev A digest small enough would pass for a verdict that was revealed.
    function testFuzz_noBallotPassesForAVerdict(uint64 low) public {
        vm.expectRevert(IAuditCourt.BadDigest.selector);
        vm.prank(carol);
        court.commitVerdict(1, alice, bytes32(uint256(low)));
        vm.assertTrue(court.verdictOf(1, alice, carol) == Verdict.None, "no verdict");
        commitVerdict(carol, alice, 1, Verdict.Fault);
        vm.assertTrue(court.verdictOf(1, alice, carol) == Verdict.None, "none before it is revealed either");
    }

    function test_noVerdictOnOneself() public {
        commitBaseFor(bob);
        vm.assertFalse(court.onCommittee(4, bob, bob), "Bob is not his own judge");
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.NotOnCommittee.selector, bob));
        commitVerdict(bob, bob, 4, Verdict.Ok);
    }

    function commitBaseFor(address worker) internal {
        commitBase(worker, 4, 1_000);
        draw(4);
    }

    function test_noVerdictFromStrangers() public {
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.NotOnCommittee.selector, nobody));
        commitVerdict(nobody, alice, 1, Verdict.Ok);
    }

    function test_noVerdictFromTheSlashed() public {
        vm.prank(address(court));
        stakes.slash(carol);
        vm.assertFalse(court.onCommittee(1, alice, carol), "slashed");
    }

    function test_noVerdictOnWorkThatIsNotThere() public {
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.NoWork.selector, bob, 1));
        commitVerdict(carol, bob, 1, Verdict.Ok);
    }

    function test_onceEach() public {
        commitVerdict(carol, alice, 1, Verdict.Ok);
        vm.expectRevert(IAuditCourt.AlreadyDone.selector);
        commitVerdict(carol, alice, 1, Verdict.Fault);
        goTo(revealsFrom(1));
        revealVerdict(carol, alice, 1, Verdict.Ok);
        vm.expectRevert(IAuditCourt.AlreadyDone.selector);
        revealVerdict(carol, alice, 1, Verdict.Ok);
    }

    function test_noCommitmentAfterTheWindow() public {
        goTo(revealsFrom(1));
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.NotInWindow.selector, 1));
        commitVerdict(carol, alice, 1, Verdict.Ok);
    }

    function test_noRevealOutsideItsWindow() public {
        commitVerdict(carol, alice, 1, Verdict.Ok);
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.NotInWindow.selector, 1));
        revealVerdict(carol, alice, 1, Verdict.Ok);
        goTo(concludesFrom(1));
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.NotInWindow.selector, 1));
        revealVerdict(carol, alice, 1, Verdict.Ok);
    }

    function test_aRevealMustBeWhatWasCommitted() public {
        commitVerdict(carol, alice, 1, Verdict.Ok);
        goTo(revealsFrom(1));
        vm.expectRevert(IAuditCourt.WrongReveal.selector);
        revealVerdict(carol, alice, 1, Verdict.Fault);
        vm.expectRevert(IAuditCourt.WrongReveal.selector);
        revealVerdict(dave, alice, 1, Verdict.Ok);
    }

    function test_aCopiedCommitmentCannotBeRevealed() public {
        bytes32 digest = digestOf(carol, alice, 1, Verdict.Ok);
        vm.prank(dave);
        court.commitVerdict(1, alice, digest);
        goTo(revealsFrom(1));
        vm.expectRevert(IAuditCourt.WrongReveal.selector);
        revealVerdict(dave, alice, 1, Verdict.Ok);
    }

    function testFuzz_onlyTheThreeVerdicts(uint8 verdict) public {
        vm.assume(verdict == 0 || verdict > 3);
        bytes32 digest = keccak256(abi.encode(carol, alice, uint256(1), verdict, DIGEST, SALT));
        vm.prank(carol);
        court.commitVerdict(1, alice, digest);
        goTo(revealsFrom(1));
        vm.expectRevert(IAuditCourt.WrongReveal.selector);
        vm.prank(carol);
        court.revealVerdict(1, alice, verdict, DIGEST, SALT);
    }

    function test_onlyTheLedgerConcludes() public {
        goTo(concludesFrom(1));
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.OnlyLedger.selector, carol));
        vm.prank(carol);
        court.conclude(alice, 1);
    }
}
