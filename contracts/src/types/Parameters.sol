// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The numbers of the law, fixed at deployment. Seconds of chain time unless named otherwise.
struct Parameters {
    /// Start of epoch 0.
    uint64 genesis;
    uint64 epochSeconds;
    /// Window for committing work after an epoch has ended.
    uint64 commitSeconds;
    /// Window for committing verdicts, from the draw of the seed on.
    uint64 auditSeconds;
    uint64 revealSeconds;
    /// Window for folding outcomes into the epoch.
    uint64 finalizeSeconds;
    /// From the moment an epoch pays to the moment its emission can be claimed.
    uint64 vestSeconds;
    uint64 unbondSeconds;
    uint64 claimTimeoutSeconds;
    /// After which unclaimed rewards return to the pool.
    uint64 claimWindowSeconds;
    /// Expected number of validators on a committee.
    uint32 committee;
    /// Part of the remaining pool that an epoch may release: 1 - 2^(-epochSeconds / 4 years), in 1e18.
    uint256 releaseRate;
    /// Factor of the high-water mark from one epoch to the next: 2^(-epochSeconds / 1 year), in 1e18.
    uint256 decayRate;
}

/// @notice The numbers break a relation without which the contracts are unsound.
error BadParameters();
/// @notice The contract stands at another address than the rest of its deployment expects.
error WrongWiring();

/// @notice Every contract of one deployment; addresses follow from the deployer's nonce before anything is deployed,
/// in this order: token, beacon, stakes, ledger, court, pool, market.
struct Wiring {
    address token;
    address beacon;
    address stakes;
    address ledger;
    address court;
    address pool;
    address market;
}
