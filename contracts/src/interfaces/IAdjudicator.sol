// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IAdjudicator
/// @notice Reads one instruction of a program (docs/disputes.md) and computes one element of its value. It keeps nothing: whether the
/// instruction is the program's, and the bytes are the worker's, is for the caller to check.
/// @dev Whatever is not an instruction is refused by a custom error. Numbers are little-endian as tensors hold them, an element as wide
/// as its type says.
interface IAdjudicator {
    error CutShort(uint256 bytes_);
    error TrailingBytes(uint256 bytes_);
    error NoSuchType(uint256 type_);
    error TooLarge();
    error NoSuchElement(uint64 element);
    error NoSuchOperand(uint32 operand, uint32 term);
    /// @notice The contract has no way to compute an element of this; kindOf says NONE of it
    error NoForm(uint256 op, uint256 type_);
    error WrongLength(uint256 bytes_);
    error NotOfKind(uint256 op);

    /// @notice What the instruction is, before anything else is done with it
    /// @param instruction of the program
    /// @return op of OpcodeLib; NONE also where this contract has no form for the operation with these types
    /// @return type_ of the value, see TypeLib
    /// @return elements of the value
    function kindOf(bytes calldata instruction) external pure returns (uint32 op, uint32 type_, uint64 elements);

    /// @notice The fine root of a CONST
    function constantOf(bytes calldata instruction) external pure returns (bytes32 root);

    /// @notice What a STATE says
    /// @return next number of the value that it becomes at the end of the step
    /// @return place among the state's tensors
    /// @return count of the state's tensors
    /// @return head of its entry's leaf
    function stateOf(bytes calldata instruction)
        external
        pure
        returns (uint32 next, uint32 place, uint32 count, bytes memory head);

    /// @notice Computes the element from its operands. A list of a SCATTER out of order, twice the same, or with an index that does not
    /// name the element is not the same, whatever comes out
    /// @param operands all of them, as docs/disputes.md lays them out; of another length it reverts
    /// @param mine the element as the worker's value has it
    /// @return same whether the worker's element is what comes out
    function judge(bytes calldata instruction, uint64 element, bytes calldata operands, bytes calldata mine)
        external
        pure
        returns (bool same);

    /// @notice Where an operand's element lies in the opened operands. Not of a SCATTER
    /// @return offset in bytes; with `width` it never goes over a chunk of 128
    /// @return width in bytes
    /// @return total bytes that all the operands have
    function operandAt(bytes calldata instruction, uint32 operand, uint32 term)
        external
        pure
        returns (uint256 offset, uint8 width, uint256 total);

    /// @notice The affine part of where an operand's element comes from
    /// @return outside the term is padding: zero, of no value
    /// @return position flat, in elements; of operand 1 of a TAKE before the index is added
    /// @return source number of the value
    /// @return width of an element, in bytes
    /// @return size of the value, in elements
    function positionOf(bytes calldata instruction, uint64 element, uint32 operand, uint32 term)
        external
        pure
        returns (bool outside, uint64 position, uint32 source, uint8 width, uint64 size);

    /// @notice Which chunk of which value shows what an operand must be
    /// @param posted the 128 bytes of the opened operands that hold it; of a SCATTER all of them
    /// @return outside it must be zero, and no value shows it
    /// @return source number of the value
    /// @return chunk which 128 bytes of the value
    /// @return length bytes of the value
    function sourceOf(bytes calldata instruction, uint64 element, uint32 operand, uint32 term, bytes calldata posted)
        external
        pure
        returns (bool outside, uint32 source, uint64 chunk, uint64 length);

    /// @notice Whether an opened operand is not what its source has. Of a SCATTER also whether a term is listed (operand 1) that does
    /// not name the element, or is not although it does
    /// @param posted the 128 bytes of the opened operands that hold it, number operandAt's offset / 128; of a SCATTER all of them
    /// @param chunk the bytes of the source's chunk that `sourceOf` names; empty where it is outside
    function isRefuted(
        bytes calldata instruction,
        uint64 element,
        uint32 operand,
        uint32 term,
        bytes calldata posted,
        bytes calldata chunk
    ) external pure returns (bool);
}
