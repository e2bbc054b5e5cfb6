// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IMiningPool
/// @notice Holds all CXT that was not released yet, and releases it for verified work. Nobody owns it.
/// @dev Assumption: the ledger's totals of an epoch no longer change once it pays.
interface IMiningPool {
    event EpochSettled(
        uint64 indexed epoch, uint256 cap, uint256 released, uint256 work, uint256 audit, uint256 highWater
    );
    /// @param kind 1 work, 2 audit
    event RewardClaimed(address indexed account, uint64 indexed epoch, uint8 kind, uint256 amount);
    event EpochExpired(uint64 indexed epoch, uint256 returned);

    error NothingToSettle();
    error NotClaimable(uint64 epoch);
    error NothingToClaim();
    error AccountSlashed(address account);
    error NotExpired(uint64 epoch);

    /// @notice Settles the oldest unsettled epoch with work, once its last deadline has passed. Anyone may call.
    function settle() external;

    /// @notice The caller's share for its accepted base tasks. What its market work earns on top of its fees follows their
    /// payment, so it may be called again; who comes first is paid, as far as the epoch's part for it goes.
    function claimWork(uint64 epoch) external;

    /// @notice The caller's share for the verdicts that it revealed.
    function claimAudit(uint64 epoch) external;

    /// @notice Returns what nobody claimed in the claim window. Anyone may call.
    function expire(uint64 epoch) external;

    function claimable(address account, uint64 epoch) external view returns (uint256 work, uint256 audit);
    function remaining() external view returns (uint256);
    function unclaimed() external view returns (uint256);
    /// @notice Most work that an epoch had, decayed, and raised twofold at most by each epoch.
    function highWater() external view returns (uint256);
    function released(uint64 epoch) external view returns (uint256);
}
