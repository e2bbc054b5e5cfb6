// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {CorexToken} from "./CorexToken.sol";
import {IAuditCourt} from "./interfaces/IAuditCourt.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IMiningPool} from "./interfaces/IMiningPool.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {ITaskMarket} from "./interfaces/ITaskMarket.sol";
import {IWorkLedger} from "./interfaces/IWorkLedger.sol";
import {EmissionLib} from "./libraries/EmissionLib.sol";
import {EpochLib} from "./libraries/EpochLib.sol";
import {Parameters, Wiring, WrongWiring} from "./types/Parameters.sol";
import {Outcome} from "./types/Verdict.sol";

/// @title MiningPool
contract MiningPool is IMiningPool {
    using SafeERC20 for CorexToken;

    /// Compute-PoC gets 80 % of what is released, Stake-to-Validate the rest.
    uint256 internal constant WORK_PERCENT = 80;
    /// Emission for market work stays below 90 % of the part of its fees that a payer cannot get back.
    uint256 internal constant MARKET_PERCENT = 90;
    uint8 internal constant WORK = 1;
    uint8 internal constant AUDIT = 2;

    struct Epoch {
        uint256 work;
        uint256 audit;
        uint256 claimed;
        bool settled;
        bool expired;
        mapping(address => uint256) workClaimed;
        mapping(address => bool) auditClaimed;
    }

    CorexToken internal immutable token;
    IBeacon internal immutable beacon;
    IStakeRegistry internal immutable stakes;
    IWorkLedger internal immutable ledger;
    IAuditCourt internal immutable court;
    ITaskMarket internal immutable market;
    Parameters internal parameters;

    mapping(uint64 epoch => Epoch) internal epochs;
    /// @inheritdoc IMiningPool
    uint256 public unclaimed;
    /// Most work that an epoch had, decayed.
    uint256 public highWater;
    /// Newest settled epoch, plus one.
    uint64 internal settledPlusOne;

    constructor(Parameters memory p, Wiring memory w) {
        if (w.pool != address(this)) revert WrongWiring();
        parameters = p;
        token = CorexToken(w.token);
        beacon = IBeacon(w.beacon);
        stakes = IStakeRegistry(w.stakes);
        ledger = IWorkLedger(w.ledger);
        court = IAuditCourt(w.court);
        market = ITaskMarket(w.market);
    }

    /// @inheritdoc IMiningPool
    function settle() external {
        uint64 next = ledger.nextWithWork(settledPlusOne);
        if (next == 0) revert NothingToSettle();
        uint64 epoch = next - 1;
        uint256 drawn = beacon.drawnAt(epoch);
        if (drawn == 0 || block.timestamp < EpochLib.paysAt(parameters, drawn)) revert NothingToSettle();

        uint256 units = ledger.totalsOf(epoch).units;
        uint256 elapsed = settledPlusOne == 0 ? 0 : next - settledPlusOne;
        uint256 cap = EmissionLib.capOf(remaining(), parameters.releaseRate);
        highWater = EmissionLib.highWater(highWater, parameters.decayRate, elapsed, units);
        uint256 amount = EmissionLib.released(cap, units, highWater);
        settledPlusOne = next;
        unclaimed += amount;
        Epoch storage settled = epochs[epoch];
        settled.settled = true;
        settled.work = (amount * WORK_PERCENT) / 100;
        settled.audit = amount - settled.work;
        emit EpochSettled(epoch, cap, amount, settled.work, settled.audit, highWater);
    }

    /// @inheritdoc IMiningPool
    function claimWork(uint64 epoch) external {
        _requireClaimable(epoch);
        uint256 amount = _workOf(msg.sender, epoch);
        epochs[epoch].workClaimed[msg.sender] += amount;
        _pay(epoch, amount, WORK);
    }

    /// @inheritdoc IMiningPool
    function claimAudit(uint64 epoch) external {
        _requireClaimable(epoch);
        uint256 amount = _auditOf(msg.sender, epoch);
        epochs[epoch].auditClaimed[msg.sender] = true;
        _pay(epoch, amount, AUDIT);
    }

    /// @inheritdoc IMiningPool
    function expire(uint64 epoch) external {
        Epoch storage old = epochs[epoch];
        uint256 end = EpochLib.claimableAt(parameters, beacon.drawnAt(epoch)) + parameters.claimWindowSeconds;
        if (!old.settled || old.expired || block.timestamp < end) revert NotExpired(epoch);
        uint256 left = old.work + old.audit - old.claimed;
        old.expired = true;
        unclaimed -= left;
        emit EpochExpired(epoch, left);
    }

    /// @inheritdoc IMiningPool
    function claimable(address account, uint64 epoch) external view returns (uint256, uint256) {
        if (!_isClaimable(epoch)) return (0, 0);
        return (_workOf(account, epoch), _auditOf(account, epoch));
    }

    /// @inheritdoc IMiningPool
    /// @dev CXT that anybody sends here is released to workers like the rest.
    function remaining() public view returns (uint256) {
        return token.balanceOf(address(this)) - unclaimed;
    }

    /// @inheritdoc IMiningPool
    function released(uint64 epoch) external view returns (uint256) {
        return epochs[epoch].work + epochs[epoch].audit;
    }

    function _requireClaimable(uint64 epoch) internal view {
        if (stakes.slashed(msg.sender)) revert AccountSlashed(msg.sender);
        if (!_isClaimable(epoch)) revert NotClaimable(epoch);
    }

    function _isClaimable(uint64 epoch) internal view returns (bool) {
        Epoch storage settled = epochs[epoch];
        return settled.settled && !settled.expired
            && block.timestamp >= EpochLib.claimableAt(parameters, beacon.drawnAt(epoch));
    }

    function _pay(uint64 epoch, uint256 amount, uint8 kind) internal {
        if (amount == 0) revert NothingToClaim();
        epochs[epoch].claimed += amount;
        unclaimed -= amount;
        emit RewardClaimed(msg.sender, epoch, kind, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @dev Rounds down at each step, in favour of the pool.
    function _workOf(address account, uint64 epoch) internal view returns (uint256) {
        IWorkLedger.Commitment memory work = ledger.commitmentOf(account, epoch);
        if (work.outcome != Outcome.Accepted || work.score == 0 || stakes.slashed(account)) return 0;
        uint256 share = Math.mulDiv(epochs[epoch].work, work.score, ledger.totalsOf(epoch).score);
        uint256 forMarket = Math.mulDiv(share, work.marketUnits, work.units, Math.Rounding.Ceil);
        uint256 bound = (market.feeLost(account, epoch) * MARKET_PERCENT) / 100;
        return share - forMarket + Math.min(forMarket, bound) - epochs[epoch].workClaimed[account];
    }

    function _auditOf(address account, uint64 epoch) internal view returns (uint256) {
        uint256 total = court.auditsTotal(epoch);
        if (total == 0 || epochs[epoch].auditClaimed[account] || stakes.slashed(account)) return 0;
        return Math.mulDiv(epochs[epoch].audit, court.auditsBy(epoch, account), total);
    }
}
