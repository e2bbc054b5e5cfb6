// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EmissionLib} from "../../src/libraries/EmissionLib.sol";
import {bound, vm} from "../support/Vm.sol";

contract EmissionLibTest {
    uint256 private constant ONE = 1e18;
    uint256 private constant MINTED = 100_000_000e18;
    uint256 private constant START = 2 ** 40;
    /// Of hourly epochs, as node/chain/deploy.ts computes them.
    uint256 private constant HOURLY = 19_767_862_466_268;
    uint256 private constant HOURLY_DECAY = 999_920_930_894_714_225;

    function testFuzz_anEpochReleasesAtMostItsCap(uint256 remaining, uint256 rate, uint128 work, uint256 mark)
        public
        pure
    {
        remaining = bound(remaining, 0, MINTED);
        rate = bound(rate, 0, ONE);
        mark = bound(mark, 0, type(uint192).max);
        uint256 cap = EmissionLib.capDown(remaining, rate);
        vm.assertLe(cap, remaining, "a cap never exceeds the pool");
        vm.assertLe(EmissionLib.releasedDown(cap, work, mark), cap, "what is released never exceeds the cap");
    }

    function testFuzz_moreWorkThanEverReleasesTheFullCap(uint128 work, uint128 mark, uint32 epochs) public pure {
        work = uint128(bound(work, 1, type(uint128).max));
        mark = uint128(bound(mark, 0, work));
        uint256 raised = EmissionLib.highWaterUp(mark, 0.9e18, epochs, work);
        vm.assertLe(raised, work, "the mark is not raised beyond the work");
        vm.assertEq(EmissionLib.releasedDown(77e18, work, raised), 77e18, "and the whole cap is released");
    }

    function testFuzz_theMarkAtMostDoubles(uint128 mark, uint256 decay, uint32 epochs, uint256 work) public pure {
        decay = bound(decay, 0, ONE);
        uint256 raised = EmissionLib.highWaterUp(mark, decay, epochs, work);
        vm.assertLe(raised, 2 * uint256(mark) + START, "R <= 2 x previous R + 2^40");
    }

    function testFuzz_theMarkNeverFallsBelowItsDecay(uint128 mark, uint256 decay, uint16 epochs, uint256 work)
        public
        pure
    {
        decay = bound(decay, 0, ONE);
        uint256 idle = EmissionLib.highWaterUp(mark, decay, epochs, 0);
        vm.assertGe(EmissionLib.highWaterUp(mark, decay, epochs, work), idle, "work never lowers the mark");
        vm.assertLe(idle, mark, "without work it never rises");
    }

    /// @dev Rounding up: exact arithmetic is never above what is computed, so what is released is never above what is due.
    function testFuzz_theMarkRoundsUp(uint64 mark, uint256 decay) public pure {
        decay = bound(decay, 0, ONE);
        uint256 raised = EmissionLib.highWaterUp(mark, decay, 2, 0);
        vm.assertGe(raised * ONE * ONE, uint256(mark) * decay * decay / 1, "not below the exact product");
    }

    function testFuzz_powerRoundsUp(uint256 base, uint256 exponent) public pure {
        base = bound(base, ONE / 2, ONE);
        exponent = bound(exponent, 0, 64);
        (uint256 below, uint256 above) = (ONE, ONE);
        for (uint256 i; i < exponent; ++i) {
            below = below * base / ONE;
            above = (above * base + ONE - 1) / ONE;
        }
        uint256 fast = EmissionLib.powerUp(base, exponent);
        vm.assertGe(fast, below, "not below the product rounded down");
        vm.assertLe(fast, above + 2 * exponent, "squaring rounds at most twice a step");
    }

    /// @dev r = 1 - 2^(-3600 s / 4 years) in 1e18; a year of 365.25 days has 8766 hours.
    function test_thePoolHalvesInFourYears() public pure {
        uint256 left = EmissionLib.powerUp(ONE - HOURLY, 4 * 8766);
        vm.assertGe(left, 0.49999999e18, "half of the pool is left");
        vm.assertLe(left, 0.50000001e18, "and not more");
    }

    function test_theMarkHalvesInAYear() public pure {
        uint256 left = EmissionLib.highWaterUp(1e30, HOURLY_DECAY, 8766, 0);
        vm.assertGe(left, 0.49999999e30, "half of it is left");
        vm.assertLe(left, 0.50000001e30, "and not more");
    }

    function test_theFirstCapOfAnHour() public pure {
        uint256 cap = EmissionLib.capDown(MINTED, HOURLY) / 1e16;
        vm.assertEq(cap, 197_678, "1,976.78 CXT");
    }

    function test_noWorkReleasesNothing() public pure {
        vm.assertEq(EmissionLib.releasedDown(1e18, 0, 0), 0, "no mark yet");
        vm.assertEq(EmissionLib.releasedDown(1e18, 0, 5), 0, "no work");
    }

    /// @dev What one captured committee can do: halve later releases, and no more, whatever it accepts.
    function test_oneForgedEpochHalvesEmissionAtMost() public pure {
        uint256 honest = 2 ** 70;
        uint256 forged = EmissionLib.highWaterUp(honest, HOURLY_DECAY, 1, type(uint104).max);
        uint256 next = EmissionLib.highWaterUp(forged, HOURLY_DECAY, 1, honest);
        vm.assertGe(EmissionLib.releasedDown(1e18, honest, next), 0.499e18, "half of the cap for the same work");
    }
}
