// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IStakeRegistry
/// @notice Who takes part, and what they have at risk.
/// @dev Assumption: unbonding lasts longer than an epoch takes to become final. Without it, a cheat leaves before it is found.
interface IStakeRegistry {
    event Registered(address indexed account, bool compute, bool validator);
    event Staked(address indexed account, uint256 amount);
    event UnstakeRequested(address indexed account, uint256 amount, uint64 releasedAt);
    event Withdrawn(address indexed account, uint256 amount);
    event Slashed(address indexed worker, uint256 amount, uint256 burned);

    error NothingToDo();
    error AccountSlashed(address account);
    error NotEnoughStake(uint256 wanted, uint256 staked);
    error StillUnbonding(uint64 releasedAt);
    /// @notice Only the audit court takes stake away.
    error OnlyCourt(address caller);

    /// @notice Says which roles the caller plays. A validator's weight counts from the next epoch on.
    function register(bool compute, bool validator) external;

    /// @notice Adds to the caller's stake; the amount must be approved.
    function stake(uint256 amount) external;

    /// @notice Begins to take stake out; it stays slashable until it is withdrawn. A second request restarts the clock for all of it.
    function requestUnstake(uint256 amount) external;

    /// @notice Pays out what has been unbonding long enough.
    function withdraw() external;

    /// @notice Takes everything that `worker` has at stake: half is burned, half goes to the court for those who found the fault.
    /// @return bounty what the court received
    function slash(address worker) external returns (uint256 bounty);

    function stakeOf(address account) external view returns (uint256);
    function unbondingOf(address account) external view returns (uint256 amount, uint64 releasedAt);
    /// @notice What a worker must have staked to claim shards: a thousandth of the circulating supply.
    function minimumStake() external view returns (uint256);
    function isCompute(address account) external view returns (bool);
    function isValidator(address account) external view returns (bool);
    /// @notice Terminal: a slashed account never works, validates or claims again.
    function slashed(address account) external view returns (bool);
    function weightAt(address validator, uint64 epoch) external view returns (uint256);
    function totalWeightAt(uint64 epoch) external view returns (uint256);
}
