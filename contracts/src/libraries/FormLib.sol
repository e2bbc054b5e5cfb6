// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAdjudicator} from "../interfaces/IAdjudicator.sol";
import {ElementLib} from "./ElementLib.sol";
import {FmaChainLib} from "./FmaChainLib.sol";
import {Instruction, InstructionLib} from "./InstructionLib.sol";
import {OpcodeLib} from "./OpcodeLib.sol";
import {TypeLib} from "./TypeLib.sol";

/// @title FormLib
/// @notice Which instructions an element can be computed of: operands, types and attributes as the operation takes them.
library FormLib {
    using InstructionLib for Instruction;

    /// Of more terms an honest worker could not be sure to open all operands in one transaction, and would lose by silence: they go to
    /// the jury. The reference models have up to 2,048.
    uint256 internal constant MOST_TERMS = 4_096;

    function requireForm(Instruction memory ins) internal pure {
        if (!hasForm(ins)) revert IAdjudicator.NoForm(ins.op, ins.type_);
    }

    function hasForm(Instruction memory ins) internal pure returns (bool) {
        uint256 op = ins.op;
        if (ins.terms > MOST_TERMS) return false;
        if (op == OpcodeLib.SCATTER) return _isScatter(ins);
        if (op == OpcodeLib.DOT) return _isDot(ins);
        if (op == OpcodeLib.SUM || op == OpcodeLib.MAX) {
            return
                ins.operandsAt.length == 1 && _areOfType(ins, ins.type_) && ins.type_ <= TypeLib.INT32 && ins.terms > 0;
        }
        // What is not folded has one term.
        if (ins.terms != 1) return false;
        if (op == OpcodeLib.MOVE) return ins.operandsAt.length > 0 && _areOfType(ins, ins.type_);
        if (op == OpcodeLib.TAKE) return _isTake(ins);
        return _isElement(ins);
    }

    function _isElement(Instruction memory ins) private pure returns (bool) {
        uint256 arity = ElementLib.arityOf(ins.op);
        if (arity == 0 || arity != ins.operandsAt.length) return false;
        uint256 a = ins.typeOf(0);
        uint256 b = arity > 1 ? ins.typeOf(1) : a;
        return ElementLib.hasForm(ins.op, ins.type_, a, b, arity > 2 ? ins.typeOf(2) : a);
    }

    function _isTake(Instruction memory ins) private pure returns (bool) {
        return
            ins.operandsAt.length == 2 && ins.attributes == 2 && _isIndex(ins.typeOf(0)) && ins.typeOf(1) == ins.type_;
    }

    function _isScatter(Instruction memory ins) private pure returns (bool) {
        return ins.operandsAt.length == 3 && ins.attributes == 2 && _isIndex(ins.typeOf(1))
            && ins.typeOf(0) == ins.type_ && ins.typeOf(2) == ins.type_ && ins.type_ <= TypeLib.INT32
            && ins.attribute(0) > 0 && ins.attribute(1) > 0;
    }

    function _isDot(Instruction memory ins) private pure returns (bool) {
        if (ins.type_ != TypeLib.FLOAT32 || ins.attributes != 4) return false;
        uint256 terms = ins.attribute(0);
        uint256 bias = ins.attribute(1);
        return terms > 0 && terms <= FmaChainLib.LONGEST_BLOCK && bias <= OpcodeLib.BIAS_BEHIND
            && ins.operandsAt.length == (bias == OpcodeLib.NO_BIAS ? 2 : 3) && _areOfType(ins, TypeLib.FLOAT32);
    }

    function _isIndex(uint256 type_) private pure returns (bool) {
        return type_ == TypeLib.INT64 || type_ == TypeLib.INT32;
    }

    function _areOfType(Instruction memory ins, uint256 type_) private pure returns (bool) {
        for (uint256 i; i < ins.operandsAt.length; ++i) {
            if (ins.typeOf(i) != type_) return false;
        }
        return true;
    }
}
