// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {CorexToken} from "./CorexToken.sol";
import {EpochClock} from "./EpochClock.sol";
import {IAuditCourt} from "./interfaces/IAuditCourt.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {IWorkLedger} from "./interfaces/IWorkLedger.sol";
import {SortitionLib} from "./libraries/SortitionLib.sol";
import {Parameters, Wiring, WrongWiring} from "./types/Parameters.sol";
import {Outcome, Verdict} from "./types/Verdict.sol";

/// @title AuditCourt
contract AuditCourt is IAuditCourt, EpochClock {
    using SafeERC20 for CorexToken;

    /// Of the half of a slash that is not burned, the challenger's 40 % of the whole are four fifths.
    uint256 internal constant CHALLENGER_FIFTHS = 4;
    /// A ballot is one slot: 192 bits of a verdict's digest and what it weighs, until it is revealed; then the verdict, and
    /// PAID with it once its bounty is. Two verdicts with one digest take 2^96 trials.
    uint256 internal constant PAID = 0x80;
    uint256 internal constant HIGHEST_REVEALED = 0xff;
    uint256 internal constant WEIGHT_BITS = 64;

    /// What is known of the audit of one worker's epoch. One slot but for the bounty: all weights together stay below 10^18
    /// gwei, and seats that are drawn add up to about twice that at most: far below 2^64.
    struct Audit {
        uint64 okWeight;
        uint64 faultWeight;
        uint64 unavailableWeight;
        uint16 committed;
        uint16 revealed;
        uint16 faults;
    }

    CorexToken internal immutable token;
    IBeacon internal immutable beacon;
    IStakeRegistry internal immutable stakes;
    IWorkLedger internal immutable ledger;
    address internal immutable disputes;
    uint256 internal immutable committee;

    mapping(uint64 epoch => mapping(address worker => Audit)) internal audits;
    mapping(uint64 epoch => mapping(address worker => uint256)) internal bounties;
    mapping(uint64 epoch => mapping(address worker => mapping(address validator => uint256))) internal ballots;
    /// @inheritdoc IAuditCourt
    mapping(uint64 epoch => mapping(address validator => uint32)) public auditsBy;
    /// @inheritdoc IAuditCourt
    mapping(uint64 epoch => uint32) public auditsTotal;

    constructor(Parameters memory p, Wiring memory w) EpochClock(p) {
        if (w.court != address(this)) revert WrongWiring();
        committee = p.committee;
        token = CorexToken(w.token);
        beacon = IBeacon(w.beacon);
        stakes = IStakeRegistry(w.stakes);
        ledger = IWorkLedger(w.ledger);
        disputes = w.disputes;
    }

    /// @inheritdoc IAuditCourt
    function commitVerdict(uint64 epoch, address worker, bytes32 digest) external {
        uint256 drawn = beacon.drawnAt(epoch);
        if (drawn == 0 || block.timestamp >= verdictsEnd(drawn)) revert NotInWindow(epoch);
        if (bytes24(digest) == 0) revert BadDigest();
        if (!ledger.isPending(worker, epoch)) revert NoWork(worker, epoch);
        (bool isDrawn, uint256 seat) = _draw(epoch, worker, msg.sender, drawn);
        if (!isDrawn) revert NotOnCommittee(msg.sender);
        mapping(address => uint256) storage cast = ballots[epoch][worker];
        if (cast[msg.sender] != 0) revert AlreadyDone();
        cast[msg.sender] = _ballot(digest, seat);
        ++audits[epoch][worker].committed;
        emit VerdictCommitted(epoch, worker, msg.sender);
    }

    /// @inheritdoc IAuditCourt
    function revealVerdict(uint64 epoch, address worker, uint8 verdict, bytes32 auditDigest, bytes32 salt) external {
        uint256 drawn = beacon.drawnAt(epoch);
        if (drawn == 0 || block.timestamp < verdictsEnd(drawn) || block.timestamp >= revealsEnd(drawn)) {
            revert NotInWindow(epoch);
        }
        mapping(address => uint256) storage cast = ballots[epoch][worker];
        uint256 ballot = cast[msg.sender];
        if (ballot != 0 && ballot <= HIGHEST_REVEALED) revert AlreadyDone();
        bytes32 digest = keccak256(abi.encode(msg.sender, worker, uint256(epoch), verdict, auditDigest, salt));
        uint64 weight = uint64(ballot);
        if (verdict == 0 || verdict > uint8(Verdict.Unavailable) || ballot != _ballot(digest, weight)) {
            revert WrongReveal();
        }
        _count(audits[epoch][worker], Verdict(verdict), weight);
        cast[msg.sender] = verdict;
        ++auditsBy[epoch][msg.sender];
        ++auditsTotal[epoch];
        emit VerdictRevealed(epoch, worker, msg.sender, verdict, auditDigest);
    }

    /// @dev A weight fits: see Audit.
    function _ballot(bytes32 digest, uint256 weight) internal pure returns (uint256) {
        return (uint256(digest) >> WEIGHT_BITS) << WEIGHT_BITS | weight;
    }

    function _count(Audit storage audit, Verdict verdict, uint64 weight) internal {
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
        if (drawn == 0 || block.timestamp < revealsEnd(drawn)) revert NotInWindow(epoch);
        outcome = _outcomeOf(audits[epoch][worker]);
        emit Concluded(epoch, worker, outcome);
    }

    /// @dev A strict majority of the revealed weight decides what is paid, and slashes nobody.
    function _outcomeOf(Audit storage audit) internal view returns (Outcome) {
        uint256 revealed = uint256(audit.okWeight) + audit.faultWeight + audit.unavailableWeight;
        if (revealed == 0) return Outcome.Unaudited;
        if (uint256(audit.faultWeight) * 2 > revealed) return Outcome.Disputed;
        if (uint256(audit.okWeight) * 2 > revealed) return Outcome.Accepted;
        return Outcome.Unavailable;
    }

    /// @inheritdoc IAuditCourt
    function convict(address worker, uint64 epoch, address challenger) external {
        if (msg.sender != address(ledger) && msg.sender != disputes) revert OnlyWithProof(msg.sender);
        uint256 bounty = stakes.slash(worker);
        uint256 paid = bounty * CHALLENGER_FIFTHS / 5;
        uint256 burned = audits[epoch][worker].faults == 0 ? bounty - paid : 0;
        bounties[epoch][worker] += bounty - paid - burned;
        emit Convicted(epoch, worker, challenger, paid, burned);
        if (burned != 0) token.burn(burned);
        if (paid != 0) token.safeTransfer(challenger, paid);
    }

    /// @inheritdoc IAuditCourt
    function claimBounty(uint64 epoch, address worker) external {
        if (ballots[epoch][worker][msg.sender] != uint256(Verdict.Fault)) revert NothingToClaim();
        Audit storage audit = audits[epoch][worker];
        // What is left over those who are left: the last one takes the dust.
        uint256 amount = bounties[epoch][worker] / audit.faults;
        if (amount == 0) revert NothingToClaim();
        ballots[epoch][worker][msg.sender] |= PAID;
        bounties[epoch][worker] -= amount;
        --audit.faults;
        emit BountyClaimed(msg.sender, epoch, worker, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IAuditCourt
    function onCommittee(uint64 epoch, address worker, address validator) external view returns (bool) {
        uint256 drawn = beacon.drawnAt(epoch);
        if (drawn == 0) return false;
        (bool isDrawn,) = _draw(epoch, worker, validator, drawn);
        return isDrawn;
    }

    /// @dev Where too few have answered by half time, the threshold doubles.
    function _draw(uint64 epoch, address worker, address validator, uint256 drawn)
        internal
        view
        returns (bool isDrawn, uint256 seat)
    {
        uint256 members = committee;
        if (isHalfTime(drawn) && uint256(audits[epoch][worker].committed) * 2 < members) members *= 2;
        (uint256 weight, uint256 total) = stakes.weightsFor(worker, validator, epoch);
        isDrawn = SortitionLib.isDrawn(beacon.seedOf(epoch), worker, validator, members, weight, total);
        // Of the committee as it was meant: who answers late counts no less than who answered before.
        seat = SortitionLib.seatOf(committee, weight, total);
    }

    /// @inheritdoc IAuditCourt
    function verdictOf(uint64 epoch, address worker, address validator) external view returns (Verdict) {
        uint256 ballot = ballots[epoch][worker][validator];
        return ballot > HIGHEST_REVEALED ? Verdict.None : Verdict(ballot & ~PAID);
    }

    /// @inheritdoc IAuditCourt
    function revealsOf(uint64 epoch, address worker) external view returns (uint32) {
        return audits[epoch][worker].revealed;
    }
}
