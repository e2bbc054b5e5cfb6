// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ScoreLib} from "../../src/libraries/ScoreLib.sol";
import {Tier} from "../../src/types/Tier.sol";
import {bound, vm} from "../support/Vm.sol";

contract ScoreLibTest {
    function testFuzz_reputationStaysBetweenNewcomerAndVeteran(uint256 reputation, bool served) public pure {
        reputation = bound(reputation, 0.5e18, 1.5e18);
        uint256 next = served ? ScoreLib.raised(reputation) : ScoreLib.lowered(reputation);
        vm.assertGe(next, 0.5e18, "never below a newcomer");
        vm.assertLe(next, 1.5e18, "never above a veteran");
        if (served) vm.assertGe(next, reputation, "served work raises it");
        else vm.assertLe(next, reputation, "unserved data lowers it");
    }

    function testFuzz_qualityIsBetweenZeroAndOne(uint64 claimed, uint64 lapsed) public pure {
        lapsed = uint64(bound(lapsed, 0, claimed));
        uint256 quality = ScoreLib.qualityOf(claimed, lapsed);
        vm.assertGt(quality, 0, "nobody scores nothing for good");
        vm.assertLe(quality, 1e18, "nobody delivers more than he claims");
    }

    function testFuzz_anyWorkScores(uint8 tier, uint256 quality, uint256 reputation) public pure {
        quality = bound(quality, 0, 1e18);
        reputation = bound(reputation, 0.5e18, 1.5e18);
        uint24 merit = ScoreLib.meritDown(Tier(tier % 4), quality, reputation);
        vm.assertGt(merit, 0, "accepted work counts");
        vm.assertLe(merit, 3_000_000, "at most twice for the tier and one and a half for the veteran");
    }

    function testFuzz_moreMemoryBetterPaid(uint256 quality, uint256 reputation) public pure {
        quality = bound(quality, 1e14, 1e18);
        reputation = bound(reputation, 0.5e18, 1.5e18);
        uint24 below = ScoreLib.meritDown(Tier.TidePool, quality, reputation);
        for (uint8 tier = 1; tier < 4; ++tier) {
            uint24 merit = ScoreLib.meritDown(Tier(tier), quality, reputation);
            vm.assertGt(merit, below, "each tier counts more than the one below");
            below = merit;
        }
    }

    function test_meritIsTheProductInMillionths() public pure {
        vm.assertEq(ScoreLib.meritDown(Tier.TidePool, 1e18, 0.5e18), 500_000, "a newcomer");
        vm.assertEq(ScoreLib.meritDown(Tier.BlueSurge, 1e18, 1e18), 1_250_000, "a quarter more");
        vm.assertEq(ScoreLib.meritDown(Tier.OpenOcean, 0.5e18, 1e18), 750_000, "half delivered");
        vm.assertEq(ScoreLib.meritDown(Tier.MarianaDepth, 1e18, 1.5e18), 3_000_000, "the most there is");
    }

    function test_aNewcomerThatDeliveredEverything() public pure {
        vm.assertEq(ScoreLib.qualityOf(0, 0), 1e18, "nothing claimed, nothing lapsed");
        vm.assertEq(ScoreLib.raised(0.5e18), 0.5625e18, "a sixteenth of the way to 1.5");
        vm.assertEq(ScoreLib.lowered(1.5e18), 1.25e18, "a quarter of the way to 0.5");
    }
}
