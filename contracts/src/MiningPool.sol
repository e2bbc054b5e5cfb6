// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {CorexToken} from "./CorexToken.sol";
import {EpochClock} from "./EpochClock.sol";
import {IAuditCourt} from "./interfaces/IAuditCourt.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IMiningPool} from "./interfaces/IMiningPool.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {ITaskMarket} from "./interfaces/ITaskMarket.sol";
import {IWorkLedger} from "./interfaces/IWorkLedger.sol";
import {EmissionLib} from "./libraries/EmissionLib.sol";
import {Parameters, Wiring, WrongWiring} from "./types/Parameters.sol";

/// @title MiningPool
contract MiningPool is IMiningPool, EpochClock {
    using SafeERC20 for CorexToken;

    /// Compute-PoC gets 80 % of what is released, Stake-to-Validate the rest.
    uint256 internal constant WORK_PERCENT = 80;
    /// A tenth of the work part is for market work. It is paid by fees in the first place; what it earns here on top is at
    /// most 90 % of the part of its fees that is burned, so that paying oneself loses, also with auditors of one's own.
    uint256 internal constant MARKET_PART = 10;
    uint256 internal constant MARKET_PERCENT = 90;
    uint8 internal constant WORK = 1;
    uint8 internal constant AUDIT = 2;

    /// @dev One slot: all CXT in wei fits 88 bits, seconds until the year 36,800 fit 40.
    struct Epoch {
        uint88 released;
        /// Of it, what is neither claimed nor returned.
        uint88 left;
        /// Zero until the epoch is settled.
        uint40 claimableAt;
        bool expired;
    }

    CorexToken internal immutable token;
    IBeacon internal immutable beacon;
    IStakeRegistry internal immutable stakes;
    IWorkLedger internal immutable ledger;
    IAuditCourt internal immutable court;
    ITaskMarket internal immutable market;
    uint256 internal immutable releaseRate;
    uint256 internal immutable decayRate;
    uint256 internal immutable claimWindowSeconds;

    mapping(uint64 epoch => Epoch) internal epochs;
    /// A bit for each epoch, 256 a slot: who claims epoch after epoch writes to a slot that it has written to before.
    mapping(address account => mapping(uint64 epochs256 => uint256)) internal workClaimed;
    mapping(address account => mapping(uint64 epochs256 => uint256)) internal auditClaimed;
    /// Market work is paid as far as it was redeemed, so what it earns is claimed by amount.
    mapping(address account => mapping(uint64 epoch => uint256)) internal marketClaimed;
    /// By everybody together: it never exceeds the epoch's part for market work.
    mapping(uint64 epoch => uint256) internal marketPaid;
    /// @inheritdoc IMiningPool
    uint256 public highWater;
    uint88 internal owed;
    /// Newest settled epoch, plus one.
    uint64 internal settledPlusOne;

    constructor(Parameters memory p, Wiring memory w) EpochClock(p) {
        if (w.pool != address(this)) revert WrongWiring();
        (releaseRate, decayRate, claimWindowSeconds) = (p.releaseRate, p.decayRate, p.claimWindowSeconds);
        token = CorexToken(w.token);
        beacon = IBeacon(w.beacon);
        stakes = IStakeRegistry(w.stakes);
        ledger = IWorkLedger(w.ledger);
        court = IAuditCourt(w.court);
        market = ITaskMarket(w.market);
    }

    /// @inheritdoc IMiningPool
    /// @dev Epochs in which nobody committed work are not in the ledger's list: they release nothing, and the mark decays
    /// over them all the same.
    function settle() external {
        uint64 next = ledger.nextWithWork(settledPlusOne);
        if (next == 0) revert NothingToSettle();
        uint64 epoch = next - 1;
        uint256 drawn = beacon.drawnAt(epoch);
        if (drawn == 0 || block.timestamp < paysAt(drawn)) revert NothingToSettle();

        uint256 units = ledger.totalsOf(epoch).units;
        uint256 elapsed = settledPlusOne == 0 ? 0 : next - settledPlusOne;
        uint256 cap = EmissionLib.capDown(remaining(), releaseRate);
        uint256 mark = EmissionLib.highWaterUp(highWater, decayRate, elapsed, units);
        uint256 amount = EmissionLib.releasedDown(cap, units, mark);
        highWater = mark;
        (settledPlusOne, owed) = (next, owed + uint88(amount));
        // It fits: what is released was minted, and seconds of chain time fit 40 bits.
        epochs[epoch] = Epoch(uint88(amount), uint88(amount), uint40(claimableAt(drawn)), false);
        (uint256 work, uint256 audit) = _parts(amount);
        emit EpochSettled(epoch, cap, amount, work, audit, mark);
    }

    /// @inheritdoc IMiningPool
    function claimWork(uint64 epoch) external {
        Epoch storage settled = _claimable(epoch);
        (uint256 base, uint256 ofMarket) = _workOf(msg.sender, epoch, settled.released);
        if (base != 0) workClaimed[msg.sender][epoch / 256] |= _bitOf(epoch);
        if (ofMarket != 0) {
            marketClaimed[msg.sender][epoch] += ofMarket;
            marketPaid[epoch] += ofMarket;
        }
        _pay(epoch, settled, base + ofMarket, WORK);
    }

    /// @inheritdoc IMiningPool
    function claimAudit(uint64 epoch) external {
        Epoch storage settled = _claimable(epoch);
        uint256 amount = _auditOf(msg.sender, epoch, settled.released);
        auditClaimed[msg.sender][epoch / 256] |= _bitOf(epoch);
        _pay(epoch, settled, amount, AUDIT);
    }

    /// @inheritdoc IMiningPool
    function expire(uint64 epoch) external {
        Epoch storage old = epochs[epoch];
        (uint256 from, uint88 left) = (old.claimableAt, old.left);
        if (from == 0 || old.expired || block.timestamp < from + claimWindowSeconds) revert NotExpired(epoch);
        (old.expired, old.left) = (true, 0);
        owed -= left;
        emit EpochExpired(epoch, left);
    }

    /// @inheritdoc IMiningPool
    function claimable(address account, uint64 epoch) external view returns (uint256, uint256) {
        Epoch storage settled = epochs[epoch];
        if (!_isClaimable(settled) || stakes.slashed(account)) return (0, 0);
        (uint256 base, uint256 ofMarket) = _workOf(account, epoch, settled.released);
        return (base + ofMarket, _auditOf(account, epoch, settled.released));
    }

    /// @inheritdoc IMiningPool
    /// @dev CXT that anybody sends here is released to workers like the rest.
    function remaining() public view returns (uint256) {
        return token.balanceOf(address(this)) - owed;
    }

    /// @inheritdoc IMiningPool
    function unclaimed() external view returns (uint256) {
        return owed;
    }

    /// @inheritdoc IMiningPool
    function released(uint64 epoch) external view returns (uint256) {
        return epochs[epoch].released;
    }

    function _claimable(uint64 epoch) internal view returns (Epoch storage settled) {
        if (stakes.slashed(msg.sender)) revert AccountSlashed(msg.sender);
        settled = epochs[epoch];
        if (!_isClaimable(settled)) revert NotClaimable(epoch);
    }

    function _isClaimable(Epoch storage settled) internal view returns (bool) {
        uint256 from = settled.claimableAt;
        return from != 0 && !settled.expired && block.timestamp >= from;
    }

    function _pay(uint64 epoch, Epoch storage settled, uint256 amount, uint8 kind) internal {
        if (amount == 0) revert NothingToClaim();
        // It fits: it is a part of what was released.
        settled.left -= uint88(amount);
        owed -= uint88(amount);
        emit RewardClaimed(msg.sender, epoch, kind, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @dev The work part rounds down, the auditors' part is the rest.
    function _parts(uint256 amount) internal pure returns (uint256 work, uint256 audit) {
        work = (amount * WORK_PERCENT) / 100;
        audit = amount - work;
    }

    /// @dev Rounds down at each step, in favour of the pool.
    function _workOf(address account, uint64 epoch, uint256 amount)
        internal
        view
        returns (uint256 base, uint256 ofMarket)
    {
        (uint256 work,) = _parts(amount);
        uint256 forMarket = work / MARKET_PART;
        (uint256 score, uint256 total, uint256 marketUnits) = ledger.shareOf(account, epoch);
        if (score != 0 && workClaimed[account][epoch / 256] & _bitOf(epoch) == 0) {
            base = Math.mulDiv(work - forMarket, score, total);
        }
        if (marketUnits != 0) {
            uint256 bound = (market.burnedFor(account, epoch) * MARKET_PERCENT) / 100;
            ofMarket = Math.min(bound - marketClaimed[account][epoch], forMarket - marketPaid[epoch]);
        }
    }

    function _auditOf(address account, uint64 epoch, uint256 amount) internal view returns (uint256) {
        if (auditClaimed[account][epoch / 256] & _bitOf(epoch) != 0) return 0;
        uint256 by = court.auditsBy(epoch, account);
        if (by == 0) return 0;
        (, uint256 audit) = _parts(amount);
        return Math.mulDiv(audit, by, court.auditsTotal(epoch));
    }

    function _bitOf(uint64 epoch) internal pure returns (uint256) {
        return 1 << (epoch % 256);
    }
}
