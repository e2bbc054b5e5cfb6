// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {SumStep} from "../../src/libraries/MerkleSumLib.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {SumTree} from "../support/SumTree.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

/// @notice What each step of an epoch costs whoever takes it: run by tools/gas.ts, which makes each call a transaction of its
/// own, so that every slot is cold. `snapshots/transactions.json` has what is paid for it, `snapshots/gas.json` the same
/// without the 21,000 and the calldata that any transaction pays.
/// @dev The warm path: the accounts have been here in an earlier epoch, and others have acted in this one before.
contract CostsTest is World {
    uint32 private constant WORD = 256;
    uint256 private constant ALL = type(uint256).max;
    uint128 private constant UNITS = 2_560;
    /// Leaves in a worker's tree: words of jobs among base tasks.
    uint256 private constant LEAVES = 16;
    address private constant EVE = address(0xE7E);

    uint64 private epoch;
    IWorkLedger.Leaf private leaf;
    SumStep[] private path;

    function setUp() public override {
        super.setUp();
        hire();
        enrol(EVE, true, false);
        // A network that has outgrown its bootstrap: 120,000 CXT of validators' stake.
        putStake(carol, 60_000e18);
        putStake(dave, 60_000e18);
        putStake(alice, 1_000e18);
        putStake(bob, 1_000e18);
        live();
        give(nobody, 1_000e18);
        vm.prank(nobody);
        token.approve(address(market), type(uint256).max);
        epoch = uint64((block.timestamp - law.genesis) / law.epochSeconds) + 1;
    }

    /// @dev Everybody does everything once, so that the second time is the usual one.
    function live() private {
        uint256 job = post(nobody, WORD, 0, UNITS, 100e18);
        claim(alice, job, 0, ALL);
        IWorkLedger.Leaf memory first = leafOf(job, 0, ALL, UNITS);
        deliver(alice, 1, first);
        runEpoch(EVE, 4, 1_000, Verdict.Ok);
        runEpoch(alice, 7, 1_000, Verdict.Ok);
        market.redeem(alice, 1, first, noPath());
        settle(1);
        settle(4);
        settle(7);
        goTo(claimableFrom(7));
        vm.prank(alice);
        pool.claimWork(7);
        vm.prank(EVE);
        pool.claimWork(4);
        vm.prank(carol);
        pool.claimAudit(4);
    }

    /// @dev Takes a step and writes down what it cost.
    function spend(string memory name, address who, address where, bytes memory call) private returns (uint256 gas_) {
        vm.prank(who);
        (bool done,) = where.call(call);
        vm.assertTrue(done, name);
        uint256 total = vm.lastCallGas().gasTotalUsed;
        gas_ = total - 21_000;
        for (uint256 i; i < call.length; ++i) {
            gas_ -= call[i] == 0 ? 4 : 16;
        }
        vm.snapshotValue("transactions", name, total);
        vm.snapshotValue("gas", name, gas_);
    }

    function test_costs() public {
        uint64 deadline = uint64(block.timestamp + 1_000);
        bytes memory posting =
            abi.encodeCall(market.postJob, (keccak256("spec"), TERMS, 2 * WORD, 0, 2 * UNITS, 500e18, deadline));
        spend("postJob", nobody, address(market), posting);
        uint256 job = market.jobs();
        claim(bob, job, 1, ALL);
        spend("claimShards256", alice, address(market), abi.encodeCall(market.claimShards, (job, 0, ALL, 256)));

        commitBase(EVE, epoch, 1_000);
        IWorkLedger.Leaf memory bobs = leafOf(job, 1, ALL, UNITS);
        commit(bob, epoch, hashOf(bobs), UNITS, UNITS);
        SumTree.Node memory root = plant(job);
        bytes memory work = abi.encodeCall(ledger.commitWork, (epoch, root.hash, root.sum, UNITS, MANIFEST, 0));
        spend("commitWork", alice, address(ledger), work);
        draw(epoch);
        judge();
        ledger.finalize(bob, epoch);
        ledger.finalize(EVE, epoch);
        spend("finalize", nobody, address(ledger), abi.encodeCall(ledger.finalize, (alice, epoch)));
        goTo(paysFrom(epoch));
        spend("settle", nobody, address(pool), abi.encodeCall(pool.settle, ()));
        market.redeem(bob, epoch, bobs, noPath());
        spend("redeem256", alice, address(market), abi.encodeCall(market.redeem, (alice, epoch, leaf, path)));
        goTo(claimableFrom(epoch));
        spend("claimReward", EVE, address(pool), abi.encodeCall(pool.claimWork, (epoch)));
        spend("claimRewardOfMarket", alice, address(pool), abi.encodeCall(pool.claimWork, (epoch)));
        spend("claimAuditReward", carol, address(pool), abi.encodeCall(pool.claimAudit, (epoch)));
    }

    /// @dev Carol has audited Bob and Eve before she audits Alice, whom Dave has audited before.
    function judge() private {
        address[3] memory workers = [bob, EVE, alice];
        for (uint256 i; i < 3; ++i) {
            commitVerdict(dave, workers[i], epoch, Verdict.Ok);
            if (i < 2) commitVerdict(carol, workers[i], epoch, Verdict.Ok);
        }
        bytes32 digest = digestOf(carol, alice, epoch, Verdict.Ok);
        bytes memory committing = abi.encodeCall(court.commitVerdict, (epoch, alice, digest));
        uint256 audit = spend("auditCommit", carol, address(court), committing);
        goTo(revealsFrom(epoch));
        for (uint256 i; i < 3; ++i) {
            revealVerdict(dave, workers[i], epoch, Verdict.Ok);
            if (i < 2) revealVerdict(carol, workers[i], epoch, Verdict.Ok);
        }
        bytes memory revealing = abi.encodeCall(court.revealVerdict, (epoch, alice, uint8(Verdict.Ok), DIGEST, SALT));
        audit += spend("auditReveal", carol, address(court), revealing);
        vm.snapshotValue("gas", "audit", audit);
        goTo(concludesFrom(epoch));
    }

    /// @dev Alice's tree, with the job's word as one leaf of it.
    function plant(uint256 job) private returns (SumTree.Node memory root) {
        SumTree.Node[] memory leaves = SumTree.random(1, LEAVES);
        leaf = leafOf(job, 0, ALL, UNITS);
        leaves[5] = SumTree.Node(hashOf(leaf), UNITS);
        root = SumTree.root(leaves);
        SumStep[] memory steps = SumTree.path(leaves, 5);
        for (uint256 i; i < steps.length; ++i) {
            path.push(steps[i]);
        }
    }
}
