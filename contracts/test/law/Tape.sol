// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A row of numbers, each as its length in bytes and its bytes, big-endian: what tools/law/tape.ts writes.
struct Tape {
    bytes data;
    uint256 at;
}

using TapeLib for Tape global;

library TapeLib {
    error TapeEnds(uint256 at);

    function number(Tape memory tape) internal pure returns (uint256 value) {
        (bytes memory data, uint256 at) = (tape.data, tape.at);
        if (at >= data.length) revert TapeEnds(at);
        uint256 length = uint8(data[at]);
        tape.at = at + 1 + length;
        if (tape.at > data.length) revert TapeEnds(at);
        if (length == 0) return 0;
        assembly ("memory-safe") {
            // 32 bytes from behind the length on; what follows the number is shifted out.
            value := shr(sub(256, mul(8, length)), mload(add(add(data, 33), at)))
        }
    }

    /// @dev A length, and so many bytes.
    function slice(Tape memory tape) internal pure returns (bytes memory part) {
        uint256 length = tape.number();
        (bytes memory data, uint256 at) = (tape.data, tape.at);
        if (at + length > data.length) revert TapeEnds(at);
        part = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(part, 32), add(add(data, 32), at), length)
        }
        tape.at = at + length;
    }

    function isAtEnd(Tape memory tape) internal pure returns (bool) {
        return tape.at == tape.data.length;
    }
}
