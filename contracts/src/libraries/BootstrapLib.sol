// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title BootstrapLib
/// @notice Weight of recently verified work, for as long as little is staked (DESIGN section 7). Weights are in gwei of CXT.
/// With S the staked weight and u / U a validator's part of the units verified in the window, it has (M - S) x u / U more:
/// all of the weight at genesis, nothing once M is staked. Parts of U do not depend on how many accounts share them, so
/// splitting oneself gains nothing, and the total is M whoever works.
library BootstrapLib {
    /// M: a thousandth of all CXT that will ever be, 100,000 CXT, in gwei. The pool releases as much in the first three
    /// days of full epochs (2,000 CXT an hour), so the phase ends as soon as a few per cent of a few months' CXT is staked.
    uint256 internal constant MASS = 100_000e9;
    /// Epochs that count as recent: a day of hourly ones, so that the hour of the day does not matter.
    uint64 internal constant WINDOW = 24;
    /// One commitment counts for an eighth of the window's units at most, however much a captured committee accepts for
    /// it. Steady work is a 24th of its own window, so the bound only meets what grows threefold within an epoch.
    uint256 internal constant PART = 8;
    /// What one may count for when nobody has worked yet: 2^60 units, an hour of a GPU at 320 TFLOP/s.
    uint256 internal constant START = 2 ** 60;

    /// @notice How many of an accepted commitment's units count, after `recent` units in the window.
    function creditDown(uint256 units, uint256 recent) internal pure returns (uint256) {
        return Math.min(units, START + recent / PART);
    }

    /// @notice All weight of an epoch.
    function total(uint256 staked, uint256 recent) internal pure returns (uint256) {
        return recent == 0 ? staked : Math.max(staked, MASS);
    }

    /// @notice What a validator's part of the window's units adds to its stake.
    function weightDown(uint256 staked, uint256 mine, uint256 recent) internal pure returns (uint256) {
        return staked >= MASS || mine == 0 ? 0 : Math.mulDiv(MASS - staked, mine, recent);
    }
}
