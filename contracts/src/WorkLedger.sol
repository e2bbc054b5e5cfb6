// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EpochClock} from "./EpochClock.sol";
import {IAuditCourt} from "./interfaces/IAuditCourt.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IComputeCredential} from "./interfaces/IComputeCredential.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {ITaskMarket} from "./interfaces/ITaskMarket.sol";
import {IWorkLedger} from "./interfaces/IWorkLedger.sol";
import {LeafLib} from "./libraries/LeafLib.sol";
import {MerkleSumLib, SumNode, SumStep} from "./libraries/MerkleSumLib.sol";
import {ScoreLib} from "./libraries/ScoreLib.sol";
import {BadParameters, Parameters, Wiring, WrongWiring} from "./types/Parameters.sol";
import {Tier} from "./types/Tier.sol";
import {Outcome} from "./types/Verdict.sol";

/// @title WorkLedger
contract WorkLedger is IWorkLedger, EpochClock {
    IBeacon internal immutable beacon;
    IStakeRegistry internal immutable stakes;
    IAuditCourt internal immutable court;
    ITaskMarket internal immutable market;
    IComputeCredential internal immutable credential;
    uint256 internal immutable maxBaseUnits;

    mapping(address worker => mapping(uint64 epoch => Commitment)) internal commitments;
    mapping(uint64 epoch => EpochTotals) internal totals;
    mapping(address worker => uint256) internal reputations;
    /// @inheritdoc IWorkLedger
    mapping(uint64 epochPlusOne => uint64) public nextWithWork;
    uint64 internal newestWithWork;

    constructor(Parameters memory p, Wiring memory w) EpochClock(p) {
        if (w.ledger != address(this)) revert WrongWiring();
        // Two open commit windows would let epochs enter the list out of order.
        if (p.epochSeconds == 0 || p.commitSeconds > p.epochSeconds) revert BadParameters();
        maxBaseUnits = p.maxBaseUnits;
        beacon = IBeacon(w.beacon);
        stakes = IStakeRegistry(w.stakes);
        court = IAuditCourt(w.court);
        market = ITaskMarket(w.market);
        credential = IComputeCredential(w.credential);
    }

    /// @inheritdoc IWorkLedger
    function commitWork(uint64 epoch, bytes32 root, uint128 units, uint128 marketUnits, bytes32 manifest, uint8 tier)
        external
    {
        if (!isCommitWindow(epoch)) revert NotInCommitWindow(epoch);
        (bool compute,, bool slashed) = stakes.rolesOf(msg.sender);
        if (!compute) revert NotRegistered(msg.sender);
        if (slashed) revert AccountSlashed(msg.sender);
        if (units == 0 || units > type(uint104).max || marketUnits > units) revert BadUnits(units, marketUnits);
        if (units - marketUnits > maxBaseUnits) revert TooMuchBaseWork(units - marketUnits, maxBaseUnits);
        if (tier > uint8(type(Tier).max)) revert BadTier(tier);
        Commitment storage mine = commitments[msg.sender][epoch];
        if (mine.units != 0) revert AlreadyCommitted(msg.sender, epoch);

        mine.root = root;
        // Both fit: they were compared with the type's maximum above.
        mine.units = uint104(units);
        mine.marketUnits = uint104(marketUnits);
        mine.tier = Tier(tier);
        // Commit windows do not overlap, so epochs enter the list in order.
        if (newestWithWork != epoch + 1) {
            nextWithWork[newestWithWork] = epoch + 1;
            newestWithWork = epoch + 1;
        }
        emit WorkCommitted(msg.sender, epoch, root, units, marketUnits, manifest, Tier(tier));
    }

    /// @inheritdoc IWorkLedger
    function finalize(address worker, uint64 epoch) external {
        Commitment storage work = _committed(worker, epoch);
        if (work.outcome != Outcome.Pending) revert AlreadyFinalized(worker, epoch);
        Outcome outcome = court.conclude(worker, epoch);
        work.outcome = outcome;
        if (outcome == Outcome.Accepted) _accept(worker, epoch, work);
        if (outcome == Outcome.Unavailable) reputations[worker] = ScoreLib.lowered(reputationOf(worker));
        emit WorkFinalized(worker, epoch, uint8(outcome), _scoreOf(work));
    }

    /// @dev Who comes after the epoch pays keeps the fees of its shards, but has no part in the emission; nor has who was
    /// slashed meanwhile, as nobody could claim that part.
    function _accept(address worker, uint64 epoch, Commitment storage work) internal {
        uint256 reputation = reputationOf(worker);
        reputations[worker] = ScoreLib.raised(reputation);
        if (stakes.slashed(worker)) return;
        credential.record(worker, epoch, work.tier, work.units - work.marketUnits, work.marketUnits);
        if (!_isOpen(epoch)) return;
        work.merit = ScoreLib.meritDown(work.tier, market.qualityOf(worker), reputation);
        uint256 base = _baseOf(work);
        if (base == 0) return;
        totals[epoch].units += base;
        totals[epoch].score += _scoreOf(work);
        stakes.recordWork(worker, base);
    }

    /// @dev Do the sums of the epoch still change? Not once it pays.
    function _isOpen(uint64 epoch) internal view returns (bool) {
        uint256 drawn = beacon.drawnAt(epoch);
        return drawn == 0 || block.timestamp < paysAt(drawn);
    }

    /// @inheritdoc IWorkLedger
    function proveWrongSum(
        address worker,
        uint64 epoch,
        SumNode calldata left,
        SumNode calldata right,
        uint128 sum,
        SumStep[] calldata path
    ) external {
        (bytes32 hash, bool wrong) = MerkleSumLib.isWrongSum(left, right, sum);
        if (!wrong) revert SumIsRight();
        _convict(worker, epoch, hash, sum, path);
    }

    /// @inheritdoc IWorkLedger
    function proveWrongLeaf(
        address worker,
        uint64 epoch,
        SumNode calldata left,
        SumNode calldata right,
        uint128 sum,
        SumStep[] calldata within,
        Leaf calldata leaf,
        SumStep[] calldata path
    ) external {
        (bytes32 hash, bool wrong) = MerkleSumLib.isWrongSum(left, right, sum);
        if (!wrong) revert SumIsRight();
        (bytes32 proofs, uint128 units) = MerkleSumLib.climb(hash, sum, within);
        if (proofs != leaf.proofs || units != leaf.units) revert WrongProof();
        _convict(worker, epoch, LeafLib.hashOf(leaf), leaf.units, path);
    }

    /// @dev The topmost of several wrong nodes stands on a path whose sums are right, so one climb shows any wrong tree.
    function _convict(address worker, uint64 epoch, bytes32 hash, uint128 sum, SumStep[] calldata path) internal {
        Commitment storage work = _committed(worker, epoch);
        if (work.outcome == Outcome.Fault) revert AlreadyFinalized(worker, epoch);
        (bytes32 root, uint128 units) = MerkleSumLib.climb(hash, sum, path);
        if (root != work.root || units != work.units) revert WrongProof();

        if (work.merit != 0 && _isOpen(epoch)) {
            totals[epoch].units -= _baseOf(work);
            totals[epoch].score -= _scoreOf(work);
        }
        work.merit = 0;
        work.outcome = Outcome.Fault;
        emit WrongSumProven(worker, epoch, msg.sender);
        emit WorkFinalized(worker, epoch, uint8(Outcome.Fault), 0);
        court.convict(worker, epoch, msg.sender);
    }

    function _committed(address worker, uint64 epoch) internal view returns (Commitment storage work) {
        work = commitments[worker][epoch];
        if (work.units == 0) revert NotCommitted(worker, epoch);
    }

    function _scoreOf(Commitment storage work) internal view returns (uint256) {
        return _baseOf(work) * work.merit;
    }

    /// @dev Units of the protocol's own tasks. How many units a job has is what its submitter says: if they counted, whoever
    /// posts a job of 2^100 units for a wei would take everybody's share, raise the mark and weigh in committees.
    function _baseOf(Commitment storage work) internal view returns (uint256) {
        return work.units - work.marketUnits;
    }

    /// @inheritdoc IWorkLedger
    function commitmentOf(address worker, uint64 epoch) external view returns (Commitment memory) {
        return commitments[worker][epoch];
    }

    /// @inheritdoc IWorkLedger
    function isPending(address worker, uint64 epoch) external view returns (bool) {
        Commitment storage work = commitments[worker][epoch];
        return work.units != 0 && work.outcome == Outcome.Pending;
    }

    /// @inheritdoc IWorkLedger
    function shareOf(address worker, uint64 epoch) external view returns (uint256, uint256, uint256) {
        Commitment storage work = commitments[worker][epoch];
        return (_scoreOf(work), totals[epoch].score, work.marketUnits);
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
