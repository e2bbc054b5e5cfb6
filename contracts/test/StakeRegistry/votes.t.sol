// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract VotesTest is World {
    function test_stakeVotesForWhomItsOwnerNames() public {
        putStake(alice, 10e18);
        vm.assertEq(stakes.getVotes(alice), 0, "not before it is delegated");
        vm.prank(alice);
        stakes.delegate(alice);
        putStake(bob, 5e18);
        vm.prank(bob);
        stakes.delegate(alice);
        vm.assertEq(stakes.getVotes(alice), 15e18, "her own and Bob's");
        vm.prank(alice);
        stakes.requestUnstake(4e18);
        vm.assertEq(stakes.getVotes(alice), 11e18, "what unbonds does not vote");
    }

    function test_thePastIsKept() public {
        putStake(alice, 10e18);
        vm.prank(alice);
        stakes.delegate(alice);
        uint256 then_ = block.timestamp;
        goTo(then_ + 50);
        putStake(alice, 7e18);
        goTo(then_ + 60);
        vm.assertEq(stakes.getPastVotes(alice, then_), 10e18, "as it was");
        vm.assertEq(stakes.getPastVotes(alice, then_ + 50), 17e18, "and became");
        vm.assertEq(stakes.getPastTotalSupply(then_), 10e18, "of all stake");
        vm.assertEq(stakes.clock(), block.timestamp, "votes are counted by chain time");
        vm.assertEq(stakes.CLOCK_MODE(), "mode=timestamp", "and say so");
        vm.expectRevert(
            abi.encodeWithSelector(Votes.ERC5805FutureLookup.selector, block.timestamp, uint48(block.timestamp))
        );
        stakes.getPastVotes(alice, block.timestamp);
    }

    function test_theSlashedHaveNoVotes() public {
        putStake(alice, 10e18);
        vm.prank(alice);
        stakes.delegate(bob);
        vm.prank(address(court));
        stakes.slash(alice);
        vm.assertEq(stakes.getVotes(bob), 0, "burned stake does not vote");
    }

    function testFuzz_votesAreTheStakeToTheWei(uint256 put, uint256 taken) public {
        put = bound(put, 1, 1_000_000e18);
        taken = bound(taken, 1, put);
        vm.prank(alice);
        stakes.delegate(alice);
        putStake(alice, put);
        vm.prank(alice);
        stakes.requestUnstake(taken);
        vm.assertEq(stakes.getVotes(alice), put - taken, "no more and no less");
    }
}
