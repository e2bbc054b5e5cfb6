// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title LogLib
/// @notice How the values of a segment lie in blocks: as many blocks as values in one, about. protocol/dispute computes the same.
library LogLib {
    /// @param length values of all steps together
    function sideOf(uint256 length) internal pure returns (uint256) {
        return Math.sqrt(length, Math.Rounding.Ceil);
    }

    function blocksOf(uint256 length) internal pure returns (uint256) {
        return Math.ceilDiv(length, sideOf(length));
    }

    /// @notice Values of a block; the last one may be shorter.
    function sizeOf(uint256 length, uint256 block_) internal pure returns (uint256) {
        uint256 side = sideOf(length);
        return Math.min(length, (block_ + 1) * side) - block_ * side;
    }
}
