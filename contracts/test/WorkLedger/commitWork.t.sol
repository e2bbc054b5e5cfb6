// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {Tier} from "../../src/types/Tier.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract CommitWorkTest is World {
    bytes32 private constant ROOT = keccak256("root");

    function setUp() public override {
        super.setUp();
        enrolAll();
    }

    function tryCommit(address worker, uint64 epoch, uint128 units, uint128 marketUnits) internal {
        vm.prank(worker);
        ledger.commitWork(epoch, ROOT, units, marketUnits, MANIFEST, 0);
    }

    function testFuzz_onlyInTheWindow(uint256 time) public {
        time = bound(time, law.genesis, law.genesis + 100);
        vm.warp(time);
        bool open = time >= endOf(2) && time < endOf(2) + law.commitSeconds;
        if (!open) vm.expectRevert(abi.encodeWithSelector(IWorkLedger.NotInCommitWindow.selector, 2));
        tryCommit(alice, 2, 10, 0);
    }

    function test_whatWasCommittedStands() public {
        vm.warp(endOf(2));
        vm.expectEmit(true, true, true, true, address(ledger));
        emit IWorkLedger.WorkCommitted(alice, 2, ROOT, 10, 4, MANIFEST, Tier.TidePool);
        tryCommit(alice, 2, 10, 4);
        IWorkLedger.Commitment memory work = ledger.commitmentOf(alice, 2);
        vm.assertEq(work.root, ROOT, "root");
        vm.assertEq(work.units, 10, "units");
        vm.assertEq(work.marketUnits, 4, "market units");
        vm.assertEq(uint8(work.outcome), 0, "pending");
    }

    /// @dev A name without stake states no more base work than the protocol issues to one worker.
    function test_noMoreBaseWorkThanThereIs() public {
        law.maxBaseUnits = 1_000;
        deploy();
        enrolAll();
        vm.warp(endOf(2));
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.TooMuchBaseWork.selector, 1_001, 1_000));
        tryCommit(alice, 2, 1_501, 500);
        tryCommit(alice, 2, 1_500, 500);
    }

    function test_oncePerEpoch() public {
        vm.warp(endOf(2));
        tryCommit(alice, 2, 10, 0);
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.AlreadyCommitted.selector, alice, 2));
        tryCommit(alice, 2, 11, 0);
        vm.warp(endOf(3));
        tryCommit(alice, 3, 11, 0);
    }

    function test_onlyRegisteredWorkers() public {
        vm.warp(endOf(2));
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.NotRegistered.selector, carol));
        tryCommit(carol, 2, 10, 0);
    }

    function test_notTheSlashed() public {
        vm.prank(address(court));
        stakes.slash(alice);
        vm.warp(endOf(2));
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.AccountSlashed.selector, alice));
        tryCommit(alice, 2, 10, 0);
    }

    function test_unitsMakeSense() public {
        vm.warp(endOf(2));
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.BadUnits.selector, 0, 0));
        tryCommit(alice, 2, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.BadUnits.selector, 5, 6));
        tryCommit(alice, 2, 5, 6);
    }

    function test_epochsWithWorkAreAList() public {
        vm.warp(endOf(2));
        tryCommit(alice, 2, 10, 0);
        tryCommit(bob, 2, 10, 0);
        vm.warp(endOf(7));
        tryCommit(bob, 7, 10, 0);
        vm.assertEq(ledger.nextWithWork(0), 3, "epoch 2 comes first");
        vm.assertEq(ledger.nextWithWork(3), 8, "then epoch 7");
        vm.assertEq(ledger.nextWithWork(8), 0, "then none");
    }
}
