// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {CorexToken} from "./CorexToken.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {EpochLib} from "./libraries/EpochLib.sol";
import {Parameters, Wiring, WrongWiring} from "./types/Parameters.sol";

/// @title StakeRegistry
contract StakeRegistry is IStakeRegistry {
    using Checkpoints for Checkpoints.Trace208;
    using SafeERC20 for CorexToken;

    /// Weight of a validator without stake: what audits the first epochs, and nothing once anybody has staked.
    uint256 public constant FLOOR = 1e15;
    /// The minimum stake is this part of the circulating supply.
    uint256 public constant MINIMUM_DIVISOR = 1_000;

    struct Account {
        uint128 staked;
        uint128 unbonding;
        uint64 releasedAt;
        bool compute;
        bool validator;
        bool slashed;
    }

    CorexToken internal immutable token;
    address internal immutable pool;
    address internal immutable court;
    Parameters internal parameters;
    mapping(address => Account) internal accounts;
    mapping(address => Checkpoints.Trace208) internal weights;
    Checkpoints.Trace208 internal totalWeights;

    constructor(Parameters memory p, Wiring memory w) {
        if (w.stakes != address(this)) revert WrongWiring();
        parameters = p;
        token = CorexToken(w.token);
        pool = w.pool;
        court = w.court;
    }

    modifier unslashed() {
        if (accounts[msg.sender].slashed) revert AccountSlashed(msg.sender);
        _;
    }

    /// @inheritdoc IStakeRegistry
    function register(bool compute, bool validator) external unslashed {
        Account storage account = accounts[msg.sender];
        account.compute = compute;
        account.validator = validator;
        _updateWeight(msg.sender);
        emit Registered(msg.sender, compute, validator);
    }

    /// @inheritdoc IStakeRegistry
    function stake(uint256 amount) external unslashed {
        if (amount == 0) revert NothingToDo();
        accounts[msg.sender].staked += SafeCast.toUint128(amount);
        _updateWeight(msg.sender);
        emit Staked(msg.sender, amount);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IStakeRegistry
    function requestUnstake(uint256 amount) external unslashed {
        Account storage account = accounts[msg.sender];
        if (amount == 0) revert NothingToDo();
        if (amount > account.staked) revert NotEnoughStake(amount, account.staked);
        account.staked -= uint128(amount);
        account.unbonding += uint128(amount);
        account.releasedAt = uint64(block.timestamp + parameters.unbondSeconds);
        _updateWeight(msg.sender);
        emit UnstakeRequested(msg.sender, amount, account.releasedAt);
    }

    /// @inheritdoc IStakeRegistry
    function withdraw() external unslashed {
        Account storage account = accounts[msg.sender];
        uint256 amount = account.unbonding;
        if (amount == 0) revert NothingToDo();
        if (block.timestamp < account.releasedAt) revert StillUnbonding(account.releasedAt);
        account.unbonding = 0;
        emit Withdrawn(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakeRegistry
    function slash(address worker) external returns (uint256 bounty) {
        if (msg.sender != court) revert OnlyCourt(msg.sender);
        Account storage account = accounts[worker];
        if (account.slashed) return 0;
        uint256 amount = uint256(account.staked) + account.unbonding;
        account.staked = 0;
        account.unbonding = 0;
        account.slashed = true;
        _updateWeight(worker);
        bounty = amount / 2;
        emit Slashed(worker, amount, amount - bounty);
        token.burn(amount - bounty);
        token.safeTransfer(court, bounty);
    }

    /// @inheritdoc IStakeRegistry
    function stakeOf(address account) external view returns (uint256) {
        return accounts[account].staked;
    }

    /// @inheritdoc IStakeRegistry
    function unbondingOf(address account) external view returns (uint256, uint64) {
        return (accounts[account].unbonding, accounts[account].releasedAt);
    }

    /// @inheritdoc IStakeRegistry
    function minimumStake() external view returns (uint256) {
        return (token.totalSupply() - token.balanceOf(pool)) / MINIMUM_DIVISOR;
    }

    /// @inheritdoc IStakeRegistry
    function isCompute(address account) external view returns (bool) {
        return accounts[account].compute;
    }

    /// @inheritdoc IStakeRegistry
    function isValidator(address account) external view returns (bool) {
        return accounts[account].validator;
    }

    /// @inheritdoc IStakeRegistry
    function slashed(address account) external view returns (bool) {
        return accounts[account].slashed;
    }

    /// @inheritdoc IStakeRegistry
    function weightAt(address validator, uint64 epoch) external view returns (uint256) {
        return weights[validator].upperLookup(uint48(epoch));
    }

    /// @inheritdoc IStakeRegistry
    function totalWeightAt(uint64 epoch) external view returns (uint256) {
        return totalWeights.upperLookup(uint48(epoch));
    }

    /// @dev A change counts from the next epoch, so that nobody moves weight after a seed is known; before genesis, from epoch 0.
    function _updateWeight(address who) internal {
        Account storage account = accounts[who];
        uint256 weight = account.validator && !account.slashed ? FLOOR + account.staked : 0;
        bool begun = block.timestamp >= parameters.genesis;
        uint48 from = uint48(EpochLib.epochAt(parameters, block.timestamp) + (begun ? 1 : 0));
        uint256 before = weights[who].latest();
        weights[who].push(from, uint208(weight));
        totalWeights.push(from, uint208(totalWeights.latest() + weight - before));
    }
}
