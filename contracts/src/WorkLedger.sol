// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAuditCourt} from "./interfaces/IAuditCourt.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {ITaskMarket} from "./interfaces/ITaskMarket.sol";
import {IWorkLedger} from "./interfaces/IWorkLedger.sol";
import {EpochLib} from "./libraries/EpochLib.sol";
import {ScoreLib} from "./libraries/ScoreLib.sol";
import {BadParameters, Parameters, Wiring, WrongWiring} from "./types/Parameters.sol";
import {Outcome} from "./types/Verdict.sol";

/// @title WorkLedger
contract WorkLedger is IWorkLedger {
    IBeacon internal immutable beacon;
    IStakeRegistry internal immutable stakes;
    IAuditCourt internal immutable court;
    ITaskMarket internal immutable market;
    Parameters internal parameters;

    mapping(address worker => mapping(uint64 epoch => Commitment)) internal commitments;
    mapping(uint64 epoch => EpochTotals) internal totals;
    mapping(address worker => uint256) internal reputations;
    /// @inheritdoc IWorkLedger
    mapping(uint64 epochPlusOne => uint64) public nextWithWork;
    uint64 internal newestWithWork;

    constructor(Parameters memory p, Wiring memory w) {
        if (w.ledger != address(this)) revert WrongWiring();
        // Two open commit windows would let epochs enter the list out of order.
        if (p.epochSeconds == 0 || p.commitSeconds > p.epochSeconds) revert BadParameters();
        parameters = p;
        beacon = IBeacon(w.beacon);
        stakes = IStakeRegistry(w.stakes);
        court = IAuditCourt(w.court);
        market = ITaskMarket(w.market);
    }

    /// @inheritdoc IWorkLedger
    function commitWork(uint64 epoch, bytes32 root, uint128 units, uint128 marketUnits, bytes32 manifest) external {
        uint256 end = EpochLib.endOf(parameters, epoch);
        if (block.timestamp < end || block.timestamp >= end + parameters.commitSeconds) {
            revert NotInCommitWindow(epoch);
        }
        if (!stakes.isCompute(msg.sender)) revert NotRegistered(msg.sender);
        if (stakes.slashed(msg.sender)) revert AccountSlashed(msg.sender);
        if (units == 0 || marketUnits > units) revert BadUnits(units, marketUnits);
        Commitment storage mine = commitments[msg.sender][epoch];
        if (mine.units != 0) revert AlreadyCommitted(msg.sender, epoch);

        mine.root = root;
        mine.units = units;
        mine.marketUnits = marketUnits;
        // Commit windows do not overlap, so epochs enter the list in order.
        if (newestWithWork != epoch + 1) {
            nextWithWork[newestWithWork] = epoch + 1;
            newestWithWork = epoch + 1;
        }
        emit WorkCommitted(msg.sender, epoch, root, units, marketUnits, manifest);
    }

    /// @inheritdoc IWorkLedger
    function finalize(address worker, uint64 epoch) external {
        Commitment storage work = commitments[worker][epoch];
        if (work.units == 0) revert NotCommitted(worker, epoch);
        if (work.outcome != Outcome.Pending) revert AlreadyFinalized(worker, epoch);
        Outcome outcome = court.conclude(worker, epoch);
        work.outcome = outcome;
        if (outcome == Outcome.Accepted) _accept(worker, epoch, work);
        if (outcome == Outcome.Unavailable) reputations[worker] = ScoreLib.lowered(reputationOf(worker));
        emit WorkFinalized(worker, epoch, uint8(outcome), work.score);
    }

    /// @dev Who comes after the epoch pays keeps the fees of its shards, but has no part in the emission; nor has who was
    /// slashed meanwhile, as nobody could claim that part.
    function _accept(address worker, uint64 epoch, Commitment storage work) internal {
        uint256 reputation = reputationOf(worker);
        reputations[worker] = ScoreLib.raised(reputation);
        if (stakes.slashed(worker)) return;
        if (block.timestamp >= EpochLib.paysAt(parameters, beacon.drawnAt(epoch))) return;
        work.score = ScoreLib.scoreOf(work.units, market.qualityOf(worker), reputation);
        totals[epoch].units += work.units;
        totals[epoch].score += work.score;
    }

    /// @inheritdoc IWorkLedger
    function commitmentOf(address worker, uint64 epoch) external view returns (Commitment memory) {
        return commitments[worker][epoch];
    }

    /// @inheritdoc IWorkLedger
    function totalsOf(uint64 epoch) external view returns (EpochTotals memory) {
        return totals[epoch];
    }

    /// @inheritdoc IWorkLedger
    function reputationOf(address worker) public view returns (uint256) {
        uint256 reputation = reputations[worker];
        return reputation == 0 ? ScoreLib.NEWCOMER : reputation;
    }
}
