// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title EmissionLib
/// @notice What an epoch releases (DESIGN section 9): cap(e) = remaining x r, released = cap x min(W / R, 1). Every
/// rounding favours the pool, and a function's name says which way it rounds: caps and releases down, the mark up.
library EmissionLib {
    uint256 internal constant ONE = 1e18;
    /// The mark at most doubles in an epoch. Without a bound, one captured committee that accepts 2^104 units would end
    /// emission: at a half-life of a year it takes 45 years to come down from there to 2^59, what one GPU does in an hour.
    /// With it, each captured epoch halves later releases at most, and honest growth up to twofold an epoch is followed.
    uint256 internal constant RISE = 2;
    /// Where the mark may rise to from nothing: 2^40 units, a second of one processor core at 1 TFLOP/s. A network of any
    /// size is reached from there by doubling; until then more work than the mark releases the full cap, never more.
    uint256 internal constant START = 2 ** 40;

    function capDown(uint256 remaining, uint256 releaseRate) internal pure returns (uint256) {
        return Math.mulDiv(remaining, releaseRate, ONE);
    }

    /// @notice The high-water mark after `epochs` of decay, raised to `work` if that is more: R <= 2 x previous R + START.
    function highWaterUp(uint256 mark, uint256 decayRate, uint256 epochs, uint256 work)
        internal
        pure
        returns (uint256)
    {
        uint256 decayed = Math.mulDiv(mark, powerUp(decayRate, epochs), ONE, Math.Rounding.Ceil);
        return Math.max(decayed, Math.min(work, RISE * mark + START));
    }

    function releasedDown(uint256 cap, uint256 work, uint256 mark) internal pure returns (uint256) {
        return work >= mark ? (work == 0 ? 0 : cap) : Math.mulDiv(cap, work, mark);
    }

    /// @notice base^exponent in 1e18 fixed point by squaring, for a base of at most 1; O(log exponent).
    function powerUp(uint256 base, uint256 exponent) internal pure returns (uint256 result) {
        result = ONE;
        for (; exponent != 0; exponent >>= 1) {
            if (exponent & 1 == 1) result = Math.mulDiv(result, base, ONE, Math.Rounding.Ceil);
            base = Math.mulDiv(base, base, ONE, Math.Rounding.Ceil);
        }
    }
}
