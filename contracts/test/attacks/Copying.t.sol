// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {SumNode} from "../../src/libraries/MerkleSumLib.sol";
import {Outcome, Verdict} from "../../src/types/Verdict.sol";
import {Ground} from "./Ground.sol";
import {vm} from "../support/Vm.sol";

/// @dev Taking from the mempool what others made. Copied verdicts: test/AuditCourt/verdicts.t.sol.
contract CopyingTest is Ground {
    function setUp() public override {
        super.setUp();
        hire();
    }

    /// @dev Bob sees Alice's commitment and has his mined first, word for word. The shards are hers, so the fee is; even if
    /// his committee were blind.
    function test_aCopiedLeafIsNotPaid() public {
        uint256 job = post(nobody, 4, 0, 40, 100e18);
        claim(alice, job, 0, 15);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 15, 40);
        commit(bob, 1, hashOf(leaf), leaf.units, leaf.units);
        commit(alice, 1, hashOf(leaf), leaf.units, leaf.units);
        // Somebody's base tasks, without which an epoch releases nothing.
        enrol(named(1), true, false);
        commitBase(named(1), 1, 1_000);
        address[] memory workers = new address[](3);
        (workers[0], workers[1], workers[2]) = (bob, alice, named(1));
        accept(1, workers);
        vm.expectRevert(ITaskMarket.NotPayable.selector);
        redeem(bob, 1, leaf);
        redeem(alice, 1, leaf);
        vm.assertEq(token.balanceOf(alice), 85e18, "Alice has the worker's part");
        settle(1);
        vm.assertEq(earn(bob, 1), 0, "and Bob no emission: nothing was burned for him");
        vm.assertGt(earn(alice, 1), 0, "Alice has hers");
    }

    /// @dev A committee sees at once that the manifest, the signatures and the claims are Alice's (test/verifier): a fault, and what a jury sees as well.
    function test_theCopierLosesItsStake() public {
        uint256 before = wealthOf(bob);
        commitBase(alice, 1, 1_000);
        IWorkLedger.Commitment memory hers = ledger.commitmentOf(alice, 1);
        commit(bob, 1, hers.root, hers.units, hers.marketUnits);
        draw(1);
        for (uint256 i; i < 2; ++i) {
            address judge_ = i == 0 ? carol : dave;
            commitVerdict(judge_, alice, 1, Verdict.Ok);
            commitVerdict(judge_, bob, 1, Verdict.Fault);
        }
        goTo(revealsFrom(1));
        for (uint256 i; i < 2; ++i) {
            address judge_ = i == 0 ? carol : dave;
            revealVerdict(judge_, alice, 1, Verdict.Ok);
            revealVerdict(judge_, bob, 1, Verdict.Fault);
        }
        goTo(concludesFrom(1));
        ledger.finalize(alice, 1);
        ledger.finalize(bob, 1);
        convict(bob, 1, carol);
        settle(1);
        vm.assertEq(before - wealthOf(bob), 10e18, "all that Bob had at stake");
        vm.assertEq(earn(alice, 1), basePart(1), "and Alice's share is no smaller for it");
    }

    /// @dev Redeeming for another pays the other: there is nothing to run in front of.
    function test_whoeverRedeemsTheWorkerIsPaid() public {
        uint256 job = post(nobody, 1, 0, 10, 100e18);
        claim(alice, job, 0, 1);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 1, 10);
        deliver(alice, 1, leaf);
        vm.prank(nobody);
        market.redeem(alice, 1, leaf, noPath());
        vm.assertEq(token.balanceOf(alice), 85e18, "the worker's part");
        vm.assertEq(token.balanceOf(nobody), 0, "nothing for the messenger");
    }

    /// @dev Who shows a wrong sum is whoever sends it first: the finder's 40 % can be had by copying the transaction.
    function test_open_theProofOfAWrongSumCanBeCopied() public {
        (SumNode memory a, SumNode memory b) = (SumNode(keccak256("a"), 10), SumNode(keccak256("b"), 20));
        bytes32 root = keccak256(abi.encode(a.hash, a.sum, b.hash, b.sum));
        commit(alice, 1, root, 500, 0);
        // Carol found it; Dave reads her transaction before it is mined.
        vm.prank(dave);
        ledger.proveWrongSum(alice, 1, a, b, 500, noPath());
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.AlreadyFinalized.selector, alice, 1));
        vm.prank(carol);
        ledger.proveWrongSum(alice, 1, a, b, 500, noPath());
        vm.assertEq(token.balanceOf(dave), 4e18, "40 % of her stake to the copier");
        vm.assertTrue(ledger.commitmentOf(alice, 1).outcome == Outcome.Fault, "the cheat is slashed all the same");
    }
}
