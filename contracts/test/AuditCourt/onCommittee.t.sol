// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Verdict} from "../../src/types/Verdict.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

/// @dev Sixty equal validators and an expected committee of twelve.
contract OnCommitteeTest is World {
    uint160 private constant VALIDATORS = 60;

    function setUp() public override {
        super.setUp();
        law.committee = 12;
        deploy();
        enrol(alice, true, false);
        for (uint160 i = 1; i <= VALIDATORS; ++i) {
            enrol(address(i), false, true);
        }
        commitBase(alice, 1, 1_000);
    }

    function members() internal view returns (uint256 count) {
        for (uint160 i = 1; i <= VALIDATORS; ++i) {
            if (court.onCommittee(1, alice, address(i))) ++count;
        }
    }

    function test_nobodyIsOnItBeforeTheDraw() public view {
        vm.assertEq(members(), 0, "no seed, no committee");
    }

    function test_theThresholdDoublesWhenTooFewAnswer() public {
        draw(1);
        uint256 few = members();
        vm.assertTrue(few < VALIDATORS / 2, "a few of them");
        goTo(beacon.drawnAt(1) + law.auditSeconds / 2);
        vm.assertGt(members(), few, "more from half time on, as nobody answered");
    }

    function test_itStaysWhenEnoughAnswered() public {
        draw(1);
        uint256 few = members();
        uint256 answered;
        for (uint160 i = 1; i <= VALIDATORS && answered < 6; ++i) {
            if (!court.onCommittee(1, alice, address(i))) continue;
            commitVerdict(address(i), alice, 1, Verdict.Ok);
            ++answered;
        }
        vm.assertEq(answered, 6, "the seed of this test draws six or more");
        goTo(beacon.drawnAt(1) + law.auditSeconds / 2);
        vm.assertEq(members(), few, "half of those expected are enough");
    }

    function test_whoStakedAfterTheDrawGainsNothing() public {
        goTo(endOf(1) + law.commitSeconds);
        beacon.draw(1, roundFor(1));
        uint256 before = members();
        for (uint160 i = 1; i <= VALIDATORS; ++i) {
            putStake(address(i), 1_000e18 * i);
        }
        vm.assertEq(members(), before, "weight is that of the epoch");
    }
}
