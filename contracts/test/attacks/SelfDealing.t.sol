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

        uint256 lost = market.feeLost(alice, 1);
        vm.assertLe(emission * 100, lost * 90, "emission is 90 % of what cannot be had back, at most");
        vm.assertLt(wealth(), before, "whoever pays itself is poorer than before");
        vm.assertGe(before - wealth(), fee * 15 / 1000, "by 1.5 % of the fee at least");
    }

    /// @dev In the words of the law: it gets 85 % + 90 % of 15 % = 98.5 % back.
    function test_oneHundredCxtBecomeNinetyEightAndAHalf() public {
        hire();
        IWorkLedger.Leaf memory leaf = dealWith(100e18, 1_000);
        uint256 before = wealth();
        deliver(alice, 1, leaf);
        redeem(alice, 1, leaf);
        settle(1);
        earn(alice, 1);
        vm.assertEq(wealth() - before, 98.5e18, "of 100 CXT in escrow");
    }

    /// @dev The same proof under a second epoch's commitment passes its audit: it is work, and it was its worker's. It is
    /// paid once, and the second epoch's emission for it has no fee to be bounded by.
    function test_aProofCommittedTwiceIsPaidOnce() public {
        hire();
        IWorkLedger.Leaf memory leaf = dealWith(100e18, 1_000);
        deliver(alice, 1, leaf);
        redeem(alice, 1, leaf);
        deliver(alice, 5, leaf);
        vm.expectRevert(abi.encodeWithSelector(ITaskMarket.NotOpen.selector, uint256(leaf.task)));
        redeem(alice, 5, leaf);
        settle(1);
        settle(5);
        earn(alice, 1);
        uint256 before = wealth();
        vm.assertEq(market.feeLost(alice, 5), 0, "no fee was left behind the second time");
        vm.assertEq(earn(alice, 5), 0, "so there is no emission for it");
        vm.assertEq(wealth(), before, "and nothing was gained");
    }

    /// @dev The auditors' tenth comes back to a self-dealer who reveals verdicts on itself. It pays from 15 % of them on.
    function testFuzz_open_ownAuditorsMakeItPay(uint256 auditors, uint256 own, uint256 fee) public {
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
        judge(1, only(alice), judges, says);
        redeem(alice, 1, leaf);
        settle(1);
        earn(alice, 1);
        uint256 back;
        for (uint256 i; i < own; ++i) {
            vm.prank(named(i));
            market.claimAuditFee(alice, 1);
            back += token.balanceOf(named(i));
        }
        // 85 + 13.5 + 10 x own / auditors > 100
        bool pays = own * 100 > 15 * auditors;
        vm.assertTrue((wealth() + back > before) == pays, "the line is 15 % of the reveals");
    }

    /// @dev A fee of one wei carries any number of units: they earn its owner nothing, and take from Bob's share.
    function test_open_unpaidUnitsDiluteThoseOfOthers() public {
        hire();
        IWorkLedger.Leaf memory leaf = dealWith(1, 999_000);
        uint256 before = wealth() + 1;
        commit(alice, 1, hashOf(leaf), leaf.units, leaf.units);
        commitBase(bob, 1, 1_000);
        accept(1, both(alice, bob));
        redeem(alice, 1, leaf);
        settle(1);
        earn(alice, 1);
        vm.assertEq(wealth(), before, "the self-dealer has its wei back and no more");
        uint256 pot = pool.released(1) * 80 / 100;
        vm.assertEq(earn(bob, 1), pot / 1_000, "Bob has a thousandth of what would be his alone");
        goTo(claimableFrom(1) + law.claimWindowSeconds);
        uint256 owed = pool.unclaimed();
        uint256 remaining = pool.remaining();
        pool.expire(1);
        vm.assertEq(pool.remaining(), remaining + owed, "the rest returns to the pool, for all, later");
        vm.assertGt(owed, pot * 99 / 100, "nearly all of it");
    }
}
