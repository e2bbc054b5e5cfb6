// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAuditCourt} from "../../src/interfaces/IAuditCourt.sol";
import {IBeacon} from "../../src/interfaces/IBeacon.sol";
import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {Ground} from "./Ground.sol";
import {bound, vm} from "../support/Vm.sol";

/// @notice What a block's producer decides. https://getfoundry.sh/reference/cheatcodes/overview
interface Producer {
    function prevrandao(bytes32 value) external;
    function coinbase(address who) external;
    function fee(uint256 basefee) external;
}

/// @dev Choosing whom the seed draws. That nothing but the round's own signature seeds an epoch: test/Beacon.
contract SeedGrindingTest is Ground {
    uint160 private constant VALIDATORS = 24;

    function setUp() public override {
        super.setUp();
        enrol(alice, true, false);
        for (uint160 i = 1; i <= VALIDATORS; ++i) {
            enrol(named(i), false, true);
        }
        commitBase(alice, 1, 1_000);
    }

    function members() internal view returns (uint256 bits) {
        for (uint160 i = 1; i <= VALIDATORS; ++i) {
            if (court.onCommittee(1, alice, named(i))) bits |= 1 << i;
        }
    }

    /// @dev Whoever makes the block, whatever is in it, whenever it comes and whoever submits: the same committee.
    function testFuzz_aBlocksProducerDecidesNothing(
        bytes32 randao,
        address producer,
        address submitter,
        uint64 fee,
        uint32 later
    ) public {
        goTo(endOf(1) + law.commitSeconds);
        bytes memory signature = roundFor(1);
        uint256 snapshot = vm.snapshotState();
        beacon.draw(1, signature);
        (bytes32 seed, uint256 drawn) = (beacon.seedOf(1), members());
        vm.revertToState(snapshot);

        Producer block_ = Producer(address(vm));
        block_.prevrandao(randao);
        block_.coinbase(producer);
        block_.fee(fee);
        vm.roll(block.number + bound(later, 1, 1e6));
        vm.warp(block.timestamp + bound(later, 0, 1e6));
        vm.prank(submitter);
        beacon.draw(1, signature);
        vm.assertEq(beacon.seedOf(1), seed, "one epoch, one round, one seed");
        vm.assertEq(members(), drawn, "and one committee");
    }

    /// @dev Who sees the signature first and does not like it can only wait for somebody else to submit it.
    function testFuzz_withholdingItChangesNothing(uint32 held) public {
        bytes memory signature = roundFor(1);
        goTo(endOf(1) + law.commitSeconds + bound(held, 0, 1e6));
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.NotInWindow.selector, 1));
        ledger.finalize(alice, 1);
        vm.prank(nobody);
        beacon.draw(1, signature);
        vm.assertEq(revealsFrom(1), block.timestamp + law.auditSeconds, "and the committee has all of its time");
        vm.expectRevert(abi.encodeWithSelector(IBeacon.AlreadyDrawn.selector, 1));
        beacon.draw(1, signature);
    }

    /// @dev The work is fixed before anybody can know who looks at it, and where.
    function testFuzz_noCommitmentOnceTheSeedCanBeKnown(uint32 later) public {
        enrol(bob, true, false);
        goTo(endOf(1) + law.commitSeconds + bound(later, 0, 1e6));
        vm.expectRevert(abi.encodeWithSelector(IWorkLedger.NotInCommitWindow.selector, 1));
        vm.prank(bob);
        ledger.commitWork(1, "root", 1_000, 0, MANIFEST, 0);
    }

    /// @dev New names after the seed is known weigh from the next epoch on, so no name can be ground into a committee.
    function testFuzz_namesMadeAfterTheDrawAreOnNoCommittee(uint160 seedling) public {
        draw(1);
        address grown = address(uint160(bound(seedling, 0x9000, type(uint160).max)));
        vm.assume(grown.code.length == 0);
        enrol(grown, false, true);
        vm.assertFalse(court.onCommittee(1, alice, grown), "not of this epoch");
    }
}
