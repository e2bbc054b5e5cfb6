// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Instructions made by hand, as docs/disputes.md lays them out.
library InstructionBytes {
    function instruction(
        uint256 op,
        uint256 type_,
        bytes memory dims,
        bytes memory terms,
        bytes memory attributes,
        bytes[] memory operands
    ) internal pure returns (bytes memory all) {
        all = abi.encodePacked(uint32(op), uint32(type_), list(dims), list(terms), list(attributes));
        all = abi.encodePacked(all, uint32(operands.length));
        for (uint256 i; i < operands.length; ++i) {
            all = abi.encodePacked(all, operands[i]);
        }
    }

    /// @param coordinates one after the other, `each` words long
    function operand(uint256 source, uint256 type_, uint256 size, bytes memory coordinates, uint256 each)
        internal
        pure
        returns (bytes memory)
    {
        uint256 count = coordinates.length / 4 / each;
        return abi.encodePacked(uint32(source), uint32(type_), uint32(size), uint32(count), coordinates);
    }

    function coordinate(uint256 bound, uint256 stride, int256 offset, bytes memory coefficients)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(uint32(bound), uint32(stride), int32(offset), coefficients);
    }

    /// @notice An operation of one result an element over `size` elements, every operand of the result's shape
    function elementwise(uint256 op, uint256 type_, uint256 size, uint256[] memory types)
        internal
        pure
        returns (bytes memory)
    {
        bytes[] memory operands = new bytes[](types.length);
        for (uint256 i; i < types.length; ++i) {
            operands[i] = operand(10 + i, types[i], size, coordinate(size, 1, 0, words(1)), 4);
        }
        return instruction(op, type_, words(size), "", "", operands);
    }

    /// @notice A fold of `terms` elements of one operand
    function fold(uint256 op, uint256 type_, uint256 terms) internal pure returns (bytes memory) {
        bytes[] memory operands = new bytes[](1);
        operands[0] = operand(7, type_, terms * 2, coordinate(terms * 2, 1, 0, words(1, 2)), 5);
        return instruction(op, type_, words(2), words(terms), "", operands);
    }

    /// @notice A 3 x k by k x 2 product; a bias of 2 where there is one
    function dot(uint256 k, uint256 block_, uint256 bias, uint256 alpha, uint256 beta)
        internal
        pure
        returns (bytes memory)
    {
        bytes[] memory operands = new bytes[](bias == 0 ? 2 : 3);
        operands[0] =
            operand(1, 0, 3 * k, grid(coordinate(3, k, 0, words(1, 0, 0)), coordinate(k, 1, 0, words(0, 0, 1))), 6);
        operands[1] =
            operand(2, 0, 2 * k, grid(coordinate(k, 2, 0, words(0, 0, 1)), coordinate(2, 1, 0, words(0, 1, 0))), 6);
        if (bias != 0) operands[2] = operand(3, 0, 2, coordinate(2, 1, 0, words(0, 1, 0)), 6);
        return instruction(7, 0, words(3, 2), words(k), words(block_, bias, alpha, beta), operands);
    }

    /// @notice Two rows of float32 joined, values 11 and 12
    function concat(uint256 first, uint256 second) internal pure returns (bytes memory) {
        bytes[] memory operands = new bytes[](2);
        operands[0] = operand(11, 0, first, coordinate(first, 1, 0, words(1)), 4);
        operands[1] = operand(12, 0, second, coordinate(second, 1, -int256(first), words(1)), 4);
        return instruction(4, 0, words(first + second), "", "", operands);
    }

    /// @notice Row i of a table of `size` rows of two, for each of `count` indices; element (i, j) is table[index[i], j]
    function take(uint256 type_, uint256 indexType, uint256 size, uint256 count) internal pure returns (bytes memory) {
        bytes[] memory operands = new bytes[](2);
        operands[0] = operand(4, indexType, count, coordinate(count, 1, 0, words(1, 0)), 5);
        operands[1] = operand(5, type_, 2 * size, coordinate(2, 1, 0, words(0, 1)), 5);
        return instruction(5, type_, words(count, 2), "", words(size, 2), operands);
    }

    /// @notice Adds to a table of `size` rows of two along the rows, by `count` rows of indices and updates, of `columns`
    function scatter(uint256 type_, uint256 indexType, uint256 size, uint256 count, uint256 columns)
        internal
        pure
        returns (bytes memory)
    {
        bytes[] memory operands = new bytes[](3);
        bytes memory rows = coordinate(size, 2, 0, words(1, 0, 0));
        bytes memory terms =
            grid(coordinate(count, columns, 0, words(0, 0, 1)), coordinate(columns, 1, 0, words(0, 1, 0)));
        operands[0] = operand(4, type_, 2 * size, grid(rows, coordinate(2, 1, 0, words(0, 1, 0))), 6);
        operands[1] = operand(5, indexType, columns * count, terms, 6);
        operands[2] = operand(6, type_, columns * count, terms, 6);
        return instruction(6, type_, words(size, 2), words(count), words(size, 2), operands);
    }

    function scatter(uint256 type_, uint256 indexType, uint256 size, uint256 count)
        internal
        pure
        returns (bytes memory)
    {
        return scatter(type_, indexType, size, count, 2);
    }

    function grid(bytes memory first, bytes memory second) internal pure returns (bytes memory) {
        return abi.encodePacked(first, second);
    }

    /// @dev How many words, and the words
    function list(bytes memory all) internal pure returns (bytes memory) {
        return abi.encodePacked(uint32(all.length / 4), all);
    }

    function words(uint256 a) internal pure returns (bytes memory) {
        return abi.encodePacked(uint32(a));
    }

    function words(uint256 a, uint256 b) internal pure returns (bytes memory) {
        return abi.encodePacked(uint32(a), uint32(b));
    }

    function words(uint256 a, uint256 b, uint256 c) internal pure returns (bytes memory) {
        return abi.encodePacked(uint32(a), uint32(b), uint32(c));
    }

    function words(uint256 a, uint256 b, uint256 c, uint256 d) internal pure returns (bytes memory) {
        return abi.encodePacked(uint32(a), uint32(b), uint32(c), uint32(d));
    }

    /// @notice A number as tensors hold it
    function little(uint256 bits, uint256 width) internal pure returns (bytes memory all) {
        all = new bytes(width);
        for (uint256 i; i < width; ++i) {
            all[i] = bytes1(uint8(bits >> (8 * i)));
        }
    }
}
