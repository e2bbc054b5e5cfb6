// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

contract RefundTest is World {
    uint256 private job;
    uint64 private deadline;

    function setUp() public override {
        super.setUp();
        hire();
        deadline = uint64(block.timestamp + 200);
        job = postUntil(nobody, 4, 0, 40, 100e18, deadline);
    }

    function test_unpaidEscrowReturns() public {
        claim(alice, job, 0, 1);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 1, 10);
        deliver(alice, 1, leaf);
        market.redeem(alice, 1, leaf, noPath());
        vm.warp(deadline + law.claimTimeoutSeconds);
        vm.expectEmit(true, true, true, true, address(market));
        emit ITaskMarket.JobRefunded(job, 75e18);
        market.refund(job);
        vm.assertEq(token.balanceOf(nobody), 75e18, "to the submitter, whoever calls");
        vm.expectRevert(ITaskMarket.NotRefundable.selector);
        market.refund(job);
        vm.prank(carol);
        market.claimAuditFee(alice, 1);
    }

    function test_workInFlightIsPaidFirst() public {
        vm.warp(deadline + law.claimTimeoutSeconds - 1);
        vm.expectRevert(ITaskMarket.NotRefundable.selector);
        market.refund(job);
    }

    function test_noJobNoRefund() public {
        vm.warp(deadline + law.claimTimeoutSeconds);
        vm.expectRevert(ITaskMarket.NotRefundable.selector);
        market.refund(99);
    }
}
