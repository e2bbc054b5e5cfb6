// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {vm} from "../support/Vm.sol";
import {ConservationTest} from "./Conservation.t.sol";

/// @notice The invariants' own test: the handler must really do everything, or its invariants say nothing.
contract CampaignTest is ConservationTest {
    uint256 private constant NETWORKS = 6;
    uint256 private constant STEPS = 120;
    string[16] private deeds = [
        "work",
        "reveal",
        "accept",
        "slash",
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
        "release"
    ];
    mapping(uint256 deed => uint256) private counts;

    function test_theHandlerDoesEverything() public {
        for (uint256 network; network < NETWORKS; ++network) {
            setUp();
            live(network);
            invariant_everyWeiIsSomewhere();
            invariant_noPromiseExceedsThePool();
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
            (bool success,) = address(handler).call(
                abi.encodePacked(selector, keccak256(abi.encode(dice, 1)), keccak256(abi.encode(dice, 2)), dice)
            );
            vm.assertTrue(success, "no action reverts");
        }
    }
}
