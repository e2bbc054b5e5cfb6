// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Outcome, Verdict} from "../../src/types/Verdict.sol";
import {Ground} from "./Ground.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev One person under many names.
contract SybilTest is Ground {
    /// @dev The same units under one name or several, beside Bob's.
    function testFuzz_splittingWorkGainsNothing(uint128 part, uint256 parts, uint128 others) public {
        enrolAll();
        parts = bound(parts, 2, 8);
        part = uint128(bound(part, 1, 1e15));
        others = uint128(bound(others, 1, 1e15));
        uint256 snapshot = vm.snapshotState();
        commitBase(alice, 1, uint128(part * parts));
        commitBase(bob, 1, others);
        accept(1, both(alice, bob));
        settle(1);
        uint256 alone = earn(alice, 1);
        vm.revertToState(snapshot);

        address[] memory workers = new address[](parts + 1);
        for (uint256 i; i < parts; ++i) {
            workers[i] = named(i);
            enrol(workers[i], true, false);
            commitBase(workers[i], 1, part);
        }
        workers[parts] = bob;
        commitBase(bob, 1, others);
        accept(1, workers);
        settle(1);
        uint256 together;
        for (uint256 i; i < parts; ++i) {
            together += earn(workers[i], 1);
        }
        vm.assertLe(together, alone, "many names earn no more than one");
    }

    /// @dev A veteran that begins again under a fresh name loses two thirds of its merit.
    function test_aFreshNameIsWorthAThirdOfAnOldOne() public {
        enrolAll();
        uint64 epoch = 1;
        for (uint256 i; i < 60; ++i) {
            runEpoch(alice, epoch, 1, Verdict.Ok);
            epoch += 4;
        }
        commitBase(alice, epoch, 1e9);
        commitBase(bob, epoch, 1e9);
        accept(epoch, both(alice, bob));
        uint256 old = scoreOf(alice, epoch);
        uint256 fresh = scoreOf(bob, epoch);
        vm.assertGt(old, fresh * 290 / 100, "nearly three times a newcomer's");
        vm.assertLe(old, fresh * 3, "and never more than three times");
    }

    /// @dev Weight follows stake: a gwei of floor for each name is all that splitting adds.
    function testFuzz_splittingStakeGainsNothing(uint256 staked, uint256 parts) public {
        parts = bound(parts, 2, 12);
        staked = bound(staked, parts * 1e9, 1_000_000e18);
        uint256 together;
        for (uint256 i; i < parts; ++i) {
            enrol(named(i), false, true);
            putStake(named(i), staked / parts);
        }
        for (uint256 i; i < parts; ++i) {
            together += stakes.weightAt(named(i), 1);
        }
        vm.assertLe(together, staked / 1e9 + parts, "what was staked, and the floors");
    }

    /// @dev Names without stake against one CXT: a thousand of them are a millionth of the committee.
    function test_namesWithoutStakeWeighNothing() public {
        enrol(carol, false, true);
        putStake(carol, 1e18);
        uint256 names;
        for (uint256 i; i < 1_000; ++i) {
            enrol(named(i), false, true);
        }
        for (uint256 i; i < 1_000; ++i) {
            names += stakes.weightAt(named(i), 1);
        }
        vm.assertEq(names, 1_000, "gwei");
        vm.assertEq(names * 1e6, stakes.weightAt(carol, 1) - 1, "a millionth of one CXT");
    }

    /// @dev Before anybody has staked or worked, names are all that counts: who brings most of them judges, and what it
    /// accepts is the work from which weight follows.
    function test_open_theFirstEpochsBelongToWhoBringsMostNames() public {
        law.maxBaseUnits = 252_520_505_344;
        everybodyJudges();
        enrol(alice, true, true);
        enrol(bob, true, true);
        address[] memory judges = new address[](4);
        Verdict[] memory says = new Verdict[](4);
        for (uint256 i; i < 4; ++i) {
            (judges[i], says[i]) = (named(i), Verdict.Ok);
            enrol(judges[i], true, true);
        }
        address forger = judges[0];
        // Carol and Dave are honest and outnumbered: they find the forged work of the first name, and Bob's in order.
        enrol(carol, false, true);
        enrol(dave, false, true);
        commitBase(forger, 1, 252_520_505_344);
        commitBase(bob, 1, 1e11);
        draw(1);
        for (uint256 i = 1; i < 4; ++i) {
            commitVerdict(judges[i], forger, 1, Verdict.Ok);
            commitVerdict(judges[i], bob, 1, Verdict.Fault);
        }
        for (uint256 i; i < 2; ++i) {
            commitVerdict(i == 0 ? carol : dave, forger, 1, Verdict.Fault);
            commitVerdict(i == 0 ? carol : dave, bob, 1, Verdict.Ok);
        }
        goTo(revealsFrom(1));
        for (uint256 i = 1; i < 4; ++i) {
            revealVerdict(judges[i], forger, 1, Verdict.Ok);
            revealVerdict(judges[i], bob, 1, Verdict.Fault);
        }
        for (uint256 i; i < 2; ++i) {
            revealVerdict(i == 0 ? carol : dave, forger, 1, Verdict.Fault);
            revealVerdict(i == 0 ? carol : dave, bob, 1, Verdict.Ok);
        }
        goTo(concludesFrom(1));
        ledger.finalize(forger, 1);
        ledger.finalize(bob, 1);
        vm.assertFalse(stakes.slashed(bob), "the honest worker is not paid, and keeps what it has");
        vm.assertTrue(ledger.commitmentOf(bob, 1).outcome == Outcome.Disputed, "for this epoch");
        uint64 next = epochNow() + 1;
        vm.assertGt(stakes.weightAt(forger, next) * 100, stakes.totalWeightAt(next) * 99, "the forger is the committee");
    }

    /// @dev With the public network's numbers: one honest participant alone weighs everything for a day of epochs.
    function test_theFirstToWorkHoldsAllWeightForADay() public {
        publicLaw();
        enrolAll();
        runEpoch(bob, 1, 252_520_505_344, Verdict.Ok);
        uint64 from = epochNow() + 1;
        for (uint64 epoch = from; epoch < from + 24; ++epoch) {
            vm.assertEq(stakes.totalWeightAt(epoch), 100_000e9, "all weight that there is");
            vm.assertGe(stakes.weightAt(bob, epoch), 100_000e9 - 3, "is that of the one who worked");
        }
        vm.assertEq(stakes.weightAt(bob, from + 24), 1, "and then no more");
        // It decides on others, and on others only.
        (uint256 own,) = stakes.weightsFor(bob, bob, from);
        vm.assertEq(own, 0, "nobody judges himself");
    }

    /// @dev Base work asks for no stake, so a name that is caught has nothing to lose but the name.
    function test_open_aFaultCostsAFreshNameNothing() public {
        enrolAll();
        uint256 before = wealthOf(alice);
        runGuilty(alice, 1, 1_000);
        vm.assertTrue(stakes.slashed(alice), "slashed");
        vm.assertEq(before - wealthOf(alice), 0, "of nothing");
        enrol(nobody, true, false);
        runEpoch(nobody, 5, 1_000, Verdict.Ok);
        vm.assertGt(scoreOf(nobody, 5), 0, "the next name tries again at once");
    }
}
