// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LapseLib, Wait} from "../../src/libraries/LapseLib.sol";
import {Parameters} from "../../src/types/Parameters.sol";
import {bound, vm} from "../support/Vm.sol";

contract LapseLibTest {
    using LapseLib for Wait;

    Wait private wait;

    function testFuzz_aClaimLapsesAfterTheLaterOfTheTwo(uint64 claimedAt, uint64 busyUntil, uint64 patience, uint64 timeout)
        public
        pure
    {
        uint256 lapses = LapseLib.lapsesAt(claimedAt, busyUntil, patience, timeout);
        if (busyUntil <= claimedAt) vm.assertEq(lapses, uint256(claimedAt) + timeout, "as if nobody was accused");
        else if (busyUntil - claimedAt <= patience) vm.assertEq(lapses, uint256(busyUntil) + timeout, "after its end");
        else vm.assertEq(lapses, uint256(claimedAt) + patience + timeout, "no later");
    }

    /// @dev The hourly network's numbers: 2 h of a claim, six moves of 3 h, and 1 h 40 min until a jury has voted.
    function test_patienceLastsAsLongAsADispute() public pure {
        Parameters memory p;
        (p.epochSeconds, p.commitSeconds, p.auditSeconds, p.revealSeconds) = (3_600, 600, 1_200, 600);
        (p.claimTimeoutSeconds, p.disputeSeconds) = (7_200, 10_800);
        vm.assertEq(LapseLib.patienceOf(p), 7_200 + 6 * 10_800 + 6_000, "of what was delivered in time");
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
