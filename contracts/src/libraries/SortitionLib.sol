// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title SortitionLib
/// @notice Who is on the committee of a worker and epoch (DESIGN section 7), in O(1).
library SortitionLib {
    /// @notice keccak(seed, worker, validator) < members x weight / total x 2^256
    function isDrawn(bytes32 seed, address worker, address validator, uint256 members, uint256 weight, uint256 total)
        internal
        pure
        returns (bool)
    {
        if (weight == 0 || total == 0) return false;
        if (weight * members >= total) return true;
        uint256 ticket = uint256(keccak256(abi.encode(seed, worker, validator)));
        return ticket < Math.mulDiv(type(uint256).max, weight * members, total);
    }

    /// @notice What a drawn member's verdict counts. Weight decides who is drawn, and must not count again: a validator with a
    /// tenth of all weight beside a hundred small ones would sit on nearly every committee and outweigh all others there. So
    /// every seat counts alike, and only who weighs more than a seat, and therefore always sits, counts its whole weight.
    function seatOf(uint256 members, uint256 weight, uint256 total) internal pure returns (uint256) {
        return Math.max(weight, total / members);
    }
}
