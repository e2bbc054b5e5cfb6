// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBeacon} from "../../src/interfaces/IBeacon.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract DrawTest is World {
    function test_nobodyDrawsWhileWorkCanBeCommitted() public {
        vm.warp(endOf(3) + law.commitSeconds - 1);
        vm.expectRevert(abi.encodeWithSelector(IBeacon.TooEarly.selector, 3));
        beacon.draw(3, "");
    }

    function test_anyoneDrawsOnce() public {
        vm.warp(endOf(3) + law.commitSeconds);
        vm.expectEmit(true, true, true, true, address(beacon));
        emit IBeacon.SeedDrawn(3, keccak256(abi.encode(blockhash(block.number - 1), 3)), uint64(block.timestamp));
        vm.prank(nobody);
        beacon.draw(3, "ignored");
        vm.assertEq(beacon.drawnAt(3), block.timestamp, "deadlines count from the draw");
        vm.expectRevert(abi.encodeWithSelector(IBeacon.AlreadyDrawn.selector, 3));
        beacon.draw(3, "");
    }

    function testFuzz_aLateDrawMovesTheDeadlines(uint32 late) public {
        vm.warp(endOf(0) + law.commitSeconds + bound(late, 0, 1e6));
        beacon.draw(0, "");
        vm.assertEq(beacon.drawnAt(0), block.timestamp, "nothing was lost by waiting");
    }

    function testFuzz_noFutureEpochIsDrawn(uint64 epoch) public {
        vm.assume(epoch > 0);
        vm.warp(endOf(0) + law.commitSeconds);
        vm.expectRevert(abi.encodeWithSelector(IBeacon.TooEarly.selector, epoch));
        beacon.draw(epoch, "");
    }

    function test_epochsHaveDifferentSeeds() public {
        vm.warp(endOf(1) + law.commitSeconds);
        beacon.draw(0, "");
        beacon.draw(1, "");
        vm.assertTrue(beacon.seedOf(0) != beacon.seedOf(1), "the epoch is in the seed");
    }
}
