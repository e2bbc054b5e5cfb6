// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ElementLib} from "./ElementLib.sol";
import {Float32Lib} from "./Float32Lib.sol";
import {FmaChainLib} from "./FmaChainLib.sol";
import {Instruction, InstructionLib} from "./InstructionLib.sol";
import {OpcodeLib} from "./OpcodeLib.sol";
import {TypeLib} from "./TypeLib.sol";

/// @title FoldLib
/// @notice One element out of many terms: products, sums, the largest. docs/adjudication.md has the order of the additions.
/// @dev The caller has seen that the operands are as long as they must be.
library FoldLib {
    using InstructionLib for Instruction;

    /// Little-endian, as tensors hold them.
    bytes4 private constant ONE = 0x0000803f;
    bytes4 private constant NEGATIVE_ZERO = 0x00000080;

    function dot(Instruction memory ins, bytes calldata operands) internal pure returns (uint256 sum) {
        uint256 length = ins.terms * 4;
        uint256 mode = ins.attribute(1);
        uint256 bias;
        if (mode != OpcodeLib.NO_BIAS) {
            bias = Float32Lib.mul(TypeLib.bitsAt(operands, 2 * length, 4), ins.attribute(3));
        }
        sum = FmaChainLib.product(
            operands[:length],
            operands[length:2 * length],
            ins.attribute(0),
            bias,
            mode != OpcodeLib.BIAS_IN_FRONT,
            ins.attribute(2)
        );
        if (mode == OpcodeLib.BIAS_BEHIND) sum = Float32Lib.add(sum, bias);
    }

    /// @notice The first term as it is, and an addition for each that follows
    /// @dev x × 1 is x, so a sum of float32 is a chain of fused multiply-adds with ones, which is far cheaper than as many
    /// additions. The chain begins at +0: that is another beginning only where every term is -0, and so is their sum.
    function sumOf(Instruction memory ins, bytes calldata operands) internal pure returns (uint256 sum) {
        uint256 width = TypeLib.widthOf(ins.type_);
        if (ins.type_ == TypeLib.FLOAT32 && ins.terms <= FmaChainLib.LONGEST_BLOCK) {
            if (_areAll(operands, NEGATIVE_ZERO)) return Float32Lib.neg(0);
            return FmaChainLib.chain(operands, _repeated(ONE, ins.terms), 0, ins.terms);
        }
        sum = TypeLib.bitsAt(operands, 0, width);
        for (uint256 at = width; at < operands.length; at += width) {
            sum = ElementLib.add(ins.type_, sum, TypeLib.bitsAt(operands, at, width));
        }
    }

    /// @dev As many of the same four bytes, as tensors hold them.
    function _repeated(bytes4 number, uint256 count) private pure returns (bytes memory all) {
        all = new bytes(count * 4);
        bytes32 eight = number;
        for (uint256 i; i < 3; ++i) {
            eight |= eight >> (32 << i);
        }
        for (uint256 at; at < all.length; at += 32) {
            // The memory of an array is allocated in whole words, and what is written beyond its length is read by nobody.
            assembly ("memory-safe") {
                mstore(add(add(all, 32), at), eight)
            }
        }
    }

    function _areAll(bytes calldata numbers, bytes4 number) private pure returns (bool) {
        for (uint256 at; at < numbers.length; at += 4) {
            if (bytes4(numbers[at:at + 4]) != number) return false;
        }
        return true;
    }

    /// @notice Whether this is the largest term; of zeros either. With a NaN among the terms what comes out depends on the place in
    /// memory: then NaN passes, and each of the terms
    function isLargest(Instruction memory ins, bytes calldata operands, uint256 mine) internal pure returns (bool) {
        uint256 type_ = ins.type_;
        uint256 width = TypeLib.widthOf(type_);
        uint256 largest = TypeLib.bitsAt(operands, 0, width);
        (bool hasNan, bool isTerm) = (false, false);
        for (uint256 at; at < operands.length; at += width) {
            uint256 term = TypeLib.bitsAt(operands, at, width);
            if (ElementLib.isNan(type_, term)) hasNan = true;
            if (ElementLib.less(type_, largest, term)) largest = term;
            if (ElementLib.same(type_, term, mine, true)) isTerm = true;
        }
        return hasNan ? isTerm : ElementLib.same(type_, largest, mine, true);
    }
}
