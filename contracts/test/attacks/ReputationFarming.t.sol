// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Verdict} from "../../src/types/Verdict.sol";
import {Ground} from "./Ground.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev A name that works as little as it can until its word is worth more, and then cheats.
contract ReputationFarmingTest is Ground {
    function setUp() public override {
        super.setUp();
        enrolAll();
    }

    /// @dev Alice commits one unit in each of some epochs. @return the epoch after them
    function farm(uint256 epochs) internal returns (uint64 epoch) {
        epoch = 1;
        for (uint256 i; i < epochs; ++i) {
            runEpoch(alice, epoch, 1, Verdict.Ok);
            epoch += 4;
        }
    }

    /// @dev 1.5 - (15/16)^n, and threefold a newcomer's at most: what farming can ever gain.
    function testFuzz_itIsBoundedThreefold(uint256 epochs, uint128 units) public {
        epochs = bound(epochs, 1, 12);
        units = uint128(bound(units, 1e6, 1e15));
        uint64 epoch = farm(epochs);
        uint256 reputation = ledger.reputationOf(alice);
        uint256 expected = 1.5e18 - 1e18 * 15 ** epochs / 16 ** epochs;
        vm.assertLe(expected > reputation ? expected - reputation : reputation - expected, 100, "to a few wei");
        commitBase(alice, epoch, units);
        commitBase(bob, epoch, units);
        accept(epoch, both(alice, bob));
        settle(epoch);
        while (pool.released(epoch) == 0) pool.settle();
        uint256 farmed = earn(alice, epoch);
        uint256 fresh = earn(bob, epoch);
        vm.assertLe(farmed, fresh * 3 + 3, "never more than three times a newcomer's");
    }

    /// @dev What was farmed goes with the first fault that is proven, and with it all that vests.
    function test_oneFaultLosesItAll() public {
        uint64 epoch = farm(16);
        vm.assertGt(ledger.reputationOf(alice), 1.14e18, "sixteen epochs of patience");
        runGuilty(alice, epoch, 1_000);
        goTo(claimableFrom(epoch));
        (uint256 work,) = pool.claimable(alice, 1);
        vm.assertEq(work, 0, "nothing that was not claimed is paid any more");
        vm.assertEq(ledger.reputationOf(nobody), 0.5e18, "and the next name is a newcomer");
    }

    /// @dev It rises by accepted epochs, whatever was done in them: one unit counts as much as an hour of a GPU.
    function test_open_oneUnitAnEpochFarmsAsMuchAsAMillion() public {
        commitBase(alice, 1, 1);
        commitBase(bob, 1, 1_000_000);
        accept(1, both(alice, bob));
        vm.assertEq(ledger.reputationOf(alice), ledger.reputationOf(bob), "the same step");
    }

    /// @dev Quality counts claims that have not lapsed, so claims on one's own job of one wei raise it.
    function test_open_claimsOnOnesOwnJobRepairQuality() public {
        hire();
        uint256 real = post(nobody, 256, 0, 256, 1e18);
        claim(alice, real, 0, type(uint256).max);
        goTo(block.timestamp + law.claimTimeoutSeconds);
        market.releaseShards(real, 0, type(uint256).max, alice);
        vm.assertLt(market.qualityOf(alice), 0.004e18, "she let a whole word lapse");
        for (uint256 i; i < 9; ++i) {
            claim(alice, post(alice, 256, 0, 256, 1), 0, type(uint256).max);
        }
        vm.assertGt(market.qualityOf(alice), 0.9e18, "nine wei later she is reliable again");
    }
}
