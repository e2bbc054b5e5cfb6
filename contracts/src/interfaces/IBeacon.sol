// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A drand chain of scheme `bls-unchained-g1-rfc9380`, fixed at deployment. Seconds of chain time.
struct BeaconChain {
    /// A point of G2 as EIP-2537 writes it, 256 bytes.
    bytes publicKey;
    /// When round 1 appears.
    uint64 genesis;
    /// From one round to the next.
    uint64 period;
    /// For which a block of this chain may still take transactions after the time that it states.
    uint64 margin;
}

/// @title IBeacon
/// @notice One seed for each epoch, which nobody can know before its commit window has closed, and nobody can choose:
/// the signature of a drand round that follows from the epoch's number.
/// @dev Assumption: fewer than drand's threshold of members collude. Those who do know seeds early; nobody can forge one.
interface IBeacon {
    event SeedDrawn(uint64 indexed epoch, bytes32 seed, uint64 drawnAt);

    /// @notice The round of the epoch has not appeared yet.
    error TooEarly(uint64 epoch);
    error AlreadyDrawn(uint64 epoch);
    /// @notice Not the signature of the epoch's round, or no point of the group.
    error NotSigned(uint64 epoch, uint64 round);
    /// @notice No key of the scheme, or a chain without the precompiles of EIP-2537.
    error BadKey();

    /// @notice Fixes the seed of the epoch. Anyone may call; what is drawn does not depend on who does, or when.
    /// @param signature of round `roundOf(epoch)`: a point of G1 as EIP-2537 writes it, 128 bytes
    function draw(uint64 epoch, bytes calldata signature) external;

    /// @return number of the round that seeds the epoch: the first one at or after the end of its commit window and the
    /// margin
    function roundOf(uint64 epoch) external view returns (uint256);

    /// @return the seed, zero before the draw; its last eight bytes are zero
    function seedOf(uint64 epoch) external view returns (bytes32);

    /// @return chain time of the draw, zero before it; all later deadlines of the epoch count from it
    function drawnAt(uint64 epoch) external view returns (uint64);
}
