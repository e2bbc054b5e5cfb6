// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {CorexToken} from "./CorexToken.sol";
import {EpochClock} from "./EpochClock.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {BootstrapLib} from "./libraries/BootstrapLib.sol";
import {BadParameters, Parameters, Wiring, WrongWiring} from "./types/Parameters.sol";

/// @title StakeRegistry
contract StakeRegistry is IStakeRegistry, Votes, EpochClock {
    using Checkpoints for Checkpoints.Trace208;
    using SafeERC20 for CorexToken;

    /// Wei in a gwei, the unit of weights: sums of three fit the slot in which the court counts them.
    uint256 internal constant GWEI = 1e9;
    /// Gwei that every validator weighs. It is what audits the very first epochs; as soon as anybody has staked or worked,
    /// a billion identities weigh no more than one CXT.
    uint256 public constant FLOOR = 1;
    /// Moves of a dispute for which stake stays: the six of a game, and two for the time of a jury.
    uint256 internal constant MOVES = 8;
    /// The minimum stake is this part of the circulating supply.
    uint256 public constant MINIMUM_DIVISOR = 1_000;

    /// @dev One slot: all CXT in wei fits 88 bits.
    struct Account {
        uint88 staked;
        uint88 unbonding;
        uint48 releasedAt;
        bool compute;
        bool validator;
        bool slashed;
    }

    CorexToken internal immutable token;
    address internal immutable pool;
    address internal immutable court;
    address internal immutable ledger;
    address internal immutable disputes;
    uint256 internal immutable unbondSeconds;
    mapping(address => Account) internal accounts;
    // Stake of validators and work of validators since genesis, by the epoch from which they count.
    mapping(address => Checkpoints.Trace208) internal weights;
    Checkpoints.Trace208 internal totalWeights;
    mapping(address => Checkpoints.Trace208) internal works;
    Checkpoints.Trace208 internal totalWorks;

    constructor(Parameters memory p, Wiring memory w) EpochClock(p) EIP712("Corex Stake", "1") {
        if (w.stakes != address(this)) revert WrongWiring();
        // Unbonding against slashing: stake asked back at the first second of an epoch in which its owner cheats is still
        // there when the dispute about it ends.
        uint256 slashable =
            uint256(p.epochSeconds) + p.commitSeconds + p.auditSeconds + p.revealSeconds + p.finalizeSeconds;
        slashable += MOVES * p.disputeSeconds;
        if (p.epochSeconds == 0 || p.unbondSeconds < slashable) revert BadParameters();
        token = CorexToken(w.token);
        pool = w.pool;
        court = w.court;
        ledger = w.ledger;
        disputes = w.disputes;
        unbondSeconds = p.unbondSeconds;
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
        accounts[msg.sender].staked += SafeCast.toUint88(amount);
        _updateWeight(msg.sender);
        _transferVotingUnits(address(0), msg.sender, amount);
        emit Staked(msg.sender, amount);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IStakeRegistry
    function requestUnstake(uint256 amount) external unslashed {
        Account storage account = accounts[msg.sender];
        if (amount == 0) revert NothingToDo();
        if (amount > account.staked) revert NotEnoughStake(amount, account.staked);
        // It fits: it is no more than what is staked.
        account.staked -= uint88(amount);
        account.unbonding += uint88(amount);
        account.releasedAt = SafeCast.toUint48(block.timestamp + unbondSeconds);
        _updateWeight(msg.sender);
        _transferVotingUnits(msg.sender, address(0), amount);
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
        uint256 staked = account.staked;
        uint256 amount = staked + account.unbonding;
        account.staked = 0;
        account.unbonding = 0;
        account.slashed = true;
        _updateWeight(worker);
        if (staked != 0) _transferVotingUnits(worker, address(0), staked);
        // The odd wei is burned.
        bounty = amount / 2;
        emit Slashed(worker, amount, amount - bounty);
        token.burn(amount - bounty);
        token.safeTransfer(court, bounty);
    }

    /// @inheritdoc IStakeRegistry
    function takeBond(address challenger) external returns (uint256 bond) {
        if (msg.sender != disputes) revert OnlyDisputes(msg.sender);
        Account storage account = accounts[challenger];
        if (account.slashed) revert AccountSlashed(challenger);
        bond = minimumStake();
        if (bond > account.staked) revert NotEnoughStake(bond, account.staked);
        if (bond == 0) return 0;
        // It fits: it is no more than what is staked.
        account.staked -= uint88(bond);
        _updateWeight(challenger);
        _transferVotingUnits(challenger, address(0), bond);
        emit BondTaken(challenger, bond);
        token.safeTransfer(disputes, bond);
    }

    /// @inheritdoc IStakeRegistry
    function recordWork(address worker, uint256 units) external {
        if (msg.sender != ledger) revert OnlyLedger(msg.sender);
        if (!accounts[worker].validator) return;
        uint48 from = uint48(nextEpoch());
        uint256 credit = BootstrapLib.creditDown(units, _inWindow(totalWorks, from));
        // 2^64 epochs of 2^104 units fit 208 bits.
        works[worker].push(from, uint208(works[worker].latest() + credit));
        totalWorks.push(from, uint208(totalWorks.latest() + credit));
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
    function minimumStake() public view returns (uint256) {
        return (token.totalSupply() - token.balanceOf(pool)) / MINIMUM_DIVISOR;
    }

    /// @inheritdoc IStakeRegistry
    function standingOf(address account) external view returns (bool, uint256, uint256) {
        Account storage worker = accounts[account];
        return (worker.compute && !worker.slashed, worker.staked, minimumStake());
    }

    /// @inheritdoc IStakeRegistry
    function rolesOf(address account) external view returns (bool, bool, bool) {
        Account storage roles = accounts[account];
        return (roles.compute, roles.validator, roles.slashed);
    }

    /// @inheritdoc IStakeRegistry
    function slashed(address account) external view returns (bool) {
        return accounts[account].slashed;
    }

    /// @inheritdoc IStakeRegistry
    function weightAt(address validator, uint64 epoch) external view returns (uint256) {
        return _weightAt(validator, epoch, totalWeights.upperLookupRecent(uint48(epoch)));
    }

    /// @inheritdoc IStakeRegistry
    function totalWeightAt(uint64 epoch) external view returns (uint256) {
        return _totalAt(epoch, totalWeights.upperLookupRecent(uint48(epoch)));
    }

    /// @inheritdoc IStakeRegistry
    function weightsFor(address worker, address validator, uint64 epoch) external view returns (uint256, uint256) {
        if (accounts[validator].slashed || validator == worker) return (0, 0);
        uint256 staked = totalWeights.upperLookupRecent(uint48(epoch));
        uint256 others = _totalAt(epoch, staked) - _weightAt(worker, epoch, staked);
        return (_weightAt(validator, epoch, staked), others);
    }

    /// @param staked weight of all validators' stake in that epoch
    function _weightAt(address validator, uint64 epoch, uint256 staked) internal view returns (uint256 weight) {
        weight = weights[validator].upperLookupRecent(uint48(epoch));
        // Who does not validate weighs nothing, whatever it worked before.
        if (staked >= BootstrapLib.MASS || weight == 0) return weight;
        uint256 recent = _inWindow(totalWorks, epoch);
        if (recent != 0) weight += BootstrapLib.weightDown(staked, _inWindow(works[validator], epoch), recent);
    }

    function _totalAt(uint64 epoch, uint256 staked) internal view returns (uint256) {
        return staked >= BootstrapLib.MASS ? staked : BootstrapLib.total(staked, _inWindow(totalWorks, epoch));
    }

    /// @dev Units of the last WINDOW epochs that count in `epoch`.
    function _inWindow(Checkpoints.Trace208 storage trace, uint64 epoch) internal view returns (uint256) {
        uint256 before = epoch < BootstrapLib.WINDOW ? 0 : trace.upperLookupRecent(uint48(epoch - BootstrapLib.WINDOW));
        return trace.upperLookupRecent(uint48(epoch)) - before;
    }

    /// @dev A change counts from the next epoch, so that nobody moves weight after a seed is known; before genesis, from epoch 0.
    function _updateWeight(address who) internal {
        Account storage account = accounts[who];
        uint256 weight = account.validator && !account.slashed ? FLOOR + account.staked / GWEI : 0;
        uint48 from = uint48(nextEpoch());
        uint256 before = weights[who].latest();
        if (weight == before) return;
        weights[who].push(from, uint208(weight));
        totalWeights.push(from, uint208(totalWeights.latest() + weight - before));
    }

    /// @notice ERC-6372: votes are counted by chain time.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @dev A vote is a wei that is staked and not unbonding.
    function _getVotingUnits(address account) internal view override returns (uint256) {
        return accounts[account].staked;
    }
}
