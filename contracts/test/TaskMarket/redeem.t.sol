// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {SumStep} from "../../src/libraries/MerkleSumLib.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {SumTree} from "../support/SumTree.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract RedeemTest is World {
    function setUp() public override {
        super.setUp();
        hire();
    }

    function redeem(address worker, uint64 epoch, IWorkLedger.Leaf memory leaf) internal {
        market.redeem(worker, epoch, leaf, noPath());
    }

    function test_aLeafIsPaid() public {
        uint256 job = post(nobody, 4, 0, 40, 100e18);
        claim(alice, job, 0, 3);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 3, 20);
        deliver(alice, 1, leaf);
        uint256 supply = token.totalSupply();
        vm.expectEmit(true, true, true, true, address(market));
        emit ITaskMarket.ShardsRedeemed(job, alice, 1, 0, 3, 20, 42.5e18, 2.5e18);
        redeem(alice, 1, leaf);
        vm.assertEq(token.balanceOf(alice), 42.5e18, "85 % of half the fee");
        vm.assertEq(token.totalSupply(), supply - 2.5e18, "5 % burned");
        vm.assertEq(market.burnedFor(alice, 1), 2.5e18, "what the payer cannot get back");
        vm.assertEq(market.auditFeeOf(alice, 1, carol), 2.5e18, "10 % for two auditors");
        vm.prank(carol);
        market.claimAuditFee(alice, 1);
        vm.assertEq(token.balanceOf(carol), 2.5e18, "pulled");
        vm.expectRevert(ITaskMarket.NothingToClaim.selector);
        vm.prank(carol);
        market.claimAuditFee(alice, 1);
        vm.expectRevert(ITaskMarket.NothingToClaim.selector);
        vm.prank(bob);
        market.claimAuditFee(alice, 1);
        vm.expectRevert(ITaskMarket.AlreadyPaid.selector);
        redeem(alice, 1, leaf);
    }

    function testFuzz_noWeiStaysWhenAJobIsDone(uint256 fee, uint128 units, uint128 declared) public {
        fee = bound(fee, 1, 1_000e18);
        declared = uint128(bound(declared, 2, type(uint104).max));
        units = uint128(bound(units, 2, declared));
        uint256 job = post(nobody, 2, 0, declared, fee);
        putStake(alice, 10e18);
        claim(alice, job, 0, 3);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 3, units);
        deliver(alice, 1, leaf);
        redeem(alice, 1, leaf);
        vm.assertTrue(market.jobOf(job).state == ITaskMarket.State.Complete, "complete");
        uint256 due = market.auditFeeOf(alice, 1, carol) + market.auditFeeOf(alice, 1, dave);
        vm.assertEq(
            token.balanceOf(address(market)), due, "the market holds what its auditors can pull and no wei more"
        );
        if (due == 0) return;
        vm.prank(carol);
        market.claimAuditFee(alice, 1);
        vm.prank(dave);
        market.claimAuditFee(alice, 1);
        vm.assertEq(token.balanceOf(address(market)), 0, "nothing stays behind");
    }

    function test_aLeafAmongOthers() public {
        uint256 job = post(nobody, 8, 0, 80, 8e18);
        claim(alice, job, 0, 0xff);
        SumTree.Node[] memory leaves = SumTree.random(1, 5);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 0xff, 80);
        leaves[3] = SumTree.Node(hashOf(leaf), 80);
        SumTree.Node memory root = SumTree.root(leaves);
        commit(alice, 1, root.hash, root.sum, 80);
        draw(1);
        audit(alice, 1, Verdict.Ok);
        ledger.finalize(alice, 1);
        SumStep[] memory path = SumTree.path(leaves, 3);
        SumStep[] memory wrong = SumTree.path(leaves, 2);
        vm.expectRevert(ITaskMarket.WrongProof.selector);
        market.redeem(alice, 1, leaf, wrong);
        market.redeem(alice, 1, leaf, path);
        vm.assertEq(token.balanceOf(alice), 6.8e18, "85 % of the fee");
    }

    function test_aRootWithAnotherSumIsNotTheRoot() public {
        uint256 job = post(nobody, 1, 0, 10, 1e18);
        claim(alice, job, 0, 1);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 1, 10);
        commit(alice, 1, hashOf(leaf), 9, 9);
        draw(1);
        audit(alice, 1, Verdict.Ok);
        ledger.finalize(alice, 1);
        vm.expectRevert(ITaskMarket.WrongProof.selector);
        redeem(alice, 1, leaf);
    }

    function test_onlyAcceptedWork() public {
        uint256 job = post(nobody, 1, 0, 10, 1e18);
        claim(alice, job, 0, 1);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 1, 10);
        bytes memory refused = abi.encodeWithSelector(ITaskMarket.NotAccepted.selector, alice, 1);
        commit(alice, 1, hashOf(leaf), 10, 10);
        draw(1);
        vm.expectRevert(refused);
        redeem(alice, 1, leaf);
        audit(alice, 1, Verdict.Unavailable);
        ledger.finalize(alice, 1);
        vm.expectRevert(refused);
        redeem(alice, 1, leaf);
        // The same shard may be committed again.
        deliver(alice, 5, leaf);
        redeem(alice, 5, leaf);
    }

    function test_notToTheSlashed() public {
        uint256 job = post(nobody, 1, 0, 10, 1e18);
        claim(alice, job, 0, 1);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 1, 10);
        deliver(alice, 1, leaf);
        vm.prank(address(court));
        stakes.slash(alice);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotAccepted.selector, alice, 1));
        redeem(alice, 1, leaf);
    }

    function test_onlyWhatTheWorkerHolds() public {
        uint256 job = post(nobody, 2, 0, 20, 1e18);
        claim(alice, job, 0, 1);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 3, 20);
        deliver(alice, 1, leaf);
        vm.expectRevert(ITaskMarket.NotPayable.selector);
        redeem(alice, 1, leaf);
    }

    function test_noMoreUnitsThanTheJobHas() public {
        uint256 job = post(nobody, 2, 0, 20, 1e18);
        claim(alice, job, 0, 3);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 3, 21);
        deliver(alice, 1, leaf);
        vm.expectRevert(ITaskMarket.UnitsExceedJob.selector);
        redeem(alice, 1, leaf);
    }

    function test_baseTasksAreNoJobs() public {
        IWorkLedger.Leaf memory leaf = leafOf(uint256(keccak256("a base task")), 0, 1, 10);
        deliver(alice, 1, leaf);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotOpen.selector, leaf.task));
        redeem(alice, 1, leaf);
    }
}
