// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

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

    /// @param busyUntil IDisputeCourt.busyUntil of the holder
    function lapsesAt(uint64 claimedAt, uint64 busyUntil, uint256 timeout) internal pure returns (uint256) {
        return Math.max(claimedAt, busyUntil) + timeout;
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
