// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {CorexToken} from "./CorexToken.sol";
import {IAuditCourt} from "./interfaces/IAuditCourt.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {ITaskMarket} from "./interfaces/ITaskMarket.sol";
import {IWorkLedger} from "./interfaces/IWorkLedger.sol";
import {EpochLib} from "./libraries/EpochLib.sol";
import {FeeLib} from "./libraries/FeeLib.sol";
import {MerkleSumLib, SumStep} from "./libraries/MerkleSumLib.sol";
import {ScoreLib} from "./libraries/ScoreLib.sol";
import {ShardLib} from "./libraries/ShardLib.sol";
import {Parameters, Wiring, WrongWiring} from "./types/Parameters.sol";
import {Outcome, Verdict} from "./types/Verdict.sol";

/// @title TaskMarket
contract TaskMarket is ITaskMarket {
    using SafeERC20 for CorexToken;

    bytes32 internal constant LEAF = keccak256("corex.leaf.v1");
    /// Resets kept apart; a later one is merged into the last, towards the earlier word and the later epoch.
    uint256 internal constant MAX_RESETS = 16;

    struct Word {
        uint256 taken;
        uint256 paid;
        mapping(address worker => uint256) held;
        mapping(address worker => uint64) claimedAt;
    }

    struct Reset {
        uint32 fromWord;
        uint64 epoch;
    }

    struct Record {
        uint64 claimed;
        uint64 lapsed;
    }

    CorexToken internal immutable token;
    IStakeRegistry internal immutable stakes;
    IWorkLedger internal immutable ledger;
    IAuditCourt internal immutable court;
    Parameters internal parameters;

    uint256 public jobs;
    mapping(uint256 job => Job) internal jobOfId;
    mapping(uint256 job => mapping(uint32 word => Word)) internal words;
    mapping(uint256 job => Reset[]) internal resets;
    mapping(address worker => Record) internal records;
    /// @inheritdoc ITaskMarket
    mapping(address worker => mapping(uint64 epoch => uint256)) public feeLost;
    mapping(address worker => mapping(uint64 epoch => uint256)) internal auditPots;
    mapping(address worker => mapping(uint64 epoch => mapping(address validator => uint256))) internal auditPaid;

    constructor(Parameters memory p, Wiring memory w) {
        if (w.market != address(this)) revert WrongWiring();
        parameters = p;
        token = CorexToken(w.token);
        stakes = IStakeRegistry(w.stakes);
        ledger = IWorkLedger(w.ledger);
        court = IAuditCourt(w.court);
    }

    /// @inheritdoc ITaskMarket
    function postJob(bytes32 spec, uint32 shards, uint32 width, uint128 units, uint256 fee, uint64 deadline)
        external
        returns (uint256 job)
    {
        if (!ShardLib.isShape(shards, width) || units == 0 || fee == 0) revert BadShape();
        if (deadline <= block.timestamp) revert BadDeadline();
        job = ++jobs;
        Job storage posted = jobOfId[job];
        (posted.submitter, posted.shards, posted.width, posted.state) = (msg.sender, shards, width, State.Open);
        (posted.deadline, posted.units, posted.fee, posted.escrow) = (deadline, units, fee, fee);
        emit JobPosted(job, msg.sender, spec, shards, width, units, fee, deadline);
        token.safeTransferFrom(msg.sender, address(this), fee);
    }

    /// @inheritdoc ITaskMarket
    function claimShards(uint256 job, uint32 word, uint256 mask, uint16 limit) external {
        Job storage open = jobOfId[job];
        if (open.state != State.Open || block.timestamp >= open.deadline) revert NotOpen(job);
        _requireWorker(msg.sender);
        if (mask & ~ShardLib.maskOf(open.shards, open.width, word) != 0) revert NoSuchShards(word, mask);
        Word storage here = words[job][word];
        (uint256 granted, uint32 count) = ShardLib.take(mask & ~here.taken, limit);
        if (granted == 0) revert NothingFree();
        here.taken |= granted;
        here.held[msg.sender] |= granted;
        here.claimedAt[msg.sender] = uint64(block.timestamp);
        records[msg.sender].claimed += count;
        emit ShardsClaimed(job, msg.sender, word, granted);
    }

    function _requireWorker(address worker) internal view {
        if (!stakes.isCompute(worker) || stakes.slashed(worker)) revert NotAWorker(worker);
        (uint256 staked, uint256 minimum) = (stakes.stakeOf(worker), stakes.minimumStake());
        if (staked < minimum) revert StakeBelowMinimum(staked, minimum);
    }

    /// @inheritdoc ITaskMarket
    function releaseShards(uint256 job, uint32 word, uint256 mask, address holder) external {
        Job storage open = jobOfId[job];
        if (open.state != State.Open) revert NotOpen(job);
        Word storage here = words[job][word];
        if (mask == 0 || mask & ~(here.held[holder] & ~here.paid) != 0) revert NotReleasable();
        bool slashed = stakes.slashed(holder);
        bool lapsed = block.timestamp >= here.claimedAt[holder] + parameters.claimTimeoutSeconds;
        if (!slashed && !lapsed) revert NotReleasable();
        here.taken &= ~mask;
        here.held[holder] &= ~mask;
        records[holder].lapsed += ShardLib.countOf(mask);
        emit ShardsReleased(job, holder, word, mask);
        // What was built on a slashed worker's shard is void: it counts only if it is committed again after this epoch.
        if (slashed && open.width > 0) _reset(job, word + 1);
    }

    function _reset(uint256 job, uint32 fromWord) internal {
        uint64 epoch = EpochLib.epochAt(parameters, block.timestamp);
        Reset[] storage list = resets[job];
        uint256 count = list.length;
        // Two resets of one epoch are one from the earlier word: nothing is lost by keeping them together.
        if (count != 0 && (count == MAX_RESETS || list[count - 1].epoch == epoch)) {
            Reset storage last = list[count - 1];
            if (fromWord > last.fromWord) fromWord = last.fromWord;
            (last.fromWord, last.epoch) = (fromWord, epoch);
        } else {
            list.push(Reset(fromWord, epoch));
        }
        emit JobReset(job, fromWord, epoch);
    }

    /// @inheritdoc ITaskMarket
    function redeem(address worker, uint64 epoch, Leaf calldata leaf, SumStep[] calldata path) external {
        _requireAccepted(worker, epoch, leaf, path);
        uint256 job = uint256(leaf.task);
        Job storage open = jobOfId[job];
        if (open.state != State.Open) revert NotOpen(job);
        _requirePayable(job, open, worker, epoch, leaf);
        _markPaid(job, open, leaf);

        uint256 paid = FeeLib.feeOf(open.fee, leaf.units, open.units);
        (uint256 burned, uint256 auditors, uint256 earned) = FeeLib.split(paid);
        // What does not divide among the auditors is burned, so that nothing is held that nobody can pull.
        uint256 odd = auditors % court.revealsOf(epoch, worker);
        (burned, auditors) = (burned + odd, auditors - odd);
        open.escrow -= paid;
        feeLost[worker][epoch] += burned + auditors;
        auditPots[worker][epoch] += auditors;
        emit ShardsRedeemed(job, worker, epoch, leaf.word, leaf.mask, leaf.units, earned, burned);
        if (open.paidShards == open.shards) _complete(job, open);
        token.burn(burned);
        token.safeTransfer(worker, earned);
    }

    function _requireAccepted(address worker, uint64 epoch, Leaf calldata leaf, SumStep[] calldata path) internal view {
        IWorkLedger.Commitment memory work = ledger.commitmentOf(worker, epoch);
        if (work.outcome != Outcome.Accepted || stakes.slashed(worker)) revert NotAccepted(worker, epoch);
        bytes32 hash = keccak256(abi.encode(LEAF, leaf.task, uint256(leaf.word), leaf.mask, leaf.proofs));
        (bytes32 root, uint128 sum) = MerkleSumLib.climb(hash, leaf.units, path);
        if (root != work.root || sum != work.units) revert WrongProof();
    }

    function _requirePayable(uint256 job, Job storage open, address worker, uint64 epoch, Leaf calldata leaf)
        internal
        view
    {
        Word storage here = words[job][leaf.word];
        if (leaf.mask == 0 || leaf.mask & ~here.held[worker] != 0) revert NotPayable();
        if (leaf.mask & here.paid != 0) revert AlreadyPaid();
        if (open.width > 0 && leaf.word > open.paidWords) revert OutOfOrder(leaf.word, open.paidWords);
        if (uint256(open.paidUnits) + leaf.units > open.units) revert UnitsExceedJob();
        Reset[] storage list = resets[job];
        for (uint256 i; i < list.length; ++i) {
            if (leaf.word >= list[i].fromWord && epoch <= list[i].epoch) revert MadeBeforeReset(list[i].epoch);
        }
    }

    function _markPaid(uint256 job, Job storage open, Leaf calldata leaf) internal {
        Word storage here = words[job][leaf.word];
        here.paid |= leaf.mask;
        open.paidUnits += leaf.units;
        open.paidShards += ShardLib.countOf(leaf.mask);
        if (here.paid == ShardLib.maskOf(open.shards, open.width, leaf.word)) ++open.paidWords;
    }

    /// @dev What rounding left returns to the submitter.
    function _complete(uint256 job, Job storage open) internal {
        uint256 dust = open.escrow;
        open.escrow = 0;
        open.state = State.Complete;
        emit JobCompleted(job, dust);
        if (dust != 0) token.safeTransfer(open.submitter, dust);
    }

    /// @inheritdoc ITaskMarket
    /// @dev After the deadline nobody claims; who claimed before it has a claim's time to be paid.
    function refund(uint256 job) external {
        Job storage open = jobOfId[job];
        if (open.state != State.Open || block.timestamp < open.deadline + parameters.claimTimeoutSeconds) {
            revert NotRefundable();
        }
        uint256 amount = open.escrow;
        open.escrow = 0;
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
        return auditPots[worker][epoch] / court.revealsOf(epoch, worker) - auditPaid[worker][epoch][validator];
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
