// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameters} from "./types/Parameters.sol";

/// @title EpochClock
/// @notice The windows of an epoch as immutables: reading the clock reads no storage. protocol/time/epoch.ts computes the
/// same. EpochLib has the part of it that ends with the commit window, for the beacon.
abstract contract EpochClock {
    uint256 private immutable genesis;
    uint256 private immutable epochSeconds;
    uint256 private immutable commitSeconds;
    uint256 private immutable auditSeconds;
    /// From the draw to the end of the reveals, to the moment the epoch pays, to the moment its emission can be claimed.
    uint256 private immutable toRevealsEnd;
    uint256 private immutable toPays;
    uint256 private immutable toClaimable;

    constructor(Parameters memory p) {
        genesis = p.genesis;
        epochSeconds = p.epochSeconds;
        commitSeconds = p.commitSeconds;
        auditSeconds = p.auditSeconds;
        toRevealsEnd = uint256(p.auditSeconds) + p.revealSeconds;
        toPays = uint256(p.auditSeconds) + p.revealSeconds + p.finalizeSeconds;
        toClaimable = uint256(p.auditSeconds) + p.revealSeconds + p.finalizeSeconds + p.vestSeconds;
    }

    /// @dev The epoch that works at `time`; everything before genesis belongs to epoch 0. Seconds of chain time divided by
    /// at least one stay below 2^64.
    function epochAt(uint256 time) internal view returns (uint64) {
        return time < genesis ? 0 : uint64((time - genesis) / epochSeconds);
    }

    /// @dev From which epoch on a change of now counts: the next one, so that nobody changes anything after a seed is
    /// known; before genesis, epoch 0.
    function nextEpoch() internal view returns (uint64) {
        return block.timestamp < genesis ? 0 : epochAt(block.timestamp) + 1;
    }

    /// @dev Now, after the epoch's end and before its commit window closes? Each number comes from 64 bits,
    /// so nothing overflows.
    function isCommitWindow(uint64 epoch) internal view returns (bool) {
        unchecked {
            uint256 end = genesis + (uint256(epoch) + 1) * epochSeconds;
            return block.timestamp >= end && block.timestamp < end + commitSeconds;
        }
    }

    function isHalfTime(uint256 drawnAt) internal view returns (bool) {
        return block.timestamp >= drawnAt + auditSeconds / 2;
    }

    function verdictsEnd(uint256 drawnAt) internal view returns (uint256) {
        return drawnAt + auditSeconds;
    }

    function revealsEnd(uint256 drawnAt) internal view returns (uint256) {
        return drawnAt + toRevealsEnd;
    }

    function paysAt(uint256 drawnAt) internal view returns (uint256) {
        return drawnAt + toPays;
    }

    function claimableAt(uint256 drawnAt) internal view returns (uint256) {
        return drawnAt + toClaimable;
    }
}
