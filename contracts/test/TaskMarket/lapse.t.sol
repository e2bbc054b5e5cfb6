// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev Who let a claim lapse waits before it claims in that job again.
contract LapseTest is World {
    uint256 private job;

    function setUp() public override {
        super.setUp();
        hire();
        job = postUntil(nobody, 1_024, 0, 1_024, 8e18, uint64(block.timestamp + 1_000_000));
    }

    function refuse(address worker) internal {
        uint64 until = market.waitsUntil(job, worker);
        vm.assertGt(until, block.timestamp, "it waits");
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.LapsedBefore.selector, job, until));
        claim(worker, job, 0, 1);
    }

    function lapse(address worker) internal {
        claim(worker, job, 0, 1);
        vm.warp(block.timestamp + law.claimTimeoutSeconds);
        market.releaseShards(job, 0, 1, worker);
    }

    function test_nobodyWaitsWhoLetNothingLapse() public {
        claim(alice, job, 1, 1);
        vm.assertEq(market.waitsUntil(job, alice), 0, "never");
        lapse(bob);
        vm.assertEq(market.waitsUntil(job, alice), 0, "another's lapse is not hers");
        claim(alice, job, 2, 1);
    }

    function testFuzz_theWaitingDoubles(uint8 lapses) public {
        uint256 waiting = law.claimTimeoutSeconds;
        for (uint256 i; i < bound(lapses, 1, 10); ++i) {
            lapse(alice);
            vm.assertEq(market.waitsUntil(job, alice), block.timestamp + waiting, "as long as this");
            refuse(alice);
            vm.warp(block.timestamp + waiting - 1);
            refuse(alice);
            vm.warp(block.timestamp + 1);
            waiting *= 2;
        }
        claim(alice, job, 0, 1);
    }

    function test_onlyInThatJob() public {
        uint256 other = post(nobody, 8, 0, 80, 8e18);
        lapse(alice);
        refuse(alice);
        claim(alice, other, 0, 1);
    }

    function test_severalWordsLapseOnce() public {
        for (uint32 word; word < 4; ++word) {
            claim(alice, job, word, type(uint256).max);
        }
        vm.warp(block.timestamp + law.claimTimeoutSeconds);
        uint256 until = block.timestamp + law.claimTimeoutSeconds;
        for (uint32 word; word < 3; ++word) {
            market.releaseShards(job, word, 0xff, alice);
            market.releaseShards(job, word, 0xff00, alice);
            vm.assertEq(market.waitsUntil(job, alice), until, "one lapse");
            vm.warp(block.timestamp + 1);
        }
        // Whoever frees the last of them only after the waiting does not make it another lapse.
        vm.warp(until + 1);
        market.releaseShards(job, 3, type(uint256).max, alice);
        vm.assertEq(market.waitsUntil(job, alice), until, "still one");
        lapse(alice);
        vm.assertEq(market.waitsUntil(job, alice), block.timestamp + 2 * law.claimTimeoutSeconds, "this is the second");
    }

    function test_aSlashedWorkersReleaseIsNoLapse() public {
        claim(alice, job, 0, 1);
        vm.prank(address(court));
        stakes.slash(alice);
        vm.warp(block.timestamp + law.claimTimeoutSeconds);
        market.releaseShards(job, 0, 1, alice);
        vm.assertEq(market.waitsUntil(job, alice), 0, "it cannot claim anyway");
    }
}
