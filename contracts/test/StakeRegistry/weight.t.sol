// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract WeightTest is World {
    uint256 private constant FLOOR = 1;

    function test_weightCountsFromTheNextEpoch() public {
        enrol(carol, false, true);
        vm.assertEq(stakes.weightAt(carol, 0), 0, "not in the epoch of the change");
        vm.assertEq(stakes.weightAt(carol, 1), FLOOR, "from the next one on");
        goTo(endOf(4));
        putStake(carol, 7e18);
        vm.assertEq(stakes.weightAt(carol, 5), FLOOR, "stake of epoch 5");
        vm.assertEq(stakes.weightAt(carol, 6), FLOOR + 7e9, "counts in epoch 6");
        vm.prank(carol);
        stakes.requestUnstake(3e18);
        vm.assertEq(stakes.weightAt(carol, 6), FLOOR + 4e9, "what unbonds no longer weighs");
        vm.assertEq(stakes.weightAt(carol, 1), FLOOR, "history does not change");
    }

    function test_beforeGenesisItCountsFromEpochZero() public {
        law.genesis = uint64(block.timestamp + 100);
        deploy();
        enrol(carol, false, true);
        vm.assertEq(stakes.weightAt(carol, 0), FLOOR, "ready when the network begins");
    }

    function test_whoLeavesWeighsNothing() public {
        enrol(carol, false, true);
        putStake(carol, 1e18);
        enrol(carol, false, false);
        vm.assertEq(stakes.weightAt(carol, 1), 0, "no validator, no weight");
        vm.assertEq(stakes.stakeOf(carol), 1e18, "but still its stake");
    }

    function test_stakeWithoutTheRoleWeighsNothing() public {
        enrol(alice, true, false);
        putStake(alice, 50e18);
        vm.assertEq(stakes.weightAt(alice, 1), 0, "a worker does not validate");
        vm.assertEq(stakes.totalWeightAt(1), 0, "nobody does");
    }

    function testFuzz_theTotalIsTheSumOfTheParts(uint256[8] memory amounts, uint8 steps) public {
        address[3] memory people = [bob, carol, dave];
        for (uint256 i; i < 3; ++i) {
            enrol(people[i], false, true);
        }
        for (uint256 i; i < amounts.length; ++i) {
            address who = people[i % 3];
            uint256 amount = bound(amounts[i], 1, 1_000e18);
            uint256 staked = stakes.stakeOf(who);
            if (amounts[i] % 2 == 0 || staked == 0) {
                putStake(who, amount);
            } else {
                vm.prank(who);
                stakes.requestUnstake(bound(amount, 1, staked));
            }
            goTo(block.timestamp + steps % 10);
        }
        for (uint64 epoch; epoch < 12; ++epoch) {
            uint256 sum = stakes.weightAt(bob, epoch) + stakes.weightAt(carol, epoch) + stakes.weightAt(dave, epoch);
            vm.assertEq(stakes.totalWeightAt(epoch), sum, "the total of every epoch is the sum of its parts");
        }
    }
}
