// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAuditCourt} from "../../src/interfaces/IAuditCourt.sol";
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
}
