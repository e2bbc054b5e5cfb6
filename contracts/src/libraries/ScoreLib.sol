// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Tier} from "../types/Tier.sol";

/// @title ScoreLib
/// @notice score = units x merit, merit = rate x quality x reputation (DESIGN section 9), in millionths.
library ScoreLib {
    uint256 internal constant ONE = 1e18;
    /// A fresh identity is worth less than an old one.
    uint256 internal constant NEWCOMER = 0.5e18;
    uint256 internal constant VETERAN = 1.5e18;

    /// @notice What a unit of a tier counts, in hundredths: a quarter more for each step up in memory, twice as much at the
    /// top, so that a tier never outweighs what separates a newcomer from a veteran (threefold). Only base tasks are
    /// scored: market work is paid by its fees.
    function rateOf(Tier tier) internal pure returns (uint256) {
        if (tier == Tier.TidePool) return 100;
        if (tier == Tier.BlueSurge) return 125;
        return tier == Tier.OpenOcean ? 150 : 200;
    }

    /// @notice At most 2 x 1 x 1.5 = 3,000,000, which fits 24 bits; at least 1, so that accepted work always counts.
    /// @param quality,reputation in 1e18; 100 x 1e18 x 1e18 of the factors are 1e6 of the merit
    function meritDown(Tier tier, uint256 quality, uint256 reputation) internal pure returns (uint24) {
        return uint24(Math.max(1, rateOf(tier) * quality * reputation / 1e32));
    }

    /// @notice A sixteenth of the way to 1.5 for each accepted epoch.
    function raised(uint256 reputation) internal pure returns (uint256) {
        return reputation + (VETERAN - reputation) / 16;
    }

    /// @notice A quarter of the way back to 0.5 for an epoch whose data was not served.
    function lowered(uint256 reputation) internal pure returns (uint256) {
        return reputation - (reputation - NEWCOMER) / 4;
    }

    /// @notice Shards delivered over shards claimed; one of each is given to everybody, so that nobody starts at 0 / 0.
    function qualityOf(uint256 claimed, uint256 lapsed) internal pure returns (uint256) {
        return Math.mulDiv(claimed - lapsed + 1, ONE, claimed + 1);
    }
}
