// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Parameters} from "../types/Parameters.sol";

/// @dev One slot for each job and worker.
struct Wait {
    uint64 until;
    uint32 times;
}

/// @title LapseLib
/// @notice When a claim lapses, and how long who let it lapse claims nothing more in that job. protocol/economy/lapses.ts
/// computes the same.
library LapseLib {
    /// Doublings at most: 2^32 timeouts are longer than any job, and 64 bits of seconds times 2^32 do not overflow.
    uint32 internal constant MAX_DOUBLINGS = 32;

    /// Moves of a game between its beginning and its end.
    uint256 internal constant MOVES = 6;

    /// @notice How long a claim may wait for disputes: what was delivered in time is accused within the claim's time at the latest,
    /// and then come the moves of a game and a jury, drawn by the epoch of that moment.
    function patienceOf(Parameters memory p) internal pure returns (uint256) {
        uint256 voted = uint256(p.epochSeconds) + p.commitSeconds + p.auditSeconds + p.revealSeconds;
        return p.claimTimeoutSeconds + MOVES * p.disputeSeconds + voted;
    }

    /// @notice A timeout after the claim was made, or after the last dispute ended, but only so much later: one false accusation
    /// after the other holds a claim no longer than one does.
    /// @param busyUntil when the last dispute ended, the largest number while one is open
    /// @param patience patienceOf
    function lapsesAt(uint256 claimedAt, uint256 busyUntil, uint256 patience, uint256 timeout)
        internal
        pure
        returns (uint256)
    {
        return Math.max(claimedAt, Math.min(busyUntil, claimedAt + patience)) + timeout;
    }

    /// @notice One timeout after the first lapse, twice as long after each further one.
    /// @param claimedAt of the claim that lapsed: claims from before the last waiting are part of the same lapse
    function add(Wait storage wait, uint64 claimedAt, uint256 timeout) internal {
        (uint64 until, uint32 times) = (wait.until, wait.times);
        if (claimedAt < until) return;
        (wait.until, wait.times) = next(block.timestamp, times, timeout);
    }

    /// @param timeout fits 64 bits
    function next(uint256 time, uint32 times, uint256 timeout) internal pure returns (uint64, uint32) {
        uint32 doublings = times < MAX_DOUBLINGS ? times : MAX_DOUBLINGS;
        uint256 until = time + (timeout << doublings);
        return (uint64(Math.min(until, type(uint64).max)), doublings + 1);
    }
}
