// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAdjudicator} from "../interfaces/IAdjudicator.sol";

/// @title TypeLib
/// @notice The element types, numbered as TENSOR_TYPES of protocol/trees/tensor.ts, and numbers read as tensors hold them.
library TypeLib {
    uint256 internal constant FLOAT32 = 0;
    uint256 internal constant FLOAT64 = 1;
    uint256 internal constant INT64 = 2;
    uint256 internal constant INT32 = 3;
    uint256 internal constant UINT8 = 4;
    uint256 internal constant BOOL = 5;

    /// Bytes of each type, float32 in the lowest byte.
    uint256 private constant WIDTHS = 0x010104080804;

    uint256 private constant BYTES = 0x00ff00ff00ff00ff;
    uint256 private constant PAIRS = 0x0000ffff0000ffff;

    /// @notice Bytes of an element
    function widthOf(uint256 type_) internal pure returns (uint256) {
        if (type_ > BOOL) revert IAdjudicator.NoSuchType(type_);
        return (WIDTHS >> (8 * type_)) & 0xff;
    }

    /// @notice The bits of the little-endian number of `width` bytes, at most 8, at `at`. The caller sees to it that they are there
    function bitsAt(bytes calldata data, uint256 at, uint256 width) internal pure returns (uint256 bits) {
        unchecked {
            assembly ("memory-safe") {
                bits := shr(192, calldataload(add(data.offset, at)))
            }
            bits = ((bits >> 8) & BYTES) | ((bits & BYTES) << 8);
            bits = ((bits >> 16) & PAIRS) | ((bits & PAIRS) << 16);
            bits = (bits >> 32) | ((bits & 0xffffffff) << 32);
            return bits & ((1 << (8 * width)) - 1);
        }
    }

    /// @notice What the bits of an integer of this type stand for
    function integerOf(uint256 bits, uint256 type_) internal pure returns (int256) {
        if (type_ == INT64) return int64(uint64(bits));
        if (type_ == INT32) return int32(uint32(bits));
        return int256(bits);
    }
}
