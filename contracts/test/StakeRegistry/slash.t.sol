// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStakeRegistry} from "../../src/interfaces/IStakeRegistry.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract SlashTest is World {
    function testFuzz_onlyTheCourtSlashes(address caller) public {
        vm.assume(caller != address(court));
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.OnlyCourt.selector, caller));
        vm.prank(caller);
        stakes.slash(alice);
    }

    function testFuzz_everythingAtStakeGoes(uint256 staked, uint256 unbonding) public {
        staked = bound(staked, 1, 1_000_000e18);
        unbonding = bound(unbonding, 0, staked);
        putStake(alice, staked);
        if (unbonding > 0) {
            vm.prank(alice);
            stakes.requestUnstake(unbonding);
        }
        vm.expectEmit(true, true, true, true, address(stakes));
        emit IStakeRegistry.Slashed(alice, staked, staked - staked / 2);
        vm.prank(address(court));
        uint256 bounty = stakes.slash(alice);
        vm.assertEq(bounty, staked / 2, "half of it to the court");
        vm.assertEq(token.balanceOf(address(court)), bounty, "which has it");
        vm.assertEq(token.totalSupply(), MINTED - (staked - bounty), "the rest is burned");
        vm.assertEq(token.balanceOf(address(stakes)), 0, "nothing stays behind");
        vm.assertTrue(stakes.slashed(alice), "for good");
    }

    function test_theSecondSlashFindsNothing() public {
        putStake(alice, 2e18);
        vm.prank(address(court));
        stakes.slash(alice);
        vm.prank(address(court));
        vm.assertEq(stakes.slash(alice), 0, "nothing is left");
    }

    function test_aSlashedAccountIsOut() public {
        enrol(carol, true, true);
        vm.prank(address(court));
        stakes.slash(carol);
        bytes memory out = abi.encodeWithSelector(IStakeRegistry.AccountSlashed.selector, carol);
        vm.expectRevert(out);
        vm.prank(carol);
        stakes.register(true, true);
        vm.expectRevert(out);
        vm.prank(carol);
        stakes.stake(1);
        vm.expectRevert(out);
        vm.prank(carol);
        stakes.requestUnstake(1);
        vm.expectRevert(out);
        vm.prank(carol);
        stakes.withdraw();
        vm.assertEq(stakes.weightAt(carol, 1), 0, "and weighs nothing");
    }
}
