// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SumStep} from "../libraries/MerkleSumLib.sol";
import {IWorkLedger} from "./IWorkLedger.sol";

/// @title ITaskMarket
/// @notice Escrow of a job's fee, claims on its shards, payment for those that were audited.
/// @dev Shards have numbers word x 256 + bit. The words of an ordered job are stages: each depends on all words before it.
/// Assumption: a commitment that the ledger accepted and nobody disputes holds no faulty shard. Without it, submitters pay for nothing.
interface ITaskMarket {
    event JobPosted(
        uint256 indexed job,
        address indexed submitter,
        bytes32 spec,
        bytes32 terms,
        uint32 shards,
        uint32 width,
        uint128 units,
        uint256 fee,
        uint64 deadline
    );
    event ShardsClaimed(uint256 indexed job, address indexed worker, uint32 word, uint256 granted);
    event ShardsReleased(uint256 indexed job, address indexed holder, uint32 word, uint256 mask);
    event JobReset(uint256 indexed job, uint32 fromWord, uint64 epoch);
    event ShardsRedeemed(
        uint256 indexed job,
        address indexed worker,
        uint64 indexed epoch,
        uint32 word,
        uint256 mask,
        uint128 units,
        uint256 paid,
        uint256 burned
    );
    event JobCompleted(uint256 indexed job, uint256 dust);
    event JobRefunded(uint256 indexed job, uint256 amount);
    event AuditFeeClaimed(address indexed account, address indexed worker, uint64 indexed epoch, uint256 amount);

    error BadShape();
    /// @notice Past, or after the year 36,800, when 40 bits of seconds end.
    error BadDeadline();
    error NotOpen(uint256 job);
    error NotAWorker(address account);
    error StakeBelowMinimum(uint256 staked, uint256 minimum);
    error NothingFree();
    error NoSuchShards(uint32 word, uint256 mask);
    error NotReleasable();
    /// @notice The caller let a claim of this job lapse, and claims nothing more in it before `until`.
    error LapsedBefore(uint256 job, uint64 until);
    error NotAccepted(address worker, uint64 epoch);
    error NotPayable();
    /// @notice Nothing of an epoch is paid while a dispute about it is open.
    error UnderDispute(address worker, uint64 epoch);
    error WrongProof();
    error AlreadyPaid();
    error OutOfOrder(uint32 word, uint32 paidWords);
    error MadeBeforeReset(uint64 epoch);
    error UnitsExceedJob();
    error NotRefundable();
    error NothingToClaim();

    enum State {
        None,
        Open,
        Complete,
        Refunded
    }

    /// @dev Three slots: what is offered, for what fee, and how much of it was paid. All CXT in wei fits 88 bits.
    struct Job {
        address submitter;
        uint32 shards;
        uint16 width;
        State state;
        uint40 deadline;
        uint128 units;
        uint88 fee;
        uint128 paidUnits;
        uint88 paidFee;
        /// Words that are fully paid; of an ordered job, all before this one.
        uint32 paidWords;
    }

    /// @notice Puts a fee in escrow and offers the shards. Ids count from 1.
    /// @param spec sha2-256 of the DAG-CBOR specification
    /// @param terms hash of what the chain knows of the computation: IDisputeCourt.Terms
    /// @param width 0: independent shards, 256 a word. 1: ordered, one a word. More: rounds of width - 1 slices (even words)
    /// and their merge (odd words)
    /// @param units of all shards together, as anyone recounts them from the specification
    function postJob(
        bytes32 spec,
        bytes32 terms,
        uint32 shards,
        uint32 width,
        uint128 units,
        uint256 fee,
        uint64 deadline
    ) external returns (uint256 job);

    /// @notice Grants the caller up to `limit` free shards of the mask, lowest first.
    function claimShards(uint256 job, uint32 word, uint256 mask, uint16 limit) external;

    /// @notice Frees unpaid shards whose holder was slashed or let the claim lapse. Anyone may call.
    /// @dev A claim lapses `claimTimeoutSeconds` after it was made or after the last dispute against its holder ended, whichever is
    /// later, but waits for disputes no longer than one needs (`LapseLib.patienceOf`). Who let it lapse claims nothing in that job
    /// for one timeout, after each further lapse for twice as long. Claims from before a waiting that lapse as well are no further
    /// lapse.
    function releaseShards(uint256 job, uint32 word, uint256 mask, address holder) external;

    /// @notice Pays one leaf of an accepted commitment to its worker. Anyone may call, unless a dispute about that epoch is open.
    function redeem(address worker, uint64 epoch, IWorkLedger.Leaf calldata leaf, SumStep[] calldata path) external;

    /// @notice Returns the unspent escrow to the submitter after the deadline and the time that work in flight needs: when a claim
    /// of the last moment would have lapsed, were all disputes against its holder.
    function refund(uint256 job) external;

    /// @notice The caller's equal part of the auditors' share of the fees that `worker` was paid for `epoch`.
    function claimAuditFee(address worker, uint64 epoch) external;

    /// @notice Part of the job's fee that the market still holds.
    function escrowOf(uint256 job) external view returns (uint256);
    /// @notice Hash of a job's terms, by which disputes know what its shards compute.
    function termsOf(uint256 job) external view returns (bytes32);
    /// @notice Until when the worker claims nothing in the job because it let a claim lapse; 0: it never did.
    function waitsUntil(uint256 job, address worker) external view returns (uint64);
    function jobOf(uint256 job) external view returns (Job memory);
    /// @notice Burned part of the fees of a worker's epoch: what a submitter that pays itself cannot get back, whoever audits it.
    function burnedFor(address worker, uint64 epoch) external view returns (uint256);
    function auditFeeOf(address worker, uint64 epoch, address validator) external view returns (uint256);
    function qualityOf(address worker) external view returns (uint256);
}
