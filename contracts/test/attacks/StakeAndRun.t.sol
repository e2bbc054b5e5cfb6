// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMiningPool} from "../../src/interfaces/IMiningPool.sol";
import {IStakeRegistry} from "../../src/interfaces/IStakeRegistry.sol";
import {Outcome, Verdict} from "../../src/types/Verdict.sol";
import {Ground} from "./Ground.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev Alice asks her stake back and cheats, with the numbers of the public network.
contract StakeAndRunTest is Ground {
    function setUp() public override {
        super.setUp();
        publicLaw();
        enrolAll();
        putStake(alice, 100e18);
    }

    function askBack(uint256 amount) internal {
        vm.prank(alice);
        stakes.requestUnstake(amount);
    }

    /// @dev At any second of the epoch in which she cheats, any part of it.
    function testFuzz_whatWasAskedBackIsSlashedAllTheSame(uint256 amount, uint256 second) public {
        amount = bound(amount, 1, 100e18);
        goTo(endOf(0) + bound(second, 0, law.epochSeconds - 1));
        askBack(amount);
        uint256 before = wealthOf(alice);
        runGuilty(alice, 1, 1_000);
        vm.assertEq(before, 100e18, "hers until then");
        vm.assertEq(wealthOf(alice), 0, "nothing afterwards");
        goTo(block.timestamp + law.unbondSeconds);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.AccountSlashed.selector, alice));
        vm.prank(alice);
        stakes.withdraw();
    }

    /// @dev The verdict is there 6,000 seconds after the epoch began; the stake 1,209,600 after it was asked back.
    function test_theVerdictComesBeforeTheMoney() public {
        goTo(endOf(0));
        askBack(100e18);
        (, uint64 releasedAt) = stakes.unbondingOf(alice);
        commitBase(alice, 1, 1_000);
        draw(1);
        uint256 verdict = concludesFrom(1);
        vm.assertEq(verdict - endOf(0), 3600 + 600 + 1200 + 600, "epoch, commitments, verdicts, reveals");
        vm.assertGt(releasedAt - endOf(0), 200 * (verdict - endOf(0)), "200 times as long");
    }

    /// @dev Emission vests for a day, so an epoch's fault takes that of the 24 before it too.
    function test_theLastDayIsForfeited() public {
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        settle(1);
        uint256 pot = basePart(1);
        uint64 later = 20;
        runGuilty(alice, later, 1_000);
        goTo(claimableFrom(1));
        vm.assertGt(pot, 1_420e18, "a day ago she earned 72 % of the first cap");
        vm.expectRevert(abi.encodeWithSelector(IMiningPool.AccountSlashed.selector, alice));
        vm.prank(alice);
        pool.claimWork(1);
    }

    /// @dev A beacon that is silent for longer than the unbonding lets the stake go. The emission of the epoch is lost all
    /// the same: it is paid after the verdict.
    function testFuzz_open_aSilentBeaconLetsTheStakeGo(uint256 silence) public {
        silence = bound(silence, 0, 30 days);
        goTo(endOf(0));
        askBack(100e18);
        commitBase(alice, 1, 1_000);
        goTo(endOf(1) + law.commitSeconds + silence);
        bool gone = withdrawIfFree();
        draw(1);
        commitVerdict(carol, alice, 1, Verdict.Fault);
        goTo(revealsFrom(1));
        revealVerdict(carol, alice, 1, Verdict.Fault);
        goTo(concludesFrom(1));
        if (!gone) gone = withdrawIfFree();
        ledger.finalize(alice, 1);
        convict(alice, 1, carol);
        vm.assertTrue(ledger.commitmentOf(alice, 1).outcome == Outcome.Disputed, "she is found out all the same");
        // An epoch, the commitments, the verdicts and the reveals lie between the request and the verdict anyway.
        vm.assertTrue(gone == (silence + 6_000 >= law.unbondSeconds), "the line is 14 days, less what passes anyway");
        vm.assertEq(wealthOf(alice), gone ? 100e18 : 0, "her stake is saved, or slashed");
        goTo(claimableFrom(1));
        (uint256 work,) = pool.claimable(alice, 1);
        vm.assertEq(work, 0, "the emission is lost in any case");
    }

    function withdrawIfFree() internal returns (bool) {
        (, uint64 releasedAt) = stakes.unbondingOf(alice);
        if (block.timestamp < releasedAt) return false;
        vm.prank(alice);
        stakes.withdraw();
        return true;
    }
}
