// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {CorexToken} from "./CorexToken.sol";
import {IAuditCourt} from "./interfaces/IAuditCourt.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {IWorkLedger} from "./interfaces/IWorkLedger.sol";
import {EpochLib} from "./libraries/EpochLib.sol";
import {SortitionLib} from "./libraries/SortitionLib.sol";
import {Parameters, Wiring, WrongWiring} from "./types/Parameters.sol";
import {Outcome, Verdict} from "./types/Verdict.sol";

/// @title AuditCourt
contract AuditCourt is IAuditCourt {
    using SafeERC20 for CorexToken;

    /// What is known of the audit of one worker's epoch.
    struct Audit {
        uint32 committed;
        uint32 revealed;
        uint32 faults;
        uint256 okWeight;
        uint256 faultWeight;
        uint256 unavailableWeight;
        uint256 bounty;
        mapping(address validator => bytes32) digests;
        mapping(address validator => Verdict) verdicts;
        mapping(address validator => bool) paid;
    }

    CorexToken internal immutable token;
    IBeacon internal immutable beacon;
    IStakeRegistry internal immutable stakes;
    IWorkLedger internal immutable ledger;
    Parameters internal parameters;

    mapping(uint64 epoch => mapping(address worker => Audit)) internal audits;
    /// @inheritdoc IAuditCourt
    mapping(uint64 epoch => mapping(address validator => uint32)) public auditsBy;
    /// @inheritdoc IAuditCourt
    mapping(uint64 epoch => uint32) public auditsTotal;

    constructor(Parameters memory p, Wiring memory w) {
        if (w.court != address(this)) revert WrongWiring();
        parameters = p;
        token = CorexToken(w.token);
        beacon = IBeacon(w.beacon);
        stakes = IStakeRegistry(w.stakes);
        ledger = IWorkLedger(w.ledger);
    }

    /// @inheritdoc IAuditCourt
    function commitVerdict(uint64 epoch, address worker, bytes32 digest) external {
        uint256 drawn = beacon.drawnAt(epoch);
        if (drawn == 0 || block.timestamp >= EpochLib.verdictsEnd(parameters, drawn)) revert NotInWindow(epoch);
        if (ledger.commitmentOf(worker, epoch).units == 0) revert NoWork(worker, epoch);
        if (!onCommittee(epoch, worker, msg.sender)) revert NotOnCommittee(msg.sender);
        Audit storage audit = audits[epoch][worker];
        if (digest == 0 || audit.digests[msg.sender] != 0) revert AlreadyDone();
        audit.digests[msg.sender] = digest;
        ++audit.committed;
        emit VerdictCommitted(epoch, worker, msg.sender);
    }

    /// @inheritdoc IAuditCourt
    function revealVerdict(uint64 epoch, address worker, uint8 verdict, bytes32 auditDigest, bytes32 salt) external {
        uint256 drawn = beacon.drawnAt(epoch);
        if (
            drawn == 0 || block.timestamp < EpochLib.verdictsEnd(parameters, drawn)
                || block.timestamp >= EpochLib.revealsEnd(parameters, drawn)
        ) revert NotInWindow(epoch);
        Audit storage audit = audits[epoch][worker];
        if (audit.verdicts[msg.sender] != Verdict.None) revert AlreadyDone();
        bytes32 digest = keccak256(abi.encode(msg.sender, worker, uint256(epoch), verdict, auditDigest, salt));
        if (verdict == 0 || verdict > uint8(Verdict.Unavailable) || audit.digests[msg.sender] != digest) {
            revert WrongReveal();
        }

        _count(audit, Verdict(verdict), stakes.weightAt(msg.sender, epoch));
        audit.verdicts[msg.sender] = Verdict(verdict);
        ++auditsBy[epoch][msg.sender];
        ++auditsTotal[epoch];
        emit VerdictRevealed(epoch, worker, msg.sender, verdict, auditDigest);
    }

    function _count(Audit storage audit, Verdict verdict, uint256 weight) internal {
        ++audit.revealed;
        if (verdict == Verdict.Ok) audit.okWeight += weight;
        if (verdict == Verdict.Unavailable) audit.unavailableWeight += weight;
        if (verdict == Verdict.Fault) {
            audit.faultWeight += weight;
            ++audit.faults;
        }
    }

    /// @inheritdoc IAuditCourt
    function conclude(address worker, uint64 epoch) external returns (Outcome outcome) {
        if (msg.sender != address(ledger)) revert OnlyLedger(msg.sender);
        uint256 drawn = beacon.drawnAt(epoch);
        if (drawn == 0 || block.timestamp < EpochLib.revealsEnd(parameters, drawn)) revert NotInWindow(epoch);
        Audit storage audit = audits[epoch][worker];
        outcome = _outcomeOf(audit);
        emit Concluded(epoch, worker, outcome);
        if (outcome == Outcome.Fault) audit.bounty = stakes.slash(worker);
    }

    /// @dev A strict majority of the revealed weight decides.
    function _outcomeOf(Audit storage audit) internal view returns (Outcome) {
        uint256 revealed = audit.okWeight + audit.faultWeight + audit.unavailableWeight;
        if (revealed == 0) return Outcome.Unaudited;
        if (audit.faultWeight * 2 > revealed) return Outcome.Fault;
        if (audit.okWeight * 2 > revealed) return Outcome.Accepted;
        return Outcome.Unavailable;
    }

    /// @inheritdoc IAuditCourt
    function claimBounty(uint64 epoch, address worker) external {
        Audit storage audit = audits[epoch][worker];
        if (audit.verdicts[msg.sender] != Verdict.Fault || audit.paid[msg.sender]) revert NothingToClaim();
        // What is left over those who are left: the last one takes the dust.
        uint256 amount = audit.bounty / audit.faults;
        if (amount == 0) revert NothingToClaim();
        audit.paid[msg.sender] = true;
        audit.bounty -= amount;
        --audit.faults;
        emit BountyClaimed(msg.sender, epoch, worker, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IAuditCourt
    /// @dev Where too few have answered by half time, the threshold doubles.
    function onCommittee(uint64 epoch, address worker, address validator) public view returns (bool) {
        uint256 drawn = beacon.drawnAt(epoch);
        if (drawn == 0 || validator == worker || stakes.slashed(validator)) return false;
        uint256 members = parameters.committee;
        bool late = block.timestamp >= drawn + parameters.auditSeconds / 2;
        if (late && uint256(audits[epoch][worker].committed) * 2 < members) members *= 2;
        uint256 weight = stakes.weightAt(validator, epoch);
        return
            SortitionLib.isDrawn(beacon.seedOf(epoch), worker, validator, members, weight, stakes.totalWeightAt(epoch));
    }

    /// @inheritdoc IAuditCourt
    function verdictOf(uint64 epoch, address worker, address validator) external view returns (Verdict) {
        return audits[epoch][worker].verdicts[validator];
    }

    /// @inheritdoc IAuditCourt
    function revealsOf(uint64 epoch, address worker) external view returns (uint32) {
        return audits[epoch][worker].revealed;
    }
}
