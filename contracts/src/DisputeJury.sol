// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DisputeDocket} from "./DisputeDocket.sol";
import {IDisputeCourt} from "./interfaces/IDisputeCourt.sol";
import {SortitionLib} from "./libraries/SortitionLib.sol";
import {BadParameters, Parameters} from "./types/Parameters.sol";
import {Verdict} from "./types/Verdict.sol";

/// @title DisputeJury
/// @notice What the contract cannot compute is decided by validators, drawn by a seed that nobody knows when the dispute comes
/// to them.
abstract contract DisputeJury is DisputeDocket {
    /// @dev One slot, in gwei as the weights of an audit.
    struct Votes {
        uint128 guilty;
        uint128 innocent;
    }

    uint256 internal immutable jury;
    mapping(uint256 id => Votes) internal votes;
    mapping(uint256 id => mapping(address juror => bool)) internal voted;
    /// By the hash of epoch, worker, auditor and challenger: apart from the accusations of workers.
    mapping(bytes32 accusation => bool) internal auditorAccused;

    constructor(Parameters memory p) {
        if (p.jury == 0) revert BadParameters();
        jury = p.jury;
    }

    /// @inheritdoc IDisputeCourt
    function accuse(uint64 epoch, address worker, Reason reason, bytes32 detail) external returns (uint256 id) {
        // Of a digest no worker is guilty.
        if (reason == Reason.None || reason == Reason.FalseDigest) revert NothingWrong();
        Dispute storage d;
        (id, d) = _begin(epoch, worker, reason, detail);
        _refer(id, d);
    }

    /// @inheritdoc IDisputeCourt
    function accuseAuditor(uint64 epoch, address worker, address auditor, bytes32 detail)
        external
        returns (uint256 id)
    {
        if (auditor == msg.sender) revert NothingWrong();
        _requireVerdict(epoch, worker, msg.sender);
        _requireVerdict(epoch, worker, auditor);
        bytes32 accusation = keccak256(abi.encode(epoch, worker, auditor, msg.sender));
        if (auditorAccused[accusation]) revert AlreadyAccused(epoch, auditor, msg.sender);
        auditorAccused[accusation] = true;
        Dispute storage d;
        (id, d) = _file(epoch, auditor, paysAt(beacon.drawnAt(epoch)), Reason.FalseDigest, detail);
        _refer(id, d);
    }

    function _requireVerdict(uint64 epoch, address worker, address validator) internal view {
        if (court.verdictOf(epoch, worker, validator) == Verdict.None) revert NoVerdict(epoch, worker, validator);
    }

    /// @dev The seed of the epoch of now is drawn after it, and its weights are those of its beginning.
    function _refer(uint256 id, Dispute storage d) internal {
        (d.phase, d.deadline) = (Phase.Jury, epochAt(block.timestamp));
        emit Moved(id, Phase.Jury, d.deadline);
    }

    /// @inheritdoc IDisputeCourt
    function vote(uint256 id, bool guilty) external {
        uint256 drawn = _drawnFor(id);
        if (block.timestamp >= revealsEnd(drawn)) revert TooLate(id);
        if (voted[id][msg.sender]) revert AlreadyVoted(msg.sender);
        (bool isDrawn, uint256 seats) = _seatOf(docket[id], msg.sender);
        if (!isDrawn) revert NotOnJury(msg.sender);
        voted[id][msg.sender] = true;
        Votes storage cast = votes[id];
        // Weights are gwei of CXT, and what more than one seat weighs is itself a weight.
        if (guilty) cast.guilty += uint128(seats);
        else cast.innocent += uint128(seats);
        emit Voted(id, msg.sender, guilty, seats);
    }

    /// @inheritdoc IDisputeCourt
    function conclude(uint256 id) external {
        if (block.timestamp < revealsEnd(_drawnFor(id))) revert TooEarly(id);
        (uint256 guilty, uint256 innocent) = (votes[id].guilty, votes[id].innocent);
        uint256 twoThirds = 2 * (guilty + innocent);
        if (guilty * 3 > twoThirds) _end(id, docket[id], Phase.Guilty);
        else if (innocent * 3 > twoThirds) _end(id, docket[id], Phase.Innocent);
        else _end(id, docket[id], Phase.Undecided);
    }

    /// @inheritdoc IDisputeCourt
    function onJury(uint256 id, address validator) external view returns (bool isDrawn) {
        Dispute storage d = docket[id];
        if (d.phase == Phase.Jury && beacon.drawnAt(d.deadline) != 0) (isDrawn,) = _seatOf(d, validator);
    }

    /// @dev When the jury of a dispute was drawn.
    function _drawnFor(uint256 id) internal view returns (uint256 drawn) {
        Dispute storage d = docket[id];
        if (d.phase != Phase.Jury) revert WrongPhase(id, d.phase);
        drawn = beacon.drawnAt(d.deadline);
        if (drawn == 0) revert TooEarly(id);
    }

    function _seatOf(Dispute storage d, address juror) internal view returns (bool isDrawn, uint256 seats) {
        // Nobody judges himself: the worker weighs nothing, the challenger is left out here.
        if (juror == d.challenger) return (false, 0);
        (uint256 weight, uint256 total) = stakes.weightsFor(d.worker, juror, d.deadline);
        isDrawn = SortitionLib.isDrawn(beacon.seedOf(d.deadline), d.worker, juror, jury, weight, total);
        seats = SortitionLib.seatOf(jury, weight, total);
    }
}
