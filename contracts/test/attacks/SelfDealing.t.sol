// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {Ground} from "./Ground.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev Nobody posts a job, Alice works on it, and both are one person who never ran anything.
contract SelfDealingTest is Ground {
    function wealth() internal view returns (uint256) {
        return wealthOf(nobody) + wealthOf(alice);
    }

    /// @dev The job and its leaf, with the fee and a stake that suffices in the self-dealer's hands.
    function dealWith(uint256 fee, uint128 units) internal returns (IWorkLedger.Leaf memory leaf) {
        putStake(alice, fee / 900 + 1e18);
        uint256 job = post(nobody, 1, 0, units, fee);
        claim(alice, job, 0, 1);
        leaf = leafOf(job, 0, 1, units);
    }

    /// @dev However large the fee, and however large a part of the epoch's pot the units would be.
    function testFuzz_payingOneselfLoses(uint256 fee, uint128 units, uint128 others) public {
        hire();
        fee = bound(fee, 10, 1_000_000e18);
        units = uint128(bound(units, 1, type(uint104).max));
        others = uint128(bound(others, 1, type(uint104).max));
        IWorkLedger.Leaf memory leaf = dealWith(fee, units);
        uint256 before = wealth() + fee;

        commit(alice, 1, hashOf(leaf), units, units);
        commitBase(bob, 1, others);
        accept(1, both(alice, bob));
        redeem(alice, 1, leaf);
        settle(1);
        uint256 emission = earn(alice, 1);

        vm.assertLe(emission * 100, market.burnedFor(alice, 1) * 90, "emission is 90 % of what was burned, at most");
        vm.assertLt(wealth(), before, "whoever pays itself is poorer than before");
        vm.assertGe(before - wealth() + 2, fee * 105 / 1000, "by 10.5 % of the fee, but for two roundings");
    }

    /// @dev In the words of the law: it gets 85 % + 90 % of 5 % = 89.5 % back.
    function test_oneHundredCxtBecomeEightyNineAndAHalf() public {
        hire();
        IWorkLedger.Leaf memory leaf = dealWith(100e18, 1_000);
        uint256 before = wealth();
        commit(alice, 1, hashOf(leaf), leaf.units, leaf.units);
        commitBase(bob, 1, 1_000);
        accept(1, both(alice, bob));
        redeem(alice, 1, leaf);
        settle(1);
        earn(alice, 1);
        vm.assertEq(wealth() - before, 89.5e18, "of 100 CXT in escrow");
    }

    /// @dev The same proof under a second epoch's commitment passes its audit: it is work, and it was its worker's. It is
    /// paid once, and the second epoch's emission for it has no fee to be bounded by.
    function test_aProofCommittedTwiceIsPaidOnce() public {
        hire();
        IWorkLedger.Leaf memory leaf = dealWith(100e18, 1_000);
        deliver(alice, 1, leaf);
        redeem(alice, 1, leaf);
        commit(alice, 5, hashOf(leaf), leaf.units, leaf.units);
        commitBase(bob, 5, 1_000);
        accept(5, both(alice, bob));
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotOpen.selector, uint256(leaf.task)));
        redeem(alice, 5, leaf);
        settle(1);
        settle(5);
        earn(alice, 1);
        uint256 before = wealth();
        vm.assertEq(market.burnedFor(alice, 5), 0, "no fee was burned the second time");
        vm.assertEq(scoreOf(alice, 5), 0, "and it counts nowhere else");
        vm.assertGt(pool.released(5), 0, "there is emission");
        vm.assertEq(earn(alice, 5), 0, "and none for it");
        vm.assertEq(wealth(), before, "and nothing was gained");
    }

    /// @dev The auditors' tenth comes back to a self-dealer who reveals verdicts on itself. It loses all the same, if
    /// every one of them is its own: 85 + 4.5 + 10 = 99.5.
    function testFuzz_ownAuditorsDoNotMakeItPay(uint256 auditors, uint256 own, uint256 fee) public {
        everybodyJudges();
        hire();
        auditors = bound(auditors, 1, 12);
        own = bound(own, 0, auditors);
        fee = bound(fee, 1e18, 1_000e18);
        address[] memory judges = new address[](auditors);
        Verdict[] memory says = new Verdict[](auditors);
        for (uint256 i; i < auditors; ++i) {
            (judges[i], says[i]) = (named(i), Verdict.Ok);
            enrol(judges[i], false, true);
        }
        IWorkLedger.Leaf memory leaf = dealWith(fee, 1_000);
        uint256 before = wealth() + fee;

        commit(alice, 1, hashOf(leaf), leaf.units, leaf.units);
        commitBase(bob, 1, 1_000);
        judge(1, both(alice, bob), judges, says);
        redeem(alice, 1, leaf);
        settle(1);
        vm.assertGt(earn(alice, 1), 0, "emission there is");
        uint256 back;
        for (uint256 i; i < own; ++i) {
            vm.prank(named(i));
            market.claimAuditFee(alice, 1);
            back += token.balanceOf(named(i));
        }
        vm.assertLt(wealth() + back, before, "poorer, whoever audits");
        vm.assertGe(before - wealth() - back, fee * 5 / 1000, "by 0.5 % at least");
    }

    /// @dev A fee of one wei carries any number of units: they count nowhere.
    function testFuzz_unpaidUnitsTakeNothingFromOthers(uint128 units) public {
        hire();
        units = uint128(bound(units, 1, type(uint104).max));
        IWorkLedger.Leaf memory leaf = dealWith(1, units);
        uint256 before = wealth() + 1;
        commit(alice, 1, hashOf(leaf), leaf.units, leaf.units);
        commitBase(bob, 1, 1_000);
        accept(1, both(alice, bob));
        redeem(alice, 1, leaf);
        settle(1);
        earn(alice, 1);
        vm.assertEq(wealth(), before, "the self-dealer has its wei back and no more");
        vm.assertEq(earn(bob, 1), basePart(1), "Bob has all that is for base tasks");
        vm.assertEq(pool.highWater(), 1_000, "and the mark is what he did");
    }

    /// @dev Who comes first is paid: a self-dealer can take the epoch's part for market work before others do, at a loss.
    function test_open_aSelfDealerUsesUpThePartForMarketWork() public {
        hire();
        uint256 job = post(nobody, 1, 0, 10, 100e18);
        claim(bob, job, 0, 1);
        IWorkLedger.Leaf memory honest = leafOf(job, 0, 1, 10);
        IWorkLedger.Leaf memory leaf = dealWith(1_000_000e18, 10);
        uint256 before = wealth() + 1_000_000e18;
        commit(alice, 1, hashOf(leaf), 10, 10);
        // Base tasks of somebody, without which an epoch releases nothing.
        enrol(named(1), true, false);
        commitBase(named(1), 1, 1_000);
        commit(bob, 1, hashOf(honest), 10, 10);
        address[] memory workers = new address[](3);
        (workers[0], workers[1], workers[2]) = (alice, bob, named(1));
        accept(1, workers);
        redeem(alice, 1, leaf);
        redeem(bob, 1, honest);
        settle(1);
        uint256 taken = earn(alice, 1);
        vm.assertEq(earn(bob, 1), 0, "nothing is left for Bob, who has his fee");
        (, uint256 ofMarket) = workPart(pool.released(1));
        vm.assertEq(taken, ofMarket, "all of it is hers");
        vm.assertGt(before - wealth(), ofMarket, "and it cost her more than she took");
    }
}
