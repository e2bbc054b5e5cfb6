// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {SumNode, SumStep} from "../../src/libraries/MerkleSumLib.sol";
import {ShardLib} from "../../src/libraries/ShardLib.sol";
import {Outcome, Verdict} from "../../src/types/Verdict.sol";
import {bound, vm} from "../support/Vm.sol";
import {JobActions} from "./JobActions.sol";

/// @notice An epoch from its end to its outcome: commitments, the draw, the verdicts, and the convictions afterwards.
abstract contract EpochActions is JobActions {
    /// A commitment whose root states more units than the two nodes below it have.
    struct Inflated {
        address worker;
        uint64 epoch;
        SumNode left;
        SumNode right;
        uint128 units;
    }

    Inflated[] internal inflated;
    uint64[] internal committed;
    mapping(uint64 epoch => address[]) internal workersOf;
    mapping(uint64 epoch => mapping(address worker => mapping(address validator => Verdict))) internal said;

    /// @dev The epoch that ends next: some workers commit base tasks or shards of jobs, then the seed is drawn.
    function work(uint256 seed) external onlyTheSpenderSpends {
        uint64 epoch = epochNow();
        goTo(endOf(epoch));
        bool any;
        for (uint256 i; i < WORKERS; ++i) {
            address worker = person(i);
            if (stakes.slashed(worker) || uint8(seed >> (8 * i)) < 64) continue;
            commitSomething(worker, epoch, seed >> (8 * i));
            workersOf[epoch].push(worker);
            any = true;
        }
        draw(epoch);
        hearAll(epoch, seed);
        if (any) committed.push(epoch);
        judge(epoch, seed);
        ++done["work"];
    }

    function commitSomething(address worker, uint64 epoch, uint256 seed) internal {
        (uint256 job, uint32 word, uint256 held) = claimOf(worker);
        if (seed % 16 == 15) return commitInflated(worker, epoch, seed);
        if (job == 0 || seed % 4 == 0) {
            // Now and then a forged amount: what a captured committee may accept.
            uint128 stated = seed % 32 == 16 ? type(uint104).max : uint128(bound(seed, 1, 1_000));
            vm.prank(worker);
            ledger.commitWork(epoch, bytes32(seed | 1), stated, 0, MANIFEST, uint8(seed % 4));
            return;
        }
        uint128 units = uint128(ShardLib.countOf(held)) * 10;
        IWorkLedger.Leaf memory leaf = leafOf(job, word, held, units);
        vm.prank(worker);
        ledger.commitWork(epoch, hashOf(leaf), units, units, MANIFEST, 0);
        deliveries.push(Delivery(worker, epoch, leaf));
    }

    function commitInflated(address worker, uint64 epoch, uint256 seed) internal {
        SumNode memory left = SumNode(bytes32(seed), 10);
        SumNode memory right = SumNode(bytes32(~seed), 20);
        bytes32 root = keccak256(abi.encode(left.hash, left.sum, right.hash, right.sum));
        vm.prank(worker);
        ledger.commitWork(epoch, root, 1_000, 0, MANIFEST, 0);
        inflated.push(Inflated(worker, epoch, left, right, 1_000));
    }

    function judge(uint64 epoch, uint256 seed) internal {
        address[] memory workers = workersOf[epoch];
        for (uint256 i; i < workers.length; ++i) {
            for (uint256 k; k < VALIDATORS; ++k) {
                address validator = person(WORKERS + k);
                uint256 dice = uint8(uint256(keccak256(abi.encode(seed, i, k))));
                if (dice < 32 || !court.onCommittee(epoch, workers[i], validator)) continue;
                // All tell the same of a worker, or each his own; a fault is rare.
                uint256 opinion = dice < 64 ? dice : uint8(uint256(keccak256(abi.encode(seed, i))));
                Verdict verdict = opinion < 32 ? Verdict.Fault : opinion < 56 ? Verdict.Unavailable : Verdict.Ok;
                commitVerdict(validator, workers[i], epoch, verdict);
                said[epoch][workers[i]][validator] = verdict;
            }
        }
        goTo(revealsFrom(epoch));
        for (uint256 i; i < workers.length; ++i) {
            for (uint256 k; k < VALIDATORS; ++k) {
                address validator = person(WORKERS + k);
                Verdict verdict = said[epoch][workers[i]][validator];
                if (verdict != Verdict.None && uint8(seed >> (8 * k + i)) > 16) {
                    revealVerdict(validator, workers[i], epoch, verdict);
                    ++done["reveal"];
                    if (verdict == Verdict.Fault) accuse(validator, workers[i], epoch);
                }
            }
        }
        goTo(concludesFrom(epoch));
        for (uint256 i; i < workers.length; ++i) {
            if (uint8(seed >> i) > 16) finalizeOne(workers[i], epoch);
        }
        goTo(paysFrom(epoch));
    }

    /// @dev The juries that the epoch's seed draws say what they think.
    function hearAll(uint64 epoch, uint256 seed) internal virtual;

    /// @dev Who sees a fault may dispute it: IDisputeCourt.
    function accuse(address challenger, address worker, uint64 epoch) internal virtual;

    function finalizeOne(address worker, uint64 epoch) internal {
        if (ledger.commitmentOf(worker, epoch).outcome != Outcome.Pending) return;
        ledger.finalize(worker, epoch);
        Outcome outcome = ledger.commitmentOf(worker, epoch).outcome;
        if (outcome == Outcome.Accepted) ++done["accept"];
        if (outcome == Outcome.Disputed) ++done["disputed"];
    }

    /// @dev What nobody concluded in time.
    function finalizeLate(uint256 pick) external onlyTheSpenderSpends {
        if (committed.length == 0) return;
        uint64 epoch = committed[pick % committed.length];
        address[] memory workers = workersOf[epoch];
        finalizeOne(workers[(pick >> 64) % workers.length], epoch);
    }

    /// @dev Sooner or later somebody shows a wrong sum; a second time is refused.
    function convictOne(uint256 pick, uint256 who) external onlyTheSpenderSpends {
        if (inflated.length == 0) return;
        Inflated memory i = inflated[pick % 4 == 0 ? pick % inflated.length : inflated.length - 1];
        uint256 atStake = everythingOf(i.worker);
        vm.prank(anyone(who));
        try ledger.proveWrongSum(i.worker, i.epoch, i.left, i.right, i.units, new SumStep[](0)) {
            ghost[i.worker].slashed += atStake;
            ++done["convict"];
        } catch (bytes memory reason) {
            only(reason, IWorkLedger.AlreadyFinalized.selector);
        }
    }
}
