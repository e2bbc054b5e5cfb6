// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EmissionLib} from "../../src/libraries/EmissionLib.sol";
import {bound, vm} from "../support/Vm.sol";

contract EmissionLibTest {
    uint256 private constant ONE = 1e18;
    uint256 private constant MINTED = 100_000_000e18;

    function testFuzz_anEpochReleasesAtMostItsCap(uint256 remaining, uint256 rate, uint128 work, uint256 mark)
        public
        pure
    {
        remaining = bound(remaining, 0, MINTED);
        rate = bound(rate, 0, ONE);
        mark = bound(mark, work, type(uint192).max);
        uint256 cap = EmissionLib.capDown(remaining, rate);
        vm.assertLe(cap, remaining, "a cap never exceeds the pool");
        vm.assertLe(EmissionLib.releasedDown(cap, work, mark), cap, "what is released never exceeds the cap");
    }

    function testFuzz_moreWorkThanEverReleasesTheFullCap(uint128 work, uint128 mark, uint32 epochs) public pure {
        work = uint128(bound(work, 1, type(uint128).max));
        mark = uint128(bound(mark, 0, work));
        uint256 raised = EmissionLib.highWaterUp(mark, 0.9e18, epochs, work);
        vm.assertEq(raised, work, "the mark is raised to the work");
        vm.assertEq(EmissionLib.releasedDown(77e18, work, raised), 77e18, "and the whole cap is released");
    }

    function testFuzz_theMarkOnlyFalls(uint128 mark, uint256 decay, uint16 epochs) public pure {
        decay = bound(decay, 0, ONE);
        vm.assertLe(EmissionLib.highWaterUp(mark, decay, epochs, 0), mark, "without work the mark never rises");
    }

    function testFuzz_powerIsRepeatedMultiplication(uint256 base, uint256 exponent) public pure {
        base = bound(base, ONE / 2, ONE);
        exponent = bound(exponent, 0, 64);
        uint256 slow = ONE;
        for (uint256 i; i < exponent; ++i) {
            slow = slow * base / ONE;
        }
        uint256 fast = EmissionLib.powerUp(base, exponent);
        uint256 apart = fast > slow ? fast - slow : slow - fast;
        vm.assertLe(apart, 2 * exponent, "squaring rounds at most twice a step");
    }

    /// @dev r = 1 - 2^(-3600 s / 4 years) in 1e18; a year of 365.25 days has 8766 hours.
    function test_thePoolHalvesInFourYears() public pure {
        uint256 keep = ONE - 19_767_862_466_268;
        uint256 left = EmissionLib.powerUp(keep, 4 * 8766);
        vm.assertGe(left, 0.499e18, "half of the pool is left");
        vm.assertLe(left, 0.501e18, "and not more");
    }

    function test_noWorkReleasesNothing() public pure {
        vm.assertEq(EmissionLib.releasedDown(1e18, 0, 0), 0, "no mark yet");
        vm.assertEq(EmissionLib.releasedDown(1e18, 0, 5), 0, "no work");
    }
}
