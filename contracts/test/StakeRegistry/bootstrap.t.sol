// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStakeRegistry} from "../../src/interfaces/IStakeRegistry.sol";
import {BootstrapLib} from "../../src/libraries/BootstrapLib.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev Weight from work, while little is staked.
contract BootstrapTest is World {
    uint256 private constant MASS = 100_000e9;

    function record(address who, uint256 units) internal {
        vm.prank(address(ledger));
        stakes.recordWork(who, units);
    }

    function nextEpochStart() internal {
        goTo(endOf(uint64((block.timestamp - law.genesis) / law.epochSeconds)));
    }

    function epochNow() internal view returns (uint64) {
        return uint64((block.timestamp - law.genesis) / law.epochSeconds);
    }

    function test_verifiedWorkWeighsFromTheNextEpochOn() public {
        enrol(bob, true, true);
        enrol(carol, true, true);
        record(bob, 300);
        record(carol, 100);
        vm.assertEq(stakes.weightAt(bob, 0), 0, "not in the epoch of its verification");
        vm.assertEq(stakes.totalWeightAt(1), MASS, "all weight that there is");
        vm.assertEq(stakes.weightAt(bob, 1), 1 + (MASS - 2) * 3 / 4, "three quarters of the work");
        vm.assertEq(stakes.weightAt(carol, 1), 1 + (MASS - 2) / 4, "one quarter");
    }

    function test_anEpochsWorkCountsAsAcceptedByTheLedger() public {
        enrolAll();
        runEpoch(bob, 1, 1_000, Verdict.Ok);
        uint64 next = epochNow() + 1;
        vm.assertEq(stakes.totalWeightAt(next), MASS, "Bob works and validates");
        vm.assertGt(stakes.weightAt(bob, next), MASS - 10, "he did all the work");
        vm.assertEq(stakes.weightAt(carol, next), 1, "Carol did none");
    }

    /// @dev How many units a job has is what its submitter says: it must not buy weight.
    function test_workForJobsWeighsNothing() public {
        enrolAll();
        commit(bob, 1, keccak256("market work"), 1_000, 1_000);
        draw(1);
        audit(bob, 1, Verdict.Ok);
        ledger.finalize(bob, 1);
        vm.assertEq(stakes.weightAt(bob, epochNow() + 1), 1, "the floor of any validator");
    }

    function test_workOfThoseWhoDoNotValidateWeighsNothing() public {
        enrol(alice, true, false);
        enrol(carol, false, true);
        record(alice, 1_000);
        vm.assertEq(stakes.totalWeightAt(1), 1, "Carol alone validates");
        vm.assertEq(stakes.weightAt(carol, 1), 1, "and audits what there is");
    }

    function test_onlyRecentWorkWeighs() public {
        enrol(bob, true, true);
        record(bob, 300);
        vm.assertEq(stakes.weightAt(bob, 24), MASS, "the 24th epoch after it");
        vm.assertEq(stakes.weightAt(bob, 25), 1, "and no longer");
        vm.assertEq(stakes.totalWeightAt(25), 1, "then there is the floor again");
    }

    function testFuzz_itFadesAsStakeGrows(uint256 staked) public {
        staked = bound(staked, 1e9, 300_000e18);
        enrol(bob, true, true);
        enrol(carol, false, true);
        record(bob, 1_000);
        putStake(carol, staked);
        uint256 gwei_ = staked / 1e9;
        uint256 fromWork = stakes.weightAt(bob, 1) - 1;
        if (gwei_ + 2 >= MASS) vm.assertEq(fromWork, 0, "work weighs nothing any more");
        else vm.assertEq(fromWork, MASS - gwei_ - 2, "what stake has not yet taken over");
        vm.assertEq(stakes.weightAt(carol, 1), gwei_ + 1, "stake weighs what it is");
        vm.assertEq(stakes.totalWeightAt(1), gwei_ + 2 > MASS ? gwei_ + 2 : MASS, "in all");
    }

    /// @dev DESIGN section 7: however a Sybil splits its work and its stake, it weighs no more.
    function testFuzz_splittingGainsNothing(uint256 units, uint256 honest, uint256 parts) public {
        parts = bound(parts, 2, 12);
        units = bound(units, parts, 1e17);
        honest = bound(honest, 1, 1e17);
        enrol(carol, true, true);
        record(carol, honest);
        uint256 snapshot = vm.snapshotState();
        enrol(bob, true, true);
        record(bob, units);
        uint256 alone = stakes.weightAt(bob, 1);
        vm.revertToState(snapshot);
        uint256 together;
        for (uint160 i = 1; i <= parts; ++i) {
            enrol(address(i), true, true);
            record(address(i), units / parts);
        }
        for (uint160 i = 1; i <= parts; ++i) {
            together += stakes.weightAt(address(i), 1);
        }
        vm.assertLe(together, alone + parts - 1, "no more than the floors of its identities: gwei");
    }

    function testFuzz_partsNeverExceedTheTotal(uint256[6] memory works, uint256[6] memory amounts) public {
        for (uint160 i; i < 6; ++i) {
            address who = address(i + 1);
            enrol(who, true, i % 3 != 2);
            if (amounts[i] % 2 == 0) putStake(who, bound(amounts[i], 1, 40_000e18));
            record(who, bound(works[i], 0, type(uint104).max));
            if (works[i] % 3 == 0) nextEpochStart();
        }
        for (uint64 epoch; epoch < 34; ++epoch) {
            uint256 sum;
            for (uint160 i = 1; i <= 6; ++i) {
                sum += stakes.weightAt(address(i), epoch);
            }
            vm.assertLe(sum, stakes.totalWeightAt(epoch), "parts fit into the whole");
        }
    }

    /// @dev A captured committee that accepts a forged commitment buys an eighth of a day's weight with it, no more.
    function test_aForgedEpochCountsForAnEighthOfTheWindow() public {
        enrol(bob, true, true);
        enrol(carol, true, true);
        for (uint256 i; i < 8; ++i) {
            record(carol, 2 ** 60);
        }
        record(bob, type(uint104).max);
        vm.assertEq(
            stakes.weightAt(bob, 1), 1 + (MASS - 2) * 2 / 10, "its 2^104 units count as 2^60 and an eighth of 2^63"
        );
        vm.assertEq(BootstrapLib.creditDown(type(uint104).max, 800), 2 ** 60 + 100, "START and an eighth");
    }

    function test_nobodyWeighsInHisOwnCommittee() public {
        enrol(bob, true, true);
        enrol(carol, false, true);
        record(bob, 1_000);
        (uint256 own,) = stakes.weightsFor(bob, bob, 1);
        vm.assertEq(own, 0, "Bob is not his own judge");
        (uint256 weight, uint256 total) = stakes.weightsFor(bob, carol, 1);
        vm.assertEq(weight, 1, "Carol has the floor");
        vm.assertLe(total, 2, "and what Bob weighs is not counted against her");
        vm.assertGe(total, weight, "a part of the whole");
    }

    function test_theSlashedWeighNothing() public {
        enrol(bob, true, true);
        record(bob, 1_000);
        vm.prank(address(court));
        stakes.slash(bob);
        nextEpochStart();
        vm.assertEq(stakes.weightAt(bob, epochNow() + 1), 0, "work of the slashed is forgotten");
        (uint256 weight,) = stakes.weightsFor(alice, bob, 1);
        vm.assertEq(weight, 0, "at once on committees");
    }

    function testFuzz_onlyTheLedgerRecordsWork(address caller) public {
        vm.assume(caller != address(ledger));
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.OnlyLedger.selector, caller));
        vm.prank(caller);
        stakes.recordWork(caller, 1e18);
    }
}
