// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IBeacon
/// @notice One unpredictable seed for each epoch, drawn after its commit window has closed.
/// @dev Assumption: nobody knows the seed while work can still be committed. Without it, cheats choose epochs in which they are not looked at.
interface IBeacon {
    event SeedDrawn(uint64 indexed epoch, bytes32 seed, uint64 drawnAt);

    /// @notice The commit window of the epoch is still open.
    error TooEarly(uint64 epoch);
    error AlreadyDrawn(uint64 epoch);

    /// @notice Fixes the seed of the epoch. Anyone may call.
    /// @param proof for a beacon whose rounds carry one (drand); not read by a beacon of block hashes
    function draw(uint64 epoch, bytes calldata proof) external;

    /// @return the seed, zero before the draw
    function seedOf(uint64 epoch) external view returns (bytes32);

    /// @return chain time of the draw, zero before it; all later deadlines of the epoch count from it
    function drawnAt(uint64 epoch) external view returns (uint64);
}
