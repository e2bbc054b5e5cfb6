// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBeacon} from "../../src/interfaces/IBeacon.sol";
import {BeaconSigner} from "../support/BeaconSigner.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract DrawTest is World {
    function seedFrom(uint64 epoch, bytes memory signature) internal pure returns (bytes32) {
        return bytes24(keccak256(abi.encodePacked(uint256(epoch), signature)));
    }

    function test_nobodyDrawsWhileWorkCanBeCommitted() public {
        bytes memory signature = roundFor(3);
        vm.warp(endOf(3) + law.commitSeconds - 1);
        vm.expectRevert(abi.encodeWithSelector(IBeacon.TooEarly.selector, 3));
        beacon.draw(3, signature);
    }

    function test_anyoneDrawsOnce() public {
        bytes memory signature = roundFor(3);
        vm.warp(endOf(3) + law.commitSeconds);
        vm.expectEmit(true, true, true, true, address(beacon));
        emit IBeacon.SeedDrawn(3, seedFrom(3, signature), uint64(block.timestamp));
        vm.prank(nobody);
        beacon.draw(3, signature);
        vm.assertEq(beacon.drawnAt(3), block.timestamp, "deadlines count from the draw");
        vm.assertEq(beacon.seedOf(3), seedFrom(3, signature), "seed");
        vm.expectRevert(abi.encodeWithSelector(IBeacon.AlreadyDrawn.selector, 3));
        beacon.draw(3, signature);
    }

    function testFuzz_aLateDrawMovesTheDeadlinesAndNothingElse(uint32 late) public {
        bytes memory signature = roundFor(0);
        vm.warp(endOf(0) + law.commitSeconds + bound(late, 0, 1e6));
        beacon.draw(0, signature);
        vm.assertEq(beacon.drawnAt(0), block.timestamp, "nothing was lost by waiting");
        vm.assertEq(beacon.seedOf(0), seedFrom(0, signature), "the seed does not depend on when it is drawn");
    }

    function testFuzz_noFutureEpochIsDrawn(uint64 epoch) public {
        vm.assume(epoch > 0);
        bytes memory signature = roundFor(epoch);
        vm.warp(endOf(0) + law.commitSeconds);
        vm.expectRevert(abi.encodeWithSelector(IBeacon.TooEarly.selector, epoch));
        beacon.draw(epoch, signature);
    }

    function test_epochsHaveDifferentSeeds() public {
        draw(1);
        beacon.draw(0, roundFor(0));
        vm.assertTrue(beacon.seedOf(0) != beacon.seedOf(1), "each epoch has a round of its own");
    }

    function testFuzz_noOtherRoundSeedsAnEpoch(uint64 round) public {
        vm.warp(endOf(3) + law.commitSeconds);
        vm.assume(round != beacon.roundOf(3));
        refused(BeaconSigner.sign(round));
    }

    function testFuzz_nobodyForgesARound(bytes memory signature) public {
        vm.warp(endOf(3) + law.commitSeconds);
        refused(signature);
    }

    /// @dev One bit anywhere in it makes another signature, or none.
    function testFuzz_everyBitCounts(uint256 bit) public {
        bytes memory signature = roundFor(3);
        vm.warp(endOf(3) + law.commitSeconds);
        bit = bound(bit, 0, signature.length * 8 - 1);
        signature[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        refused(signature);
    }

    function refused(bytes memory signature) internal {
        uint64 round = uint64(beacon.roundOf(3));
        vm.expectRevert(abi.encodeWithSelector(IBeacon.NotSigned.selector, 3, round));
        beacon.draw{gas: 400_000}(3, signature);
        vm.assertEq(beacon.drawnAt(3), 0, "the epoch waits");
    }
}
