// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title ScoreLib
/// @notice score = units x quality x reputation (DESIGN section 9), all but the units in 1e18.
library ScoreLib {
    uint256 internal constant ONE = 1e18;
    /// A fresh identity is worth less than an old one.
    uint256 internal constant NEWCOMER = 0.5e18;
    uint256 internal constant VETERAN = 1.5e18;

    function scoreOf(uint128 units, uint256 quality, uint256 reputation) internal pure returns (uint256) {
        return Math.mulDiv(uint256(units) * quality, reputation, ONE);
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
