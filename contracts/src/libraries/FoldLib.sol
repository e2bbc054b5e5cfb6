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
    function sumOf(Instruction memory ins, bytes calldata operands) internal pure returns (uint256 sum) {
        uint256 width = TypeLib.widthOf(ins.type_);
        sum = TypeLib.bitsAt(operands, 0, width);
        for (uint256 at = width; at < operands.length; at += width) {
            sum = ElementLib.add(ins.type_, sum, TypeLib.bitsAt(operands, at, width));
        }
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
