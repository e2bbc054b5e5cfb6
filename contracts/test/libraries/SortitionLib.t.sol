// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SortitionLib} from "../../src/libraries/SortitionLib.sol";
import {bound, vm} from "../support/Vm.sol";

contract SortitionLibTest {
    address private constant WORKER = address(0xA11CE);

    function test_aBigCommitteeHasAboutTheExpectedMembers() public pure {
        uint256 drawn;
        for (uint160 i = 1; i <= 2_000; ++i) {
            if (SortitionLib.isDrawn(keccak256("seed"), WORKER, address(i), 200, 1e15, 2_000e15)) ++drawn;
        }
        // 200 expected, standard deviation 13.4.
        vm.assertGe(drawn, 140, "not far fewer than expected");
        vm.assertLe(drawn, 260, "not far more than expected");
    }

    function testFuzz_whoHasAllTheWeightIsDrawn(bytes32 seed, address validator, uint256 weight) public pure {
        weight = bound(weight, 1, 1e26);
        vm.assertTrue(SortitionLib.isDrawn(seed, WORKER, validator, 1, weight, weight), "certain");
    }

    function testFuzz_noWeightIsNeverDrawn(bytes32 seed, address validator, uint256 members, uint128 total)
        public
        pure
    {
        members = bound(members, 1, 1_000);
        vm.assertFalse(SortitionLib.isDrawn(seed, WORKER, validator, members, 0, total), "no weight");
    }

    function testFuzz_moreWeightNeverHurts(bytes32 seed, address validator, uint256 less, uint256 more) public pure {
        more = bound(more, 1, 1e24);
        less = bound(less, 0, more);
        bool drawn = SortitionLib.isDrawn(seed, WORKER, validator, 8, less, 1e26);
        if (drawn) vm.assertTrue(SortitionLib.isDrawn(seed, WORKER, validator, 8, more, 1e26), "monotone in weight");
    }

    /// @dev A tenth of all weight in one account, the rest in a hundred: counted by weight, it would decide three audits in
    /// four; by seats, only where nobody else was drawn.
    function test_aLargeMinorityDecidesHardlyAnything() public pure {
        uint256 decided;
        for (uint256 draw; draw < 500; ++draw) {
            bytes32 seed = keccak256(abi.encode(draw));
            if (!SortitionLib.isDrawn(seed, WORKER, address(1), 8, 100, 1_000)) continue;
            uint256 others;
            for (uint160 i = 2; i <= 101; ++i) {
                if (SortitionLib.isDrawn(seed, WORKER, address(i), 8, 9, 1_000)) {
                    others += SortitionLib.seatOf(8, 9, 1_000);
                }
            }
            if (SortitionLib.seatOf(8, 100, 1_000) > others) ++decided;
        }
        // 0.3 expected.
        vm.assertLe(decided, 5, "a hundredth of the audits at most");
    }

    function testFuzz_whoAlwaysSitsCountsItsWholeWeight(uint256 members, uint256 weight, uint256 total) public pure {
        members = bound(members, 1, 1_000);
        total = bound(total, 1, 1e18);
        weight = bound(weight, 0, total);
        uint256 seat = SortitionLib.seatOf(members, weight, total);
        if (weight * members >= total) vm.assertEq(seat, weight, "all of it");
        else vm.assertEq(seat, total / members, "a seat like every other");
    }
}
