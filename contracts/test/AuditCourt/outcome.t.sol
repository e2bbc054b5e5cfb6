// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAuditCourt} from "../../src/interfaces/IAuditCourt.sol";
import {Outcome, Verdict} from "../../src/types/Verdict.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

contract OutcomeTest is World {
    function setUp() public override {
        super.setUp();
        enrolAll();
    }

    /// @dev Bob, Carol and Dave weigh the same; None stays away.
    function outcome(Verdict first, Verdict second, Verdict third) internal returns (Outcome) {
        uint256 snapshot = vm.snapshotState();
        Outcome found = run(first, second, third);
        vm.revertToState(snapshot);
        return found;
    }

    function run(Verdict first, Verdict second, Verdict third) internal returns (Outcome) {
        (address[3] memory who, Verdict[3] memory say) = ([bob, carol, dave], [first, second, third]);
        commitBase(alice, 1, 1_000);
        draw(1);
        for (uint256 i; i < 3; ++i) {
            if (say[i] != Verdict.None) commitVerdict(who[i], alice, 1, say[i]);
        }
        goTo(revealsFrom(1));
        for (uint256 i; i < 3; ++i) {
            if (say[i] != Verdict.None) revealVerdict(who[i], alice, 1, say[i]);
        }
        goTo(concludesFrom(1));
        ledger.finalize(alice, 1);
        return ledger.commitmentOf(alice, 1).outcome;
    }

    function test_theMajorityOfTheRevealedWeightDecides() public {
        (Verdict ok, Verdict fault, Verdict missing) = (Verdict.Ok, Verdict.Fault, Verdict.Unavailable);
        vm.assertTrue(outcome(ok, ok, ok) == Outcome.Accepted, "all agree");
        vm.assertTrue(outcome(ok, ok, fault) == Outcome.Accepted, "one liar does not slash");
        vm.assertTrue(outcome(fault, fault, ok) == Outcome.Disputed, "a majority leaves it to disputes");
        vm.assertTrue(outcome(missing, missing, ok) == Outcome.Unavailable, "most could not get the data");
        vm.assertTrue(
            outcome(ok, fault, missing) == Outcome.Unavailable, "no majority accepts nothing and slashes nobody"
        );
        vm.assertTrue(
            outcome(ok, fault, Verdict.None) == Outcome.Unavailable, "a tie accepts nothing and slashes nobody"
        );
        vm.assertTrue(outcome(fault, Verdict.None, Verdict.None) == Outcome.Disputed, "one that looked is enough");
        vm.assertTrue(outcome(Verdict.None, Verdict.None, Verdict.None) == Outcome.Unaudited, "nobody looked");
    }

    function test_stakeOutweighsHeads() public {
        // A committee so large that everybody is on it whatever he weighs.
        law.committee = 16;
        deploy();
        enrolAll();
        putStake(bob, 3e18);
        putStake(carol, 1e18);
        putStake(dave, 1e18);
        vm.assertTrue(outcome(Verdict.Ok, Verdict.Fault, Verdict.Fault) == Outcome.Accepted, "weight, not heads");
    }

    function test_whoFoundTheFaultSharesATenthOfTheStake() public {
        putStake(alice, 10e18 + 1);
        run(Verdict.Fault, Verdict.Fault, Verdict.Ok);
        vm.assertFalse(stakes.slashed(alice), "their word slashes nobody");
        convict(alice, 1, nobody);
        vm.prank(bob);
        court.claimBounty(1, alice);
        vm.prank(carol);
        court.claimBounty(1, alice);
        vm.assertEq(token.balanceOf(nobody), 4e18, "40 % to who proved it");
        vm.assertEq(token.balanceOf(bob) + token.balanceOf(carol), 1e18, "10 % to who saw it, to the last wei");
        vm.assertLe(token.balanceOf(carol) - token.balanceOf(bob), 1, "in equal parts");
        vm.assertEq(token.balanceOf(address(court)), 0, "nothing stays behind");
    }

    function test_nobodyElseGetsABounty() public {
        putStake(alice, 10e18);
        run(Verdict.Fault, Verdict.Fault, Verdict.Ok);
        convict(alice, 1, bob);
        vm.expectRevert(IAuditCourt.NothingToClaim.selector);
        vm.prank(dave);
        court.claimBounty(1, alice);
        vm.prank(bob);
        court.claimBounty(1, alice);
        vm.expectRevert(IAuditCourt.NothingToClaim.selector);
        vm.prank(bob);
        court.claimBounty(1, alice);
    }

    function test_theWorkersOfTwoFaultsHaveOneStake() public {
        putStake(alice, 10e18);
        commitBase(alice, 1, 1_000);
        draw(1);
        audit(alice, 1, Verdict.Fault);
        // Before anyone proves it, Alice is caught a second time.
        runEpoch(alice, 5, 1_000, Verdict.Fault);
        convict(alice, 5, nobody);
        convict(alice, 1, nobody);
        vm.expectRevert(IAuditCourt.NothingToClaim.selector);
        vm.prank(carol);
        court.claimBounty(1, alice);
        vm.prank(carol);
        court.claimBounty(5, alice);
        vm.assertEq(token.balanceOf(carol), 0.5e18, "from the first to be proven");
    }
}
