// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAuditCourt} from "../../src/interfaces/IAuditCourt.sol";
import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {SumNode, SumStep} from "../../src/libraries/MerkleSumLib.sol";
import {Outcome, Verdict} from "../../src/types/Verdict.sol";
import {SumTree} from "../support/SumTree.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev Trees of four leaves: a and b below ab, c and d below cd, and the root above both.
contract WrongSumTest is World {
    SumNode internal a = SumNode(keccak256("a"), 10);
    SumNode internal b = SumNode(keccak256("b"), 20);
    SumNode internal c = SumNode(keccak256("c"), 30);
    SumNode internal d = SumNode(keccak256("d"), 40);

    function setUp() public override {
        super.setUp();
        enrolAll();
        putStake(alice, 10e18);
    }

    function above(SumNode memory left, SumNode memory right, uint128 sum) internal pure returns (SumNode memory) {
        return SumNode(keccak256(abi.encode(left.hash, left.sum, right.hash, right.sum)), sum);
    }

    function up(SumNode memory sibling, bool left) internal pure returns (SumStep[] memory path) {
        path = new SumStep[](1);
        path[0] = SumStep(sibling.hash, sibling.sum, left);
    }

    function commitRoot(SumNode memory root) internal {
        commit(alice, 1, root.hash, root.sum, 0);
    }

    /// @dev Alice states 500 units over 30, and commits what they make of her root.
    function commitInflated() internal returns (SumNode memory inner) {
        inner = above(a, b, 500);
        SumNode memory cd = above(c, d, 70);
        commitRoot(above(inner, cd, 570));
    }

    function proveInflated() internal {
        vm.prank(nobody);
        ledger.proveWrongSum(alice, 1, a, b, 500, up(above(c, d, 70), false));
    }

    function test_anInnerNodeWithAnotherSum() public {
        commitInflated();
        uint256 supply = token.totalSupply();
        vm.expectEmit(true, true, true, true, address(ledger));
        emit IWorkLedger.WrongSumProven(alice, 1, nobody);
        vm.expectEmit(true, true, true, true, address(court));
        emit IAuditCourt.Convicted(1, alice, nobody, 4e18, 1e18);
        proveInflated();
        vm.assertTrue(stakes.slashed(alice), "slashed");
        vm.assertEq(token.balanceOf(nobody), 4e18, "40 % to whoever showed it");
        vm.assertEq(token.totalSupply(), supply - 6e18, "the rest is burned: nobody has audited");
        vm.assertTrue(ledger.commitmentOf(alice, 1).outcome == Outcome.Fault, "a fault like any other");
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.AlreadyFinalized.selector, alice, 1));
        proveInflated();
        draw(1);
        goTo(concludesFrom(1));
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.AlreadyFinalized.selector, alice, 1));
        ledger.finalize(alice, 1);
    }

    function test_theRootItself() public {
        commitRoot(above(a, b, 31));
        ledger.proveWrongSum(alice, 1, a, b, 31, noPath());
        vm.assertTrue(stakes.slashed(alice), "31 is not 10 + 20");
    }

    /// @dev 2^128 - 1 and 40 do not fit a sum: whatever was stated for them is wrong.
    function test_anOverflowIsAWrongSum() public {
        SumNode memory huge = SumNode(keccak256("huge"), type(uint128).max);
        commitRoot(above(huge, d, 39));
        ledger.proveWrongSum(alice, 1, huge, d, 39, noPath());
        vm.assertTrue(stakes.slashed(alice), "it wraps");
    }

    function test_amongTheProofsOfALeaf() public {
        IWorkLedger.Leaf memory leaf = IWorkLedger.Leaf(keccak256("task"), 0, 3, 99, above(a, b, 99).hash);
        SumNode memory node = SumNode(hashOf(leaf), 99);
        commitRoot(above(c, node, 129));
        vm.expectRevert(IWorkLedger.WrongProof.selector);
        ledger.proveWrongLeaf(alice, 1, a, b, 98, noPath(), leaf, up(c, true));
        ledger.proveWrongLeaf(alice, 1, a, b, 99, noPath(), leaf, up(c, true));
        vm.assertTrue(stakes.slashed(alice), "a word of 30 units sold as 99");
    }

    function test_deepAmongTheProofsOfALeaf() public {
        SumNode memory ab = above(a, b, 50);
        SumNode memory proofs = above(ab, c, 80);
        IWorkLedger.Leaf memory leaf = IWorkLedger.Leaf(keccak256("task"), 0, 7, 80, proofs.hash);
        commitRoot(SumNode(hashOf(leaf), 80));
        ledger.proveWrongLeaf(alice, 1, a, b, 50, up(c, false), leaf, noPath());
        vm.assertTrue(stakes.slashed(alice), "whichever storey it is in");
    }

    function test_afterItWasAccepted() public {
        commitInflated();
        draw(1);
        audit(alice, 1, Verdict.Ok);
        ledger.finalize(alice, 1);
        vm.assertEq(ledger.totalsOf(1).units, 570, "counted");
        proveInflated();
        vm.assertEq(ledger.totalsOf(1).units, 0, "and no longer");
        vm.assertEq(ledger.totalsOf(1).score, 0, "so that nobody's share is diluted");
        settle(1);
        vm.assertEq(pool.released(1), 0, "nothing was worked");
    }

    function test_afterItsEpochPaysTheSumsStand() public {
        commitInflated();
        draw(1);
        audit(alice, 1, Verdict.Ok);
        ledger.finalize(alice, 1);
        settle(1);
        proveInflated();
        vm.assertEq(ledger.totalsOf(1).units, 570, "what was settled stays settled");
        vm.assertEq(scoreOf(alice, 1), 0, "but she has no part in it");
        goTo(claimableFrom(1));
        (uint256 work,) = pool.claimable(alice, 1);
        vm.assertEq(work, 0, "and is paid nothing");
    }

    function test_whoRevealedTheFaultHasATenth() public {
        commitInflated();
        draw(1);
        commitVerdict(carol, alice, 1, Verdict.Fault);
        commitVerdict(dave, alice, 1, Verdict.Ok);
        commitVerdict(bob, alice, 1, Verdict.Ok);
        goTo(revealsFrom(1));
        revealVerdict(carol, alice, 1, Verdict.Fault);
        revealVerdict(dave, alice, 1, Verdict.Ok);
        revealVerdict(bob, alice, 1, Verdict.Ok);
        goTo(concludesFrom(1));
        ledger.finalize(alice, 1);
        vm.assertTrue(ledger.commitmentOf(alice, 1).outcome == Outcome.Accepted, "outvoted");
        proveInflated();
        vm.prank(carol);
        court.claimBounty(1, alice);
        vm.assertEq(token.balanceOf(carol), 1e18, "10 % for the honest minority");
        vm.assertEq(token.balanceOf(nobody), 4e18, "40 % for the proof");
        vm.assertEq(token.balanceOf(address(court)), 0, "nothing stays behind");
        vm.expectRevert(IAuditCourt.NothingToClaim.selector);
        vm.prank(dave);
        court.claimBounty(1, alice);
    }

    /// @dev No true tree can be convicted: every node of a random one refuses with the sum that it states.
    function testFuzz_anHonestTreeCannotBeConvicted(uint256 seed, uint128 other) public {
        SumTree.Node[] memory leaves = SumTree.random(seed, 4);
        SumNode[4] memory n;
        for (uint256 i; i < 4; ++i) {
            n[i] = SumNode(leaves[i].hash, leaves[i].sum);
        }
        SumNode memory ab = above(n[0], n[1], n[0].sum + n[1].sum);
        SumNode memory cd = above(n[2], n[3], n[2].sum + n[3].sum);
        SumNode memory root = above(ab, cd, ab.sum + cd.sum);
        commitRoot(root);
        vm.expectRevert(IWorkLedger.SumIsRight.selector);
        ledger.proveWrongSum(alice, 1, n[0], n[1], ab.sum, up(cd, false));
        vm.expectRevert(IWorkLedger.SumIsRight.selector);
        ledger.proveWrongSum(alice, 1, ab, cd, root.sum, noPath());
        other = uint128(bound(other, 0, type(uint64).max));
        if (other == ab.sum) return;
        vm.expectRevert(IWorkLedger.WrongProof.selector);
        ledger.proveWrongSum(alice, 1, n[0], n[1], other, up(cd, false));
        vm.assertEq(stakes.stakeOf(alice), 10e18, "her stake is where it was");
    }

    function test_aRightLeafIsRefused() public {
        IWorkLedger.Leaf memory leaf = IWorkLedger.Leaf(keccak256("task"), 0, 3, 30, above(a, b, 30).hash);
        commitRoot(SumNode(hashOf(leaf), 30));
        vm.expectRevert(IWorkLedger.SumIsRight.selector);
        ledger.proveWrongLeaf(alice, 1, a, b, 30, noPath(), leaf, noPath());
    }

    function test_onlyWhatWasCommitted() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.NotCommitted.selector, bob, 1));
        ledger.proveWrongSum(bob, 1, a, b, 31, noPath());
    }

    function testFuzz_onlyTheLedgerAndDisputesConvict(address caller) public {
        vm.assume(caller != address(ledger) && caller != address(disputes));
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.OnlyWithProof.selector, caller));
        vm.prank(caller);
        court.convict(alice, 1, caller);
    }
}
