// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {vm} from "../support/Vm.sol";
import {DisputeActions} from "./DisputeActions.sol";
import {EpochActions} from "./EpochActions.sol";
import {Handler} from "./Handler.sol";
import {JobActions} from "./JobActions.sol";
import {People} from "./People.sol";

/// @notice DESIGN section 9: at every block pool + stakes + escrows + unclaimed + wallets + burned = 100,000,000 CXT.
contract ConservationTest {
    uint256 private constant NETWORKS = 16;
    uint256 private constant STEPS = 160;

    Handler private handler;
    /// What must happen, or the invariants say nothing.
    string[24] private deeds = [
        "work",
        "reveal",
        "accept",
        "disputed",
        "settle",
        "claimWork",
        "claimAudit",
        "bounty",
        "stake",
        "unstake",
        "withdraw",
        "post",
        "claim",
        "redeem",
        "auditFee",
        "release",
        "refund",
        "expire",
        "convict",
        "accuse",
        "guilty",
        "innocent",
        "undecided",
        "meddle"
    ];
    mapping(uint256 deed => uint256) private counts;

    function setUp() public {
        handler = new Handler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @dev Work and its payment are drawn more often than the rest: without them nobody has anything to act with.
    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[24] memory all = [
            EpochActions.work.selector,
            EpochActions.work.selector,
            EpochActions.work.selector,
            Handler.settleAll.selector,
            Handler.claimAll.selector,
            Handler.claimBounties.selector,
            JobActions.claimAuditFees.selector,
            EpochActions.finalizeLate.selector,
            Handler.expireAll.selector,
            People.stake.selector,
            People.stake.selector,
            People.unstake.selector,
            People.withdrawAll.selector,
            JobActions.postOne.selector,
            JobActions.claimShards.selector,
            JobActions.claimShards.selector,
            JobActions.redeemAll.selector,
            JobActions.releaseOne.selector,
            JobActions.refundOne.selector,
            EpochActions.convictOne.selector,
            EpochActions.convictOne.selector,
            DisputeActions.endOne.selector,
            DisputeActions.endOne.selector,
            People.meddle.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), new bytes4[](all.length + 1));
        for (uint256 i; i < all.length; ++i) {
            targets[0].selectors[i] = all[i];
        }
        targets[0].selectors[all.length] = People.wait.selector;
    }

    /// @dev One campaign for all sentences, so that each of its calls is checked against all of them.
    function invariant_everyWeiIsSomewhereAndWhoseItIs() public view {
        everyWeiIsSomewhere();
        noPromiseExceedsThePool();
        stakeIsWithdrawnOrSlashedNeverBoth();
    }

    function everyWeiIsSomewhere() private view {
        (uint256 minted, uint256 burned) = handler.supply();
        (uint256 remaining, uint256 unclaimed, uint256 inPool) = handler.pots();
        (uint256 ofStakes, uint256 ofMarket, uint256 ofCourt, uint256 ofDisputes) = handler.balances();
        vm.assertEq(remaining + unclaimed, inPool, "the pool holds what remains and what is owed");
        vm.assertEq(ofStakes, handler.staked(), "the registry holds the stakes and what unbonds");
        vm.assertEq(
            ofMarket, handler.escrowed() + handler.auditFeesDue(), "the market holds escrows and the auditors' parts"
        );
        vm.assertEq(ofDisputes, handler.bonds(), "the dispute court holds the bonds of open disputes");
        vm.assertEq(handler.elsewhere(), 0, "no other contract holds anything");
        vm.assertEq(
            inPool + ofStakes + ofMarket + ofCourt + ofDisputes + handler.inWallets() + burned,
            minted,
            "every wei is somewhere"
        );
    }

    function noPromiseExceedsThePool() private view {
        (, uint256 unclaimed,) = handler.pots();
        vm.assertLe(handler.owed(), unclaimed, "what accounts can claim was released for them");
    }

    function stakeIsWithdrawnOrSlashedNeverBoth() private view {
        for (uint256 i; i < handler.people(); ++i) {
            (uint256 expected, uint256 found) = handler.stakeOf(i);
            vm.assertEq(found, expected, "stake is where it was put, withdrawn or slashed, and never two of them");
        }
    }

    /// @dev The invariants' own test: the handler really does everything, from fixed dice.
    function test_theHandlerDoesEverything() public {
        for (uint256 network; network < NETWORKS; ++network) {
            setUp();
            live(network);
            invariant_everyWeiIsSomewhereAndWhoseItIs();
            for (uint256 i; i < deeds.length; ++i) {
                counts[i] += handler.done(deeds[i]);
            }
        }
        for (uint256 i; i < deeds.length; ++i) {
            vm.assertGt(counts[i], 0, string.concat("it happens: ", deeds[i]));
        }
    }

    function live(uint256 network) private {
        bytes4[] memory selectors = targetSelectors()[0].selectors;
        for (uint256 step; step < STEPS; ++step) {
            uint256 dice = uint256(keccak256(abi.encode(network, step)));
            bytes4 selector = selectors[dice % selectors.length];
            (bool success,) = address(handler)
                .call(abi.encodePacked(selector, keccak256(abi.encode(dice, 1)), keccak256(abi.encode(dice, 2)), dice));
            vm.assertTrue(success, "no action reverts");
        }
    }
}
