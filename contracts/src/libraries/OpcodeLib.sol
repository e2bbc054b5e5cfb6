// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title OpcodeLib
/// @notice Opcodes of a program, docs/disputes.md; protocol/dispute/opcodes.ts has the same numbers. Only append.
library OpcodeLib {
    uint256 internal constant FEED = 0;
    uint256 internal constant CONST = 1;
    uint256 internal constant STATE = 2;
    uint256 internal constant NONE = 3;
    uint256 internal constant MOVE = 4;
    uint256 internal constant TAKE = 5;
    uint256 internal constant SCATTER = 6;
    uint256 internal constant DOT = 7;
    uint256 internal constant SUM = 8;
    uint256 internal constant MAX = 9;

    // One operation an element from here on.
    uint256 internal constant ADD = 16;
    uint256 internal constant SUB = 17;
    uint256 internal constant MUL = 18;
    uint256 internal constant DIV = 19;
    uint256 internal constant SQRT = 20;
    uint256 internal constant NEG = 21;
    uint256 internal constant ABS = 22;
    uint256 internal constant RELU = 23;
    uint256 internal constant MAX2 = 24;
    uint256 internal constant MIN2 = 25;
    uint256 internal constant FLOOR = 26;
    uint256 internal constant CEIL = 27;
    uint256 internal constant ROUND = 28;
    uint256 internal constant SIGN = 29;
    uint256 internal constant LESS = 30;
    uint256 internal constant EQUAL = 31;
    uint256 internal constant GREATER = 32;
    uint256 internal constant WHERE = 33;
    uint256 internal constant CAST = 34;
    uint256 internal constant EXP = 35;
    uint256 internal constant ERF = 36;
    uint256 internal constant TANH = 37;
    uint256 internal constant SIGMOID = 38;
    uint256 internal constant AND = 39;
    uint256 internal constant OR = 40;
    uint256 internal constant NOT = 41;

    // Where a DOT adds its bias.
    uint256 internal constant NO_BIAS = 0;
    uint256 internal constant BIAS_IN_FRONT = 1;
    uint256 internal constant BIAS_BEHIND = 2;
}
