// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FeeLib} from "../../src/libraries/FeeLib.sol";
import {bound, vm} from "../support/Vm.sol";

contract FeeLibTest {
    uint256 private constant MINTED = 100_000_000e18;

    function testFuzz_partsAddUpToWhatWasPaid(uint256 paid) public pure {
        paid = bound(paid, 0, MINTED);
        (uint256 burned, uint256 auditors, uint256 worker) = FeeLib.split(paid);
        vm.assertEq(burned + auditors + worker, paid, "no wei appears or is lost");
        vm.assertLe(burned, paid / 20, "burn rounds down");
        vm.assertLe(auditors, paid / 10, "auditors' part rounds down");
    }

    function testFuzz_partsOfAJobNeverExceedItsFee(uint256 fee, uint128 total, uint128 first) public pure {
        fee = bound(fee, 0, MINTED);
        total = uint128(bound(total, 1, type(uint128).max));
        first = uint128(bound(first, 0, total));
        uint256 both = FeeLib.feeOf(fee, first, total) + FeeLib.feeOf(fee, total - first, total);
        vm.assertLe(both, fee, "two parts fit into the whole");
        vm.assertLe(fee - both, 1, "and at most a wei is dust");
    }

    function test_aHundred() public pure {
        (uint256 burned, uint256 auditors, uint256 worker) = FeeLib.split(100e18);
        vm.assertEq(burned, 5e18, "5 % burned");
        vm.assertEq(auditors, 10e18, "10 % to the auditors");
        vm.assertEq(worker, 85e18, "85 % to the worker");
    }
}
