// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LapseLib, Wait} from "../../src/libraries/LapseLib.sol";
import {bound, vm} from "../support/Vm.sol";

contract LapseLibTest {
    using LapseLib for Wait;

    Wait private wait;

    function testFuzz_aClaimLapsesAfterTheLaterOfTheTwo(uint64 claimedAt, uint64 busyUntil, uint64 timeout)
        public
        pure
    {
        uint256 lapses = LapseLib.lapsesAt(claimedAt, busyUntil, timeout);
        uint256 later = claimedAt > busyUntil ? claimedAt : busyUntil;
        vm.assertEq(lapses, later + timeout, "one timeout after it");
        vm.assertEq(
            LapseLib.lapsesAt(claimedAt, type(uint64).max, timeout), uint256(type(uint64).max) + timeout, "never"
        );
    }

    /// @dev Whatever time, timeout and count, nothing overflows, and nobody waits less than before.
    function testFuzz_nothingOverflows(uint64 time, uint32 times, uint64 timeout) public pure {
        (uint64 until, uint32 next) = LapseLib.next(time, times, timeout);
        vm.assertGe(until, time, "not before now");
        vm.assertLe(next, LapseLib.MAX_DOUBLINGS + 1, "counted as far as it counts");
        (uint64 longer,) = LapseLib.next(time, next, timeout);
        if (times <= LapseLib.MAX_DOUBLINGS) vm.assertGe(longer, until, "no shorter");
    }

    function testFuzz_eachWaitingIsTwiceTheLast(uint32 timeout, uint8 lapses) public {
        timeout = uint32(bound(timeout, 1, 1_000_000));
        uint256 last = timeout;
        for (uint256 i; i < bound(lapses, 1, 40); ++i) {
            vm.warp(1_800_000_000 + wait.until);
            wait.add(uint64(block.timestamp), timeout);
            uint256 waiting = wait.until - block.timestamp;
            vm.assertEq(waiting, i == 0 || i > LapseLib.MAX_DOUBLINGS ? last : 2 * last, "twice, up to the cap");
            last = waiting;
        }
    }
}
