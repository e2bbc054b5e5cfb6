// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IStakeRegistry
/// @notice Who takes part, what they have at risk, and what they weigh: in audits by weight, in a later DAO by votes
/// (ERC-5805: stake is a vote for whom its owner delegates to).
/// @dev Assumption: unbonding lasts longer than an epoch and the disputes about it take to become final. Without it, a cheat leaves before it is
/// found. The constructor refuses other numbers.
interface IStakeRegistry {
    event Registered(address indexed account, bool compute, bool validator);
    event Staked(address indexed account, uint256 amount);
    event UnstakeRequested(address indexed account, uint256 amount, uint64 releasedAt);
    event Withdrawn(address indexed account, uint256 amount);
    event BondTaken(address indexed challenger, uint256 amount);
    event Slashed(address indexed worker, uint256 amount, uint256 burned);

    error NothingToDo();
    error AccountSlashed(address account);
    error NotEnoughStake(uint256 wanted, uint256 staked);
    error StillUnbonding(uint64 releasedAt);
    /// @notice Only the audit court takes stake away.
    error OnlyCourt(address caller);
    /// @notice Only the dispute court takes bonds.
    error OnlyDisputes(address caller);
    /// @notice Only the work ledger knows which work was verified.
    error OnlyLedger(address caller);

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

    /// @notice Moves the minimum stake out of the challenger's stake to the dispute court, which only may call.
    function takeBond(address challenger) external returns (uint256 bond);

    /// @notice Counts accepted work of a validator towards its weight in the next epochs. Only the ledger calls it.
    function recordWork(address worker, uint256 units) external;

    function stakeOf(address account) external view returns (uint256);
    function unbondingOf(address account) external view returns (uint256 amount, uint64 releasedAt);
    /// @notice What a worker must have staked to claim shards.
    /// @dev Circulating supply / 1,000, rounded down, where circulating is all that is neither in the pool nor burned: zero
    /// at genesis, 100,000 CXT at most (DESIGN section 7). As a part of what there is, it costs the same share of everybody's
    /// wealth at any price and any age of the network; a thousandth, so that at most 1,000 squatters of claims are possible
    /// even if all CXT were theirs.
    function minimumStake() external view returns (uint256);
    /// @notice What the market asks of a worker.
    function standingOf(address account) external view returns (bool working, uint256 staked, uint256 minimum);
    function rolesOf(address account) external view returns (bool compute, bool validator, bool slashed);
    /// @notice Terminal: a slashed account never works, validates or claims again.
    function slashed(address account) external view returns (bool);
    /// @notice What a validator weighs in an epoch, in gwei of CXT: its stake, and while little is staked its part of the
    /// work that was verified in the epochs before. Both are those of the epoch's beginning.
    function weightAt(address validator, uint64 epoch) external view returns (uint256);
    function totalWeightAt(uint64 epoch) external view returns (uint256);
    /// @notice A validator's weight, and the weight of all who may audit `worker`: everybody but itself.
    function weightsFor(address worker, address validator, uint64 epoch)
        external
        view
        returns (uint256 weight, uint256 total);
}
