// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Outcome} from "../types/Verdict.sol";

/// @title IWorkLedger
/// @notice One Merkle-sum root for each worker and epoch, and what became of it.
/// @dev Assumption: the court's outcome is final when it is not Pending. Without it, work would be paid twice or never.
interface IWorkLedger {
    event WorkCommitted(
        address indexed worker, uint64 indexed epoch, bytes32 root, uint128 units, uint128 marketUnits, bytes32 manifest
    );
    event WorkFinalized(address indexed worker, uint64 indexed epoch, uint8 outcome, uint256 score);

    error NotInCommitWindow(uint64 epoch);
    error AlreadyCommitted(address worker, uint64 epoch);
    error NotRegistered(address worker);
    error AccountSlashed(address worker);
    error BadUnits(uint128 units, uint128 marketUnits);
    error NotCommitted(address worker, uint64 epoch);
    error AlreadyFinalized(address worker, uint64 epoch);

    struct Commitment {
        bytes32 root;
        uint128 units;
        uint128 marketUnits;
        Outcome outcome;
        uint256 score;
    }

    struct EpochTotals {
        /// Verified units W(e).
        uint256 units;
        /// Sum of the scores of accepted commitments.
        uint256 score;
    }

    /// @notice Commits the caller's work of an epoch, once, in its commit window.
    /// @param root Merkle-sum root over the epoch's proofs
    /// @param units sum in the root
    /// @param marketUnits part of it that belongs to jobs of the market
    /// @param manifest sha2-256 of the DAG-CBOR list of proofs, by which anyone finds them
    function commitWork(uint64 epoch, bytes32 root, uint128 units, uint128 marketUnits, bytes32 manifest) external;

    /// @notice Concludes the audit of a commitment and folds it into its epoch. Anyone may call after the reveals.
    function finalize(address worker, uint64 epoch) external;

    function commitmentOf(address worker, uint64 epoch) external view returns (Commitment memory);
    function totalsOf(uint64 epoch) external view returns (EpochTotals memory);
    /// @notice The next epoch after `epoch` in which anyone committed work, plus one; 0 when there is none.
    /// @dev Pass 0 to get the first, and what was returned to go on: a list of epochs, each plus one.
    function nextWithWork(uint64 epochPlusOne) external view returns (uint64);
    function reputationOf(address worker) external view returns (uint256);
}
