// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Adjudicator} from "../../src/Adjudicator.sol";
import {OpcodeLib} from "../../src/libraries/OpcodeLib.sol";
import {InstructionBytes} from "../support/InstructionBytes.sol";
import {vm} from "../support/Vm.sol";

/// @notice What a call to the adjudicator costs, besides the calldata of the transaction around it:
/// `node tools/forge.ts test --match-contract AdjudicatorCostsTest -vvvv` prints the events.
contract AdjudicatorCostsTest {
    event Cost(string element, uint256 gas);

    uint256 private constant ONE = 0x3f800000;
    uint32 private constant A = 0x3f812345;

    Adjudicator private immutable ADJUDICATOR = new Adjudicator();

    function test_products() public {
        bytes memory ins = InstructionBytes.dot(256, 256, 1, ONE, ONE);
        vm.assertLt(_judge("DOT, 256 terms and a bias", ins, _numbers(513)), 250_000, "256 terms");
        ins = InstructionBytes.dot(1_024, 256, 0, ONE, ONE);
        vm.assertLt(_judge("DOT, 1,024 terms", ins, _numbers(2_048)), 800_000, "1,024 terms");
    }

    function test_folds() public {
        vm.assertLt(
            _judge("SUM, 128 terms", InstructionBytes.fold(OpcodeLib.SUM, 0, 128), _numbers(128)), 500_000, "a sum"
        );
        vm.assertLt(
            _judge("MAX, 128 terms", InstructionBytes.fold(OpcodeLib.MAX, 0, 128), _numbers(128)), 800_000, "a maximum"
        );
        bytes memory ins = InstructionBytes.scatter(0, 2, 65, 128);
        vm.assertLt(_judge("SCATTER, no term of 128", ins, _scattered(0)), 100_000, "none");
        vm.assertLt(_judge("SCATTER, 8 terms of 128", ins, _scattered(8)), 300_000, "eight");
        vm.assertLt(_judge("SCATTER, 128 terms of 128", ins, _scattered(128)), 3_000_000, "all");
    }

    /// @dev A transaction may use 2^24 gas (EIP-7825); this leaves some for its calldata and what the court does
    function test_theMostTermsFitIntoATransaction() public {
        uint256 most = 13_000_000;
        bytes memory ins = InstructionBytes.dot(4_096, 1_024, 0, ONE, ONE);
        vm.assertLt(_judge("DOT, 4,096 subnormal terms", ins, _filled(8_192, 0x00012345)), most, "a product");
        ins = InstructionBytes.fold(OpcodeLib.SUM, 0, 4_096);
        vm.assertLt(_judge("SUM, 4,096 terms", ins, _filled(4_096, A)), most, "a sum");
        ins = InstructionBytes.fold(OpcodeLib.MAX, 0, 4_096);
        vm.assertLt(_judge("MAX, 4,096 terms", ins, _filled(4_096, A)), most, "a maximum");
        ins = InstructionBytes.scatter(0, 2, 65, 4_096);
        vm.assertLt(_judge("SCATTER, 4,096 terms", ins, _scattered(4_096)), most, "additions");
    }

    function test_elements() public {
        _element("ADD", OpcodeLib.ADD, 2);
        _element("MUL", OpcodeLib.MUL, 2);
        _element("SQRT", OpcodeLib.SQRT, 1);
        _element("EXP", OpcodeLib.EXP, 1);
        _element("ERF", OpcodeLib.ERF, 1);
        _element("TANH", OpcodeLib.TANH, 1);
    }

    function test_refutations() public {
        bytes memory ins = InstructionBytes.dot(256, 256, 1, ONE, ONE);
        bytes memory chunk = new bytes(128);
        ADJUDICATOR.sourceOf(ins, 3, 1, 200, chunk);
        emit Cost("sourceOf a DOT's operand", vm.lastCallGas().gasTotalUsed);
        ADJUDICATOR.isRefuted(ins, 3, 1, 200, chunk, chunk);
        emit Cost("isRefuted of a DOT's operand", vm.lastCallGas().gasTotalUsed);
        ADJUDICATOR.isRefuted(InstructionBytes.scatter(0, 2, 65, 128), 9, 1, 127, _scattered(128), chunk);
        emit Cost("isRefuted of a SCATTER's last of 128 terms", vm.lastCallGas().gasTotalUsed);
    }

    function _element(string memory name, uint256 op, uint256 arity) private {
        uint256[] memory types = new uint256[](arity);
        vm.assertLt(_judge(name, InstructionBytes.elementwise(op, 0, 1_000, types), _numbers(arity)), 100_000, name);
    }

    function _judge(string memory name, bytes memory ins, bytes memory operands) private returns (uint256 gas) {
        ADJUDICATOR.judge(ins, 1, operands, new bytes(4));
        gas = vm.lastCallGas().gasTotalUsed;
        emit Cost(name, gas);
    }

    /// @dev Near 1, of either sign
    function _numbers(uint256 count) private pure returns (bytes memory all) {
        for (uint256 i; i < count; ++i) {
            all = abi.encodePacked(all, InstructionBytes.little(A + i * 0x1357 + (i % 3 == 0 ? 1 << 31 : 0), 4));
        }
    }

    function _filled(uint256 count, uint32 bits) private pure returns (bytes memory all) {
        all = new bytes(4 * count);
        for (uint256 i; i < all.length; ++i) {
            all[i] = bytes1(uint8(bits >> (8 * (i % 4))));
        }
    }

    /// @dev Element 1: row 0, column 1.
    function _scattered(uint32 count) private pure returns (bytes memory all) {
        all = new bytes(8 + 16 * count);
        _put(all, 0, _swapped(A));
        _put(all, 4, count);
        for (uint32 i; i < count; ++i) {
            _put(all, 8 + 16 * i, i);
            _put(all, 20 + 16 * i, _swapped(A + i % 256));
        }
    }

    function _put(bytes memory all, uint256 at, uint32 word) private pure {
        for (uint256 i; i < 4; ++i) {
            all[at + i] = bytes4(word)[i];
        }
    }

    function _swapped(uint32 a) private pure returns (uint32) {
        return (a >> 24) | ((a >> 8) & 0xff00) | ((a & 0xff00) << 8) | (a << 24);
    }
}
