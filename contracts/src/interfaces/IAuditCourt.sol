// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Outcome, Verdict} from "../types/Verdict.sol";

/// @title IAuditCourt
/// @notice Validators drawn by weight commit to a verdict on a worker's epoch, then reveal it.
/// @dev Assumption: most of the weight on a committee is honest. Without it, work is not paid that should be, or the other way
/// round until one honest member disputes it; nobody is slashed without a proof or a jury (IDisputeCourt).
interface IAuditCourt {
    event VerdictCommitted(uint64 indexed epoch, address indexed worker, address indexed validator);
    event VerdictRevealed(
        uint64 indexed epoch, address indexed worker, address indexed validator, uint8 verdict, bytes32 auditDigest
    );
    event Concluded(uint64 indexed epoch, address indexed worker, Outcome outcome);
    event Convicted(
        uint64 indexed epoch, address indexed worker, address indexed challenger, uint256 paid, uint256 burned
    );
    event BountyClaimed(address indexed account, uint64 indexed epoch, address indexed worker, uint256 amount);

    error NoWork(address worker, uint64 epoch);
    error NotInWindow(uint64 epoch);
    error NotOnCommittee(address validator);
    error AlreadyDone();
    error WrongReveal();
    error OnlyLedger(address caller);
    /// @notice Only the ledger, for a wrong sum, and the dispute court slash.
    error OnlyWithProof(address caller);
    error NothingToClaim();
    /// @notice No keccak256 of anything.
    error BadDigest();

    /// @param digest keccak256(abi.encode(validator, worker, epoch, verdict, auditDigest, salt))
    function commitVerdict(uint64 epoch, address worker, bytes32 digest) external;

    function revealVerdict(uint64 epoch, address worker, uint8 verdict, bytes32 auditDigest, bytes32 salt) external;

    /// @notice Counts the revealed weight. Only the ledger calls it, once for each commitment.
    function conclude(address worker, uint64 epoch) external returns (Outcome);

    /// @notice Slashes a worker whose work was proven wrong: 40 % of the stake to `challenger`, 10 % to those who reveal a
    /// fault in that epoch or, where nobody has, burned like the other half. Only the ledger and the dispute court call it.
    function convict(address worker, uint64 epoch, address challenger) external;

    /// @notice The caller's equal part of what a slash brought, if it revealed the fault.
    function claimBounty(uint64 epoch, address worker) external;

    function onCommittee(uint64 epoch, address worker, address validator) external view returns (bool);
    function verdictOf(uint64 epoch, address worker, address validator) external view returns (Verdict);
    /// @notice Verdicts revealed on a worker's epoch: so many share the auditors' part of its fees.
    function revealsOf(uint64 epoch, address worker) external view returns (uint32);
    /// @notice Verdicts that a validator revealed in an epoch, and all validators together.
    function auditsBy(uint64 epoch, address validator) external view returns (uint32);
    function auditsTotal(uint64 epoch) external view returns (uint32);
}
