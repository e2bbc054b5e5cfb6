// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ScoreLib} from "../../src/libraries/ScoreLib.sol";
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

    function testFuzz_anyWorkScores(uint128 units, uint256 reputation) public pure {
        units = uint128(bound(units, 1, type(uint128).max));
        reputation = bound(reputation, 0.5e18, 1.5e18);
        vm.assertGt(ScoreLib.scoreOf(units, 1e18, reputation), 0, "one unit of a newcomer counts");
    }

    function test_aNewcomerThatDeliveredEverything() public pure {
        vm.assertEq(ScoreLib.qualityOf(0, 0), 1e18, "nothing claimed, nothing lapsed");
        vm.assertEq(ScoreLib.raised(0.5e18), 0.5625e18, "a sixteenth of the way to 1.5");
        vm.assertEq(ScoreLib.lowered(1.5e18), 1.25e18, "a quarter of the way to 0.5");
    }
}
