// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Outcome, Verdict} from "../../src/types/Verdict.sol";
import {Ground} from "./Ground.sol";
import {vm} from "../support/Vm.sol";

/// @dev Data that is not there when somebody asks for it.
contract WithheldDataTest is Ground {
    /// @dev Alice serves nothing: she gets nothing, and a quarter of what her word was worth above a newcomer's is gone.
    function test_whoServesNothingGetsNothing() public {
        hire();
        uint64 epoch = 1;
        for (uint256 i; i < 20; ++i) {
            runEpoch(alice, epoch, 1_000, Verdict.Ok);
            epoch += 4;
        }
        uint256 reputation = ledger.reputationOf(alice);
        commitBase(alice, epoch, 1_000);
        commitBase(bob, epoch, 1_000);
        draw(epoch);
        for (uint256 i; i < 2; ++i) {
            commitVerdict(i == 0 ? carol : dave, alice, epoch, Verdict.Unavailable);
            commitVerdict(i == 0 ? carol : dave, bob, epoch, Verdict.Ok);
        }
        goTo(revealsFrom(epoch));
        for (uint256 i; i < 2; ++i) {
            revealVerdict(i == 0 ? carol : dave, alice, epoch, Verdict.Unavailable);
            revealVerdict(i == 0 ? carol : dave, bob, epoch, Verdict.Ok);
        }
        goTo(concludesFrom(epoch));
        ledger.finalize(alice, epoch);
        ledger.finalize(bob, epoch);
        goTo(paysFrom(epoch));
        while (pool.released(epoch) == 0) pool.settle();
        vm.assertEq(earn(alice, epoch), 0, "nothing for work that nobody could check");
        vm.assertEq(earn(bob, epoch), basePart(epoch), "the whole pot for Bob");
        vm.assertEq(
            ledger.reputationOf(alice), reputation - (reputation - 0.5e18) / 4, "a quarter of the way to a newcomer's"
        );
        vm.assertEq(wealthOf(alice), 10e18, "her stake is not slashed: it may have been the network");
    }

    /// @dev A cheat that is asked for the forged segment and does not serve it is not slashed: it keeps stake and the day
    /// that vests, and loses the epoch.
    function test_open_silenceIsCheaperThanAFault() public {
        hire();
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        settle(1);
        uint256 snapshot = vm.snapshotState();
        runGuilty(alice, 5, 1_000);
        uint256 afterFault = wealthOf(alice) + earn(alice, 1);
        vm.revertToState(snapshot);

        runEpoch(alice, 5, 1_000, Verdict.Unavailable);
        uint256 vested = earn(alice, 1);
        vm.assertEq(afterFault, 0, "a fault takes everything");
        vm.assertGt(vested, 0, "silence leaves the emission that vests");
        vm.assertEq(wealthOf(alice) - vested, 10e18, "and the stake");
        vm.assertTrue(ledger.commitmentOf(alice, 5).outcome == Outcome.Unavailable, "only this epoch is lost");
    }

    /// @dev A submitter that shows its specification and withholds its data has the fee back; the workers, who could not
    /// run what they had claimed, have lost quality.
    function test_open_aSubmitterThatWithholdsSpoilsWorkersQuality() public {
        hire();
        uint256 job = post(nobody, 8, 0, 80, 100e18);
        claim(alice, job, 0, 0xff);
        goTo(block.timestamp + law.claimTimeoutSeconds);
        market.releaseShards(job, 0, 0xff, alice);
        goTo(block.timestamp + 1_000);
        market.refund(job);
        vm.assertEq(token.balanceOf(nobody), 100e18, "the submitter lost nothing");
        vm.assertEq(market.qualityOf(alice), uint256(1e18) / 9, "Alice counts a ninth of what she did");
    }
}
