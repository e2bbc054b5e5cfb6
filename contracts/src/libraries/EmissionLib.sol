// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title EmissionLib
/// @notice What an epoch releases (DESIGN section 9): cap(e) = remaining x r, released = cap x W / R. What is released rounds down, so the mark rounds up.
library EmissionLib {
    uint256 internal constant ONE = 1e18;

    function capOf(uint256 remaining, uint256 releaseRate) internal pure returns (uint256) {
        return Math.mulDiv(remaining, releaseRate, ONE);
    }

    /// @notice The high-water mark after `epochs` of decay, raised to `work` if that is more.
    function highWater(uint256 mark, uint256 decayRate, uint256 epochs, uint256 work) internal pure returns (uint256) {
        return Math.max(Math.mulDiv(mark, power(decayRate, epochs), ONE, Math.Rounding.Ceil), work);
    }

    function released(uint256 cap, uint256 work, uint256 mark) internal pure returns (uint256) {
        return mark == 0 ? 0 : Math.mulDiv(cap, work, mark);
    }

    /// @notice base^exponent in 1e18 fixed point by squaring; O(log exponent).
    function power(uint256 base, uint256 exponent) internal pure returns (uint256 result) {
        result = ONE;
        for (; exponent != 0; exponent >>= 1) {
            if (exponent & 1 == 1) result = Math.mulDiv(result, base, ONE);
            base = Math.mulDiv(base, base, ONE);
        }
    }
}
