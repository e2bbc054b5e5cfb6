// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {LapseLib} from "../../src/libraries/LapseLib.sol";
import {ShardLib} from "../../src/libraries/ShardLib.sol";
import {bound, vm} from "../support/Vm.sol";
import {People} from "./People.sol";

/// @notice The life of a job: posted, claimed shard by shard, redeemed or released, and refunded when its time is over.
abstract contract JobActions is People {
    struct Held {
        uint256 job;
        uint32 word;
        uint256 mask;
    }

    struct Delivery {
        address worker;
        uint64 epoch;
        IWorkLedger.Leaf leaf;
    }

    Delivery[] internal deliveries;
    mapping(address worker => Held) internal holds;
    mapping(uint256 job => mapping(uint32 word => uint256)) internal taken;

    function postOne(uint256 who, uint256 fee, uint256 shape) external onlyTheSpenderSpends {
        address submitter = anyoneRich(who);
        uint256 balance = token.balanceOf(submitter);
        if (balance == 0) return;
        fee = bound(fee, 1, balance / 10 + 1);
        uint32 width = [uint32(0), 1, 3][shape % 3];
        uint32 shards = width == 3 ? 6 : 4;
        vm.prank(submitter);
        token.approve(address(market), fee);
        spender = submitter;
        vm.prank(submitter);
        market.postJob(keccak256("spec"), TERMS, shards, width, shards * 10, fee, uint64(block.timestamp + 300));
        ++done["post"];
    }

    function claimShards(uint256 who, uint256 pick, uint256 mask) external onlyTheSpenderSpends {
        address worker = anyWorker(who);
        uint256 jobs = market.jobs();
        for (uint256 i; i < WORKERS && stakes.stakeOf(worker) < stakes.minimumStake(); ++i) {
            worker = person(i);
        }
        if (jobs == 0 || stakes.slashed(worker) || stakes.stakeOf(worker) < stakes.minimumStake()) return;
        (uint256 already,,) = claimOf(worker);
        if (already != 0) return;
        // Mostly the newest one: older ones are past their deadlines.
        uint256 job = pick % 4 == 0 ? 1 + pick % jobs : jobs;
        ITaskMarket.Job memory open = market.jobOf(job);
        if (open.state != ITaskMarket.State.Open || block.timestamp >= open.deadline) return;
        if (block.timestamp < market.waitsUntil(job, worker)) return;
        uint32 word = open.paidWords;
        if (open.width == 0) word = 0;
        uint256 all = ShardLib.maskOf(open.shards, open.width, word);
        uint256 granted = (mask & all == 0 ? all : mask & all) & ~taken[job][word];
        if (granted == 0) return;
        vm.prank(worker);
        market.claimShards(job, word, granted, 256);
        ++done["claim"];
        holds[worker] = Held(job, word, granted);
        taken[job][word] |= granted;
    }

    function claimOf(address worker) internal view returns (uint256 job, uint32 word, uint256 mask) {
        Held storage h = holds[worker];
        return (h.job, h.word, h.mask);
    }

    function drop(address worker) internal {
        delete holds[worker];
    }

    function redeemAll() external onlyTheSpenderSpends {
        for (uint256 i; i < deliveries.length; ++i) {
            Delivery memory d = deliveries[i];
            try market.redeem(d.worker, d.epoch, d.leaf, noPath()) {
                ++done["redeem"];
                if (holds[d.worker].job == uint256(d.leaf.task)) drop(d.worker);
            } catch (bytes memory reason) {
                vm.assertTrue(reason.length > 0 && bytes4(reason) != PANIC, "what is not payable is refused by name");
            }
        }
    }

    function releaseOne(uint256 who) external onlyTheSpenderSpends {
        address worker = anyWorker(who);
        for (uint256 i; i < WORKERS && holds[worker].job == 0; ++i) {
            worker = person(i);
        }
        (uint256 job, uint32 word, uint256 mask) = claimOf(worker);
        if (job == 0) return;
        if (market.jobOf(job).state != ITaskMarket.State.Open) return drop(worker);
        try market.releaseShards(job, word, mask, worker) {
            ++done["release"];
            taken[job][word] &= ~mask;
            drop(worker);
        } catch (bytes memory reason) {
            only(reason, ITaskMarket.NotReleasable.selector);
        }
    }

    function refundOne(uint256 pick) external onlyTheSpenderSpends {
        uint256 jobs = market.jobs();
        if (jobs == 0) return;
        uint256 job = 1 + pick % jobs;
        ITaskMarket.Job memory open = market.jobOf(job);
        if (open.state != ITaskMarket.State.Open) return;
        if (pick % 8 == 0) goTo(open.deadline + law.claimTimeoutSeconds);
        uint256 busyUntil = disputes.anybodyBusyUntil();
        uint256 due = LapseLib.lapsesAt(open.deadline, busyUntil, LapseLib.patienceOf(law), law.claimTimeoutSeconds);
        if (block.timestamp < due) return;
        market.refund(job);
        ++done["refund"];
    }

    function claimAuditFees(uint256 pick) external onlyTheSpenderSpends {
        for (uint256 i; i < deliveries.length * VALIDATORS; ++i) {
            Delivery memory d = deliveries[i / VALIDATORS];
            address validator = person(WORKERS + i % VALIDATORS);
            if (uint8(pick >> (i % 32)) < 64 || market.auditFeeOf(d.worker, d.epoch, validator) == 0) continue;
            vm.prank(validator);
            market.claimAuditFee(d.worker, d.epoch);
            ++done["auditFee"];
        }
    }
}
