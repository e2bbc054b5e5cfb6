// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SumNode, SumStep} from "../libraries/MerkleSumLib.sol";
import {Tier} from "../types/Tier.sol";
import {Outcome} from "../types/Verdict.sol";

/// @title IWorkLedger
/// @notice One Merkle-sum root for each worker and epoch, and what became of it.
/// @dev Assumption: the court's outcome is final when it is not Pending. Without it, work would be paid twice or never.
interface IWorkLedger {
    event WorkCommitted(
        address indexed worker,
        uint64 indexed epoch,
        bytes32 root,
        uint128 units,
        uint128 marketUnits,
        bytes32 manifest,
        Tier tier
    );
    event WorkFinalized(address indexed worker, uint64 indexed epoch, uint8 outcome, uint256 score);
    /// @notice `challenger` showed a node of the committed tree whose sum is not the sum of the two below it.
    event WrongSumProven(address indexed worker, uint64 indexed epoch, address indexed challenger);

    error NotInCommitWindow(uint64 epoch);
    error AlreadyCommitted(address worker, uint64 epoch);
    error NotRegistered(address worker);
    error AccountSlashed(address worker);
    /// @notice None, more than 2^104 - 1, or a part larger than the whole.
    error BadUnits(uint128 units, uint128 marketUnits);
    error TooMuchBaseWork(uint256 units, uint256 most);
    error BadTier(uint8 tier);
    error NotCommitted(address worker, uint64 epoch);
    error AlreadyFinalized(address worker, uint64 epoch);
    /// @notice The nodes and the path do not lead to the committed root.
    error WrongProof();
    /// @notice The sum is that of the two nodes.
    error SumIsRight();

    /// @dev Two slots: the root, and everything else. 2^104 units are 2 x 10^31 operations, an hour at 5 x 10^27 a second.
    struct Commitment {
        bytes32 root;
        uint104 units;
        uint104 marketUnits;
        Outcome outcome;
        Tier tier;
        /// What a unit counts, in millionths; zero until the work is accepted in time.
        uint24 merit;
    }

    struct EpochTotals {
        /// Verified units of base tasks, W(e): nobody can shape those.
        uint256 units;
        /// Sum of the scores of accepted commitments.
        uint256 score;
    }

    /// @notice A leaf of a worker's committed tree: the shards of one word of one task. `proofs` and `units` are hash and
    /// sum of the tree of the shards' own proofs.
    struct Leaf {
        bytes32 task;
        uint32 word;
        uint256 mask;
        uint128 units;
        bytes32 proofs;
    }

    /// @notice Commits the caller's work of an epoch, once, in its commit window.
    /// @param root Merkle-sum root over the epoch's proofs
    /// @param units sum in the root
    /// @param marketUnits part of it that belongs to jobs of the market
    /// @param manifest sha2-256 of the DAG-CBOR list of proofs, by which anyone finds them
    /// @param tier of the least memory that any of the epoch's tasks needed: all of its units are paid at that tier's rate
    function commitWork(uint64 epoch, bytes32 root, uint128 units, uint128 marketUnits, bytes32 manifest, uint8 tier)
        external;

    /// @notice Concludes the audit of a commitment and folds it into its epoch. Anyone may call after the reveals.
    function finalize(address worker, uint64 epoch) external;

    /// @notice Slashes a worker for a node above the leaves, stated with a sum that is not that of the two nodes below it.
    /// Anyone may call, and gets the challenger's part. Also when the sum of the two does not fit 128 bits.
    /// @param path from the node up to the root; none for the root itself
    function proveWrongSum(
        address worker,
        uint64 epoch,
        SumNode calldata left,
        SumNode calldata right,
        uint128 sum,
        SumStep[] calldata path
    ) external;

    /// @notice The same for a node among the proofs below a leaf.
    /// @param within from the node up to the root of the leaf's proofs
    /// @param path from the leaf up to the root
    function proveWrongLeaf(
        address worker,
        uint64 epoch,
        SumNode calldata left,
        SumNode calldata right,
        uint128 sum,
        SumStep[] calldata within,
        Leaf calldata leaf,
        SumStep[] calldata path
    ) external;

    function commitmentOf(address worker, uint64 epoch) external view returns (Commitment memory);
    /// @notice Has the worker committed, and nothing been decided yet?
    function isPending(address worker, uint64 epoch) external view returns (bool);
    /// @notice What a worker's base tasks count in an epoch, units x merit, and what all count together; no score where its work
    /// was not accepted in time.
    function shareOf(address worker, uint64 epoch)
        external
        view
        returns (uint256 score, uint256 totalScore, uint256 marketUnits);
    function totalsOf(uint64 epoch) external view returns (EpochTotals memory);
    /// @notice The next epoch after `epoch` in which anyone committed work, plus one; 0 when there is none.
    /// @dev Pass 0 to get the first, and what was returned to go on: a list of epochs, each plus one.
    function nextWithWork(uint64 epochPlusOne) external view returns (uint64);
    function reputationOf(address worker) external view returns (uint256);
}
