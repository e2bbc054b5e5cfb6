// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {IMiningPool} from "../../src/interfaces/IMiningPool.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract ClaimTest is World {
    function setUp() public override {
        super.setUp();
        enrolAll();
    }

    function claimWork(address who, uint64 epoch) internal returns (uint256) {
        uint256 before = token.balanceOf(who);
        vm.prank(who);
        pool.claimWork(epoch);
        return token.balanceOf(who) - before;
    }

    function claimAudit(address who, uint64 epoch) internal returns (uint256) {
        uint256 before = token.balanceOf(who);
        vm.prank(who);
        pool.claimAudit(epoch);
        return token.balanceOf(who) - before;
    }

    /// @dev Alice delivers a leaf of a job, Bob does base tasks.
    function deliverBesideBase(IWorkLedger.Leaf memory leaf) internal {
        commit(alice, 1, hashOf(leaf), leaf.units, leaf.units);
        commitBase(bob, 1, 1_000);
        draw(1);
        acceptBoth(1);
        settle(1);
        goTo(claimableFrom(1));
    }

    function ready() internal returns (uint256 released) {
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        settle(1);
        goTo(claimableFrom(1));
        return pool.released(1);
    }

    function test_theOnlyWorkerGetsTheWorkPart() public {
        uint256 released = ready();
        (uint256 work, uint256 audited) = pool.claimable(alice, 1);
        (uint256 base,) = workPart(released);
        vm.assertEq(work, base, "80 % to compute, less a tenth of it for market work");
        vm.assertEq(audited, 0, "Alice audited nobody");
        vm.assertEq(claimWork(alice, 1), work, "what was announced is paid");
        vm.expectRevert(IMiningPool.NothingToClaim.selector);
        vm.prank(alice);
        pool.claimWork(1);
    }

    function test_validatorsShareTheirPartByVerdicts() public {
        uint256 released = ready();
        uint256 part = released - released * 80 / 100;
        vm.assertEq(claimAudit(carol, 1), part / 2, "one verdict of two");
        vm.assertEq(claimAudit(dave, 1), part / 2, "and the other");
        vm.expectRevert(IMiningPool.NothingToClaim.selector);
        vm.prank(dave);
        pool.claimAudit(1);
        vm.expectRevert(IMiningPool.NothingToClaim.selector);
        vm.prank(nobody);
        pool.claimAudit(1);
    }

    function testFuzz_workersShareByScore(uint128 first, uint128 second) public {
        first = uint128(bound(first, 1, type(uint104).max));
        second = uint128(bound(second, 1, type(uint104).max));
        commitBase(alice, 1, first);
        commitBase(bob, 1, second);
        draw(1);
        acceptBoth(1);
        settle(1);
        goTo(claimableFrom(1));
        (uint256 a,) = pool.claimable(alice, 1);
        (uint256 b,) = pool.claimable(bob, 1);
        uint256 pot = basePart(1);
        vm.assertLe(a + b, pot, "shares fit into the pot");
        vm.assertLe(pot - a - b, 1, "and leave a wei at most");
        if (first >= second) vm.assertGe(a, b, "more work, no smaller share");
    }

    function test_rewardsVest() public {
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        settle(1);
        vm.warp(claimableFrom(1) - 1);
        (uint256 work,) = pool.claimable(alice, 1);
        vm.assertEq(work, 0, "not yet");
        vm.expectRevert(abi.encodeWithSelector(IMiningPool.NotClaimable.selector, 1));
        vm.prank(alice);
        pool.claimWork(1);
    }

    function test_aFaultForfeitsWhatVests() public {
        ready();
        vm.prank(address(court));
        stakes.slash(alice);
        (uint256 work,) = pool.claimable(alice, 1);
        vm.assertEq(work, 0, "nothing for the slashed");
        vm.expectRevert(abi.encodeWithSelector(IMiningPool.AccountSlashed.selector, alice));
        vm.prank(alice);
        pool.claimWork(1);
    }

    function test_whatNobodyClaimsReturns() public {
        uint256 released = ready();
        uint256 taken = claimWork(alice, 1);
        uint256 before = pool.remaining();
        vm.expectRevert(abi.encodeWithSelector(IMiningPool.NotExpired.selector, 1));
        pool.expire(1);
        vm.warp(claimableFrom(1) + law.claimWindowSeconds);
        pool.expire(1);
        vm.assertEq(pool.remaining(), before + released - taken, "the auditors' part returns to the pool");
        vm.assertEq(pool.unclaimed(), 0, "nothing is owed any more");
        vm.expectRevert(abi.encodeWithSelector(IMiningPool.NotExpired.selector, 1));
        pool.expire(1);
        vm.expectRevert(abi.encodeWithSelector(IMiningPool.NotClaimable.selector, 1));
        vm.prank(carol);
        pool.claimAudit(1);
    }

    function test_anUnsettledEpochNeverExpires() public {
        vm.warp(endOf(1) + 1e7);
        vm.expectRevert(abi.encodeWithSelector(IMiningPool.NotExpired.selector, 1));
        pool.expire(1);
    }

    /// @dev Emission on market work stays below what its payer cannot get back, and follows its payment.
    function test_marketWorkEarnsLessThanItsPayerLoses() public {
        hire();
        uint256 job = post(nobody, 4, 0, 1_000, 100e18);
        claim(alice, job, 0, 15);
        deliverBesideBase(leafOf(job, 0, 15, 1_000));
        (uint256 work,) = pool.claimable(alice, 1);
        vm.assertEq(work, 0, "nothing before the fee is paid");
        market.redeem(alice, 1, leafOf(job, 0, 15, 1_000), noPath());
        (work,) = pool.claimable(alice, 1);
        vm.assertEq(market.burnedFor(alice, 1), 5e18, "a twentieth of the fee");
        vm.assertEq(work, 4.5e18, "90 % of it, though there is far more");
        claimWork(alice, 1);
        (work,) = pool.claimable(alice, 1);
        vm.assertEq(work, 0, "once");
    }

    function test_eachPaymentFreesMore() public {
        hire();
        uint256 job = post(nobody, 2, 0, 10, 1e18);
        claim(alice, job, 0, 3);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 1, 5);
        deliverBesideBase(leaf);
        market.redeem(alice, 1, leaf, noPath());
        vm.assertEq(claimWork(alice, 1), 0.5e18 * 5 / 100 * 90 / 100, "as far as it was paid");
    }

    /// @dev A job of 2^100 units for a wei takes nothing from anybody.
    function test_unitsThatASubmitterDeclaresDiluteNobody() public {
        hire();
        uint256 job = post(nobody, 1, 0, 2 ** 100, 1);
        claim(alice, job, 0, 1);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 1, 2 ** 100);
        deliverBesideBase(leaf);
        market.redeem(alice, 1, leaf, noPath());
        (uint256 work,) = pool.claimable(alice, 1);
        vm.assertEq(work, 0, "a wei has no twentieth");
        (work,) = pool.claimable(bob, 1);
        vm.assertEq(work, basePart(1), "Bob did all the base tasks");
        vm.assertEq(pool.highWater(), 1_000, "and the mark knows of nothing else");
    }

    /// @dev Fees of more than the part for market work: who comes first is paid, and nobody beyond it.
    function testFuzz_marketWorkNeverTakesMoreThanItsPart(uint256 fee) public {
        hire();
        putStake(alice, 3_000e18);
        fee = bound(fee, 1, 2_000_000e18);
        uint256 job = post(nobody, 1, 0, 10, fee);
        claim(alice, job, 0, 1);
        IWorkLedger.Leaf memory leaf = leafOf(job, 0, 1, 10);
        deliverBesideBase(leaf);
        market.redeem(alice, 1, leaf, noPath());
        (, uint256 part) = workPart(pool.released(1));
        (uint256 work,) = pool.claimable(alice, 1);
        vm.assertLe(work, part, "the part");
        vm.assertLe(work, market.burnedFor(alice, 1) * 90 / 100, "and what was burned");
        if (work == 0) return;
        claimWork(alice, 1);
        (work,) = pool.claimable(alice, 1);
        vm.assertEq(work, 0, "once");
        vm.assertEq(claimWork(bob, 1), basePart(1), "and base work is paid as if there were none");
    }

    function testFuzz_aShareNeverExceedsThePot(uint128 units, uint128 marketUnits) public {
        units = uint128(bound(units, 1, type(uint104).max));
        marketUnits = uint128(bound(marketUnits, 1, units));
        uint256 job = post(nobody, 1, 0, marketUnits, 1e18);
        putStake(alice, 2_000e18);
        claim(alice, job, 0, 1);
        commit(alice, 1, keccak256("some root"), units, marketUnits);
        draw(1);
        audit(alice, 1, Verdict.Ok);
        ledger.finalize(alice, 1);
        settle(1);
        goTo(claimableFrom(1));
        (uint256 work,) = pool.claimable(alice, 1);
        vm.assertEq(work, marketUnits == units ? 0 : basePart(1), "market work that was not redeemed earns nothing");
    }
}
