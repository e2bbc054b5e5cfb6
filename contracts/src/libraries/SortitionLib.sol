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
}
