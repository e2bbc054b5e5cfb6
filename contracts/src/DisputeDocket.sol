// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {CorexToken} from "./CorexToken.sol";
import {EpochClock} from "./EpochClock.sol";
import {IAuditCourt} from "./interfaces/IAuditCourt.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IDisputeCourt} from "./interfaces/IDisputeCourt.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {ITaskMarket} from "./interfaces/ITaskMarket.sol";
import {IWorkLedger} from "./interfaces/IWorkLedger.sol";
import {BadParameters, Parameters, Wiring, WrongWiring} from "./types/Parameters.sol";
import {Verdict} from "./types/Verdict.sol";

/// @title DisputeDocket
/// @notice How a dispute begins and ends, whatever decides it: who may bring one, the bond, the time of a move.
abstract contract DisputeDocket is IDisputeCourt, EpochClock {
    using SafeERC20 for CorexToken;

    CorexToken internal immutable token;
    IBeacon internal immutable beacon;
    IStakeRegistry internal immutable stakes;
    IWorkLedger internal immutable ledger;
    IAuditCourt internal immutable court;
    ITaskMarket internal immutable market;
    uint64 internal immutable disputeSeconds;

    /// @dev One slot: how many disputes there were, how many of them are open, and when the last one ended.
    struct Busy {
        uint128 begun;
        uint64 open;
        uint64 endedAt;
    }

    /// Of everybody. Ids count from 1.
    Busy internal all;
    mapping(uint256 id => Dispute) internal docket;
    mapping(uint64 epoch => mapping(address worker => mapping(address challenger => bool))) internal accused;
    mapping(uint64 epoch => mapping(address worker => uint256)) internal openAbout;
    mapping(address worker => Busy) internal busy;

    constructor(Parameters memory p, Wiring memory w) EpochClock(p) {
        if (w.disputes != address(this)) revert WrongWiring();
        if (p.disputeSeconds == 0) revert BadParameters();
        disputeSeconds = p.disputeSeconds;
        token = CorexToken(w.token);
        beacon = IBeacon(w.beacon);
        stakes = IStakeRegistry(w.stakes);
        ledger = IWorkLedger(w.ledger);
        court = IAuditCourt(w.court);
        market = ITaskMarket(w.market);
    }

    /// @dev Only who revealed the fault, once, and while verdicts are revealed: whoever is not accused then can be paid.
    function _begin(uint64 epoch, address worker, Reason reason, bytes32 detail)
        internal
        returns (uint256 id, Dispute storage d)
    {
        if (court.verdictOf(epoch, worker, msg.sender) != Verdict.Fault) {
            revert NoFault(epoch, worker, msg.sender);
        }
        if (accused[epoch][worker][msg.sender]) revert AlreadyAccused(epoch, worker, msg.sender);
        accused[epoch][worker][msg.sender] = true;
        // Before the first draw nobody has a verdict, so the epoch is drawn.
        return _file(epoch, worker, revealsEnd(beacon.drawnAt(epoch)), reason, detail);
    }

    /// @dev Whom it is about answers for it, whether as the worker or as an auditor of that epoch.
    function _file(uint64 epoch, address about, uint256 until, Reason reason, bytes32 detail)
        internal
        returns (uint256 id, Dispute storage d)
    {
        id = _opened(all);
        if (block.timestamp >= until) revert TooLate(id);
        d = docket[id];
        (d.challenger, d.worker, d.epoch) = (msg.sender, about, epoch);
        ++openAbout[epoch][about];
        _opened(busy[about]);
        emit Accused(id, epoch, about, msg.sender, reason, detail);
        d.bond = stakes.takeBond(msg.sender);
    }

    /// @dev Whose move it is next, and until when.
    function _pass(uint256 id, Dispute storage d, Phase phase) internal {
        (d.phase, d.deadline) = (phase, uint64(block.timestamp) + disputeSeconds);
        emit Moved(id, phase, d.deadline);
    }

    function _moveOf(uint256 id, Phase phase) internal view returns (Dispute storage d) {
        d = docket[id];
        if (d.phase != phase) revert WrongPhase(id, d.phase);
        if (msg.sender != (_isWorkers(phase) ? d.worker : d.challenger)) revert NotYourMove(id);
        if (block.timestamp >= d.deadline) revert TooLate(id);
    }

    function _isWorkers(Phase phase) internal pure returns (bool) {
        return phase == Phase.OpenBlocks || phase == Phase.OpenLeaves || phase == Phase.OpenOperands
            || phase == Phase.OpenLink;
    }

    function _isChallengers(Phase phase) internal pure returns (bool) {
        return phase == Phase.NameBlock || phase == Phase.NameValue || phase == Phase.Refute;
    }

    /// @inheritdoc IDisputeCourt
    function timeout(uint256 id) external {
        Dispute storage d = docket[id];
        bool workers = _isWorkers(d.phase);
        if (!workers && !_isChallengers(d.phase)) revert WrongPhase(id, d.phase);
        if (block.timestamp < d.deadline) revert TooEarly(id);
        _end(id, d, workers ? Phase.Guilty : Phase.Innocent);
    }

    /// @dev What an accusation that was wrong cost the worker is half of the bond; the rest is burned, so that who accuses
    /// himself to be left alone loses as well.
    function _end(uint256 id, Dispute storage d, Phase phase) internal {
        (uint256 bond, address worker, address challenger) = (d.bond, d.worker, d.challenger);
        (d.phase, d.bond) = (phase, 0);
        --openAbout[d.epoch][worker];
        _closed(busy[worker]);
        _closed(all);
        emit Ended(id, phase);
        if (phase == Phase.Guilty) court.convict(worker, d.epoch, challenger);
        if (bond == 0) return;
        if (phase != Phase.Innocent) return token.safeTransfer(challenger, bond);
        token.safeTransfer(worker, bond / 2);
        token.burn(bond - bond / 2);
    }

    function _opened(Busy storage one) internal returns (uint256 begun) {
        begun = one.begun + 1;
        (one.begun, one.open) = (uint128(begun), one.open + 1);
    }

    function _closed(Busy storage one) internal {
        (one.open, one.endedAt) = (one.open - 1, uint64(block.timestamp));
    }

    function _until(Busy storage one) internal view returns (uint64) {
        return one.open != 0 ? type(uint64).max : one.endedAt;
    }

    /// @inheritdoc IDisputeCourt
    function isDisputed(uint64 epoch, address worker) external view returns (bool) {
        return openAbout[epoch][worker] != 0;
    }

    /// @inheritdoc IDisputeCourt
    function busyUntil(address worker) external view returns (uint64) {
        return _until(busy[worker]);
    }

    /// @inheritdoc IDisputeCourt
    function anybodyBusyUntil() external view returns (uint64) {
        return _until(all);
    }

    /// @inheritdoc IDisputeCourt
    function disputeOf(uint256 id) external view returns (Dispute memory) {
        return docket[id];
    }
}
