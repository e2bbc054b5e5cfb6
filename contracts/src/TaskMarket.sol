// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {CorexToken} from "./CorexToken.sol";
import {EpochClock} from "./EpochClock.sol";
import {IAuditCourt} from "./interfaces/IAuditCourt.sol";
import {IDisputeCourt} from "./interfaces/IDisputeCourt.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {ITaskMarket} from "./interfaces/ITaskMarket.sol";
import {IWorkLedger} from "./interfaces/IWorkLedger.sol";
import {FeeLib} from "./libraries/FeeLib.sol";
import {LapseLib, Wait} from "./libraries/LapseLib.sol";
import {LeafLib} from "./libraries/LeafLib.sol";
import {MerkleSumLib, SumStep} from "./libraries/MerkleSumLib.sol";
import {Reset, ResetLib} from "./libraries/ResetLib.sol";
import {ScoreLib} from "./libraries/ScoreLib.sol";
import {ShardLib} from "./libraries/ShardLib.sol";
import {Parameters, Wiring, WrongWiring} from "./types/Parameters.sol";
import {Outcome, Verdict} from "./types/Verdict.sol";

/// @title TaskMarket
contract TaskMarket is ITaskMarket, EpochClock {
    using SafeERC20 for CorexToken;
    using LapseLib for Wait;
    using ResetLib for Reset[];

    struct Part {
        uint256 mask;
        uint64 claimedAt;
    }

    /// A word that one worker claimed as a whole is one slot; otherwise each holder has its part of it.
    struct Word {
        uint256 paid;
        address holder;
        uint64 claimedAt;
        uint256 taken;
        mapping(address worker => Part) parts;
    }

    /// @dev What a fee left behind for a worker's epoch. Both fit: all CXT in wei fits 88 bits.
    struct Fees {
        uint128 burned;
        uint128 auditors;
    }

    struct Record {
        uint64 claimed;
        uint64 lapsed;
    }

    CorexToken internal immutable token;
    IStakeRegistry internal immutable stakes;
    IWorkLedger internal immutable ledger;
    IAuditCourt internal immutable court;
    IDisputeCourt internal immutable disputes;
    uint256 internal immutable claimTimeoutSeconds;
    uint256 internal immutable patienceSeconds;

    uint256 public jobs;
    mapping(uint256 job => Job) internal jobOfId;
    /// @inheritdoc ITaskMarket
    mapping(uint256 job => bytes32) public termsOf;
    mapping(uint256 job => mapping(uint32 word => Word)) internal words;
    mapping(uint256 job => Reset[]) internal resets;
    mapping(uint256 job => mapping(address worker => Wait)) internal waits;
    mapping(address worker => Record) internal records;
    mapping(address worker => mapping(uint64 epoch => Fees)) internal fees;
    mapping(address worker => mapping(uint64 epoch => mapping(address validator => uint256))) internal auditPaid;

    constructor(Parameters memory p, Wiring memory w) EpochClock(p) {
        if (w.market != address(this)) revert WrongWiring();
        claimTimeoutSeconds = p.claimTimeoutSeconds;
        patienceSeconds = LapseLib.patienceOf(p);
        token = CorexToken(w.token);
        stakes = IStakeRegistry(w.stakes);
        ledger = IWorkLedger(w.ledger);
        court = IAuditCourt(w.court);
        disputes = IDisputeCourt(w.disputes);
    }

    /// @inheritdoc ITaskMarket
    function postJob(
        bytes32 spec,
        bytes32 terms,
        uint32 shards,
        uint32 width,
        uint128 units,
        uint256 fee,
        uint64 deadline
    ) external returns (uint256 job) {
        if (!ShardLib.isShape(shards, width) || units == 0 || fee == 0) revert BadShape();
        if (deadline <= block.timestamp || deadline > type(uint40).max) revert BadDeadline();
        job = ++jobs;
        Job storage posted = jobOfId[job];
        // Width and deadline fit: the shape allows 256 at most, and the line above 40 bits.
        (posted.submitter, posted.shards, posted.width) = (msg.sender, shards, uint16(width));
        (posted.state, posted.deadline) = (State.Open, uint40(deadline));
        (posted.units, posted.fee) = (units, SafeCast.toUint88(fee));
        termsOf[job] = terms;
        emit JobPosted(job, msg.sender, spec, terms, shards, width, units, fee, deadline);
        token.safeTransferFrom(msg.sender, address(this), fee);
    }

    /// @inheritdoc ITaskMarket
    function claimShards(uint256 job, uint32 word, uint256 mask, uint16 limit) external {
        Job storage open = jobOfId[job];
        if (open.state != State.Open || block.timestamp >= open.deadline) revert NotOpen(job);
        _requireWorker(msg.sender);
        uint64 until = waits[job][msg.sender].until;
        if (block.timestamp < until) revert LapsedBefore(job, until);
        uint256 all = ShardLib.maskOf(open.shards, open.width, word);
        if (mask & ~all != 0) revert NoSuchShards(word, mask);
        Word storage here = words[job][word];
        if (here.holder != address(0)) revert NothingFree();
        (uint256 granted, uint32 count) = ShardLib.take(mask & ~here.taken, limit);
        if (granted == 0) revert NothingFree();
        if (granted == all) {
            (here.holder, here.claimedAt) = (msg.sender, uint64(block.timestamp));
        } else {
            here.taken |= granted;
            Part storage part = here.parts[msg.sender];
            (part.mask, part.claimedAt) = (part.mask | granted, uint64(block.timestamp));
        }
        records[msg.sender].claimed += count;
        emit ShardsClaimed(job, msg.sender, word, granted);
    }

    function _requireWorker(address worker) internal view {
        (bool working, uint256 staked, uint256 minimum) = stakes.standingOf(worker);
        if (!working) revert NotAWorker(worker);
        if (staked < minimum) revert StakeBelowMinimum(staked, minimum);
    }

    /// @inheritdoc ITaskMarket
    function releaseShards(uint256 job, uint32 word, uint256 mask, address holder) external {
        Job storage open = jobOfId[job];
        if (open.state != State.Open) revert NotOpen(job);
        uint256 all = ShardLib.maskOf(open.shards, open.width, word);
        Word storage here = words[job][word];
        uint256 held = _heldBy(here, holder, all);
        if (mask == 0 || mask & ~(held & ~here.paid) != 0) revert NotReleasable();
        bool whole = here.holder == holder;
        uint64 claimedAt = whole ? here.claimedAt : here.parts[holder].claimedAt;
        if (!stakes.slashed(holder)) _lapse(job, holder, claimedAt);
        // What is left of a whole word becomes a part.
        if (whole) (here.holder, here.claimedAt, here.taken) = (address(0), 0, all);
        here.taken &= ~mask;
        here.parts[holder] = Part(held & ~mask, claimedAt);
        records[holder].lapsed += ShardLib.countOf(mask);
        emit ShardsReleased(job, holder, word, mask);
        // What was built on a shard that another makes anew is void: it counts only if it is committed again after this epoch.
        if (open.width > 0) _reset(job, word + 1);
    }

    /// @param all bits of the word that stand for shards
    function _heldBy(Word storage here, address worker, uint256 all) internal view returns (uint256) {
        address holder = here.holder;
        if (holder == address(0)) return here.parts[worker].mask;
        return holder == worker ? all : 0;
    }

    function _reset(uint256 job, uint32 word) internal {
        (uint32 fromWord, uint64 epoch) = resets[job].add(word, epochAt(block.timestamp));
        emit JobReset(job, fromWord, epoch);
    }

    function _lapse(uint256 job, address holder, uint64 claimedAt) internal {
        if (block.timestamp < _lapsesAt(claimedAt, disputes.busyUntil(holder))) revert NotReleasable();
        waits[job][holder].add(claimedAt, claimTimeoutSeconds);
    }

    /// @dev A claim waits for the end of disputes: what they are about cannot be redeemed meanwhile.
    function _lapsesAt(uint256 claimedAt, uint64 busyUntil) internal view returns (uint256) {
        return LapseLib.lapsesAt(claimedAt, busyUntil, patienceSeconds, claimTimeoutSeconds);
    }

    /// @inheritdoc ITaskMarket
    function redeem(address worker, uint64 epoch, IWorkLedger.Leaf calldata leaf, SumStep[] calldata path) external {
        if (disputes.isDisputed(epoch, worker)) revert UnderDispute(worker, epoch);
        _requireAccepted(worker, epoch, leaf, path);
        uint256 job = uint256(leaf.task);
        Job storage open = jobOfId[job];
        if (open.state != State.Open) revert NotOpen(job);
        resets[job].requireAfter(leaf.word, epoch);
        (uint256 earned, uint256 burned) = _share(worker, epoch, _markPaid(job, open, worker, leaf));
        emit ShardsRedeemed(job, worker, epoch, leaf.word, leaf.mask, leaf.units, earned, burned);
        if (open.paidWords == ShardLib.wordsOf(open.shards, open.width)) _complete(job, open);
        token.burn(burned);
        token.safeTransfer(worker, earned);
    }

    function _share(address worker, uint64 epoch, uint256 paid) internal returns (uint256 earned, uint256 burned) {
        uint256 auditors;
        (burned, auditors, earned) = FeeLib.split(paid);
        // What does not divide among the auditors is burned, so that nothing is held that nobody can pull.
        uint256 odd = auditors % court.revealsOf(epoch, worker);
        (burned, auditors) = (burned + odd, auditors - odd);
        Fees storage left = fees[worker][epoch];
        (left.burned, left.auditors) = (left.burned + uint128(burned), left.auditors + uint128(auditors));
    }

    function _requireAccepted(address worker, uint64 epoch, IWorkLedger.Leaf calldata leaf, SumStep[] calldata path)
        internal
        view
    {
        IWorkLedger.Commitment memory work = ledger.commitmentOf(worker, epoch);
        if (work.outcome != Outcome.Accepted || stakes.slashed(worker)) revert NotAccepted(worker, epoch);
        (bytes32 root, uint128 sum) = MerkleSumLib.climb(LeafLib.hashOf(leaf), leaf.units, path);
        if (root != work.root || sum != work.units) revert WrongProof();
    }

    /// @return fee of the leaf, rounded down
    function _markPaid(uint256 job, Job storage open, address worker, IWorkLedger.Leaf calldata leaf)
        internal
        returns (uint256 fee)
    {
        Word storage here = words[job][leaf.word];
        uint256 all = ShardLib.maskOf(open.shards, open.width, leaf.word);
        uint256 before = here.paid;
        if (leaf.mask == 0 || leaf.mask & ~_heldBy(here, worker, all) != 0) revert NotPayable();
        if (leaf.mask & before != 0) revert AlreadyPaid();
        uint32 paidWords = open.paidWords;
        if (open.width > 0 && leaf.word > paidWords) revert OutOfOrder(leaf.word, paidWords);
        if (uint256(open.paidUnits) + leaf.units > open.units) revert UnitsExceedJob();
        fee = FeeLib.feeOf(open.fee, leaf.units, open.units);
        here.paid = before | leaf.mask;
        // A part of the fee fits as the fee does; parts of all units are no more than it.
        (open.paidUnits, open.paidFee) = (open.paidUnits + leaf.units, open.paidFee + uint88(fee));
        if (before | leaf.mask == all) open.paidWords = paidWords + 1;
    }

    /// @dev What rounding left returns to the submitter.
    function _complete(uint256 job, Job storage open) internal {
        uint256 dust = open.fee - open.paidFee;
        open.state = State.Complete;
        emit JobCompleted(job, dust);
        if (dust != 0) token.safeTransfer(open.submitter, dust);
    }

    /// @inheritdoc ITaskMarket
    /// @dev After the deadline nobody claims; who claimed before it has a claim's time to be paid, and waits for disputes with it.
    function refund(uint256 job) external {
        Job storage open = jobOfId[job];
        if (open.state != State.Open) revert NotRefundable();
        if (block.timestamp < _lapsesAt(open.deadline, disputes.anybodyBusyUntil())) revert NotRefundable();
        uint256 amount = open.fee - open.paidFee;
        open.state = State.Refunded;
        emit JobRefunded(job, amount);
        token.safeTransfer(open.submitter, amount);
    }

    /// @inheritdoc ITaskMarket
    function claimAuditFee(address worker, uint64 epoch) external {
        uint256 amount = auditFeeOf(worker, epoch, msg.sender);
        if (amount == 0) revert NothingToClaim();
        auditPaid[worker][epoch][msg.sender] += amount;
        emit AuditFeeClaimed(msg.sender, worker, epoch, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc ITaskMarket
    function auditFeeOf(address worker, uint64 epoch, address validator) public view returns (uint256) {
        if (court.verdictOf(epoch, worker, validator) == Verdict.None) return 0;
        return fees[worker][epoch].auditors / court.revealsOf(epoch, worker) - auditPaid[worker][epoch][validator];
    }

    /// @inheritdoc ITaskMarket
    function burnedFor(address worker, uint64 epoch) external view returns (uint256) {
        return fees[worker][epoch].burned;
    }

    /// @inheritdoc ITaskMarket
    function escrowOf(uint256 job) external view returns (uint256) {
        Job storage open = jobOfId[job];
        return open.state == State.Open ? open.fee - open.paidFee : 0;
    }

    /// @inheritdoc ITaskMarket
    function waitsUntil(uint256 job, address worker) external view returns (uint64) {
        return waits[job][worker].until;
    }

    /// @inheritdoc ITaskMarket
    function jobOf(uint256 job) external view returns (Job memory) {
        return jobOfId[job];
    }

    /// @inheritdoc ITaskMarket
    function qualityOf(address worker) external view returns (uint256) {
        return ScoreLib.qualityOf(records[worker].claimed, records[worker].lapsed);
    }
}
