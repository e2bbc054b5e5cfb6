// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStakeRegistry} from "../../src/interfaces/IStakeRegistry.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract StakeTest is World {
    function test_stakeComesAndGoes() public {
        putStake(alice, 10e18);
        vm.assertEq(stakes.stakeOf(alice), 10e18, "staked");
        vm.prank(alice);
        stakes.requestUnstake(4e18);
        vm.assertEq(stakes.stakeOf(alice), 6e18, "what unbonds no longer counts");
        (uint256 amount, uint64 at) = stakes.unbondingOf(alice);
        vm.assertEq(amount, 4e18, "unbonding");
        vm.assertEq(at, block.timestamp + law.unbondSeconds, "for the whole time");

        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StillUnbonding.selector, at));
        vm.prank(alice);
        stakes.withdraw();
        vm.warp(at);
        vm.prank(alice);
        stakes.withdraw();
        vm.assertEq(token.balanceOf(alice), 4e18, "back in the wallet");
        vm.expectRevert(IStakeRegistry.NothingToDo.selector);
        vm.prank(alice);
        stakes.withdraw();
    }

    function test_aSecondRequestRestartsTheClock() public {
        putStake(alice, 10e18);
        vm.prank(alice);
        stakes.requestUnstake(4e18);
        vm.warp(block.timestamp + law.unbondSeconds - 1);
        vm.prank(alice);
        stakes.requestUnstake(1e18);
        (uint256 amount, uint64 at) = stakes.unbondingOf(alice);
        vm.assertEq(amount, 5e18, "both requests");
        vm.assertEq(at, block.timestamp + law.unbondSeconds, "wait together");
    }

    function testFuzz_nobodyTakesOutMoreThanHePutIn(uint256 put, uint256 more) public {
        put = bound(put, 1, 1_000_000e18);
        more = bound(more, put + 1, type(uint256).max);
        putStake(alice, put);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.NotEnoughStake.selector, more, put));
        vm.prank(alice);
        stakes.requestUnstake(more);
    }

    function test_nothingIsNotAnAmount() public {
        vm.expectRevert(IStakeRegistry.NothingToDo.selector);
        stakes.stake(0);
        vm.expectRevert(IStakeRegistry.NothingToDo.selector);
        stakes.requestUnstake(0);
    }

    function test_theMinimumGrowsWithTheCirculation() public {
        vm.assertEq(stakes.minimumStake(), 0, "at genesis nobody has anything");
        give(bob, 5_000e18);
        vm.assertEq(stakes.minimumStake(), 5e18, "a thousandth of what circulates");
        vm.prank(bob);
        token.burn(1_000e18);
        vm.assertEq(stakes.minimumStake(), 4e18, "what is burned does not circulate");
    }
}
