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
    /// Units of base tasks that one commitment may state: what the protocol issues to a worker in an epoch. Without it, a
    /// name without stake could state any number, and one captured committee would give it the epoch's whole work part.
    uint128 maxBaseUnits;
    /// Expected number of validators on a committee.
    uint32 committee;
    /// Time for one move of a dispute.
    uint64 disputeSeconds;
    /// Expected number of validators on the jury of a dispute.
    uint32 jury;
    /// Hash of the terms of the protocol's own tasks, as the market stores those of a job.
    bytes32 baseTerms;
    /// Part of the remaining pool that an epoch may release, in 1e18: r = 1 - 2^(-epochSeconds / 4 years), so that after
    /// 4 years / epochSeconds full epochs (1 - r)^n = 1/2 of it is left. Hourly epochs: 35,064 in 4 years of 365.25 days,
    /// r = 1 - 2^(-1/35064) = 19,767,862,466,298 / 1e18, a first cap of 1,976.78 CXT. Rounded down: less is released.
    uint256 releaseRate;
    /// Factor of the high-water mark from one epoch to the next, in 1e18: 2^(-epochSeconds / 1 year), a half-life of one
    /// year. Hourly epochs: 2^(-1/8766) = 0.999920930894. Rounded up: the mark stays higher, less is released.
    uint256 decayRate;
}

/// @notice The numbers break a relation without which the contracts are unsound.
error BadParameters();
/// @notice The contract stands at another address than the rest of its deployment expects.
error WrongWiring();

/// @notice Every contract of one deployment; addresses follow from the deployer's nonce before anything is deployed,
/// in this order: token, beacon, stakes, ledger, court, pool, market, credential, adjudicator, disputes.
struct Wiring {
    address token;
    address beacon;
    address stakes;
    address ledger;
    address court;
    address pool;
    address market;
    address credential;
    address adjudicator;
    address disputes;
}
