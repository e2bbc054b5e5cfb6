// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Float32Lib} from "../../src/libraries/Float32Lib.sol";
import {Float64Lib} from "../../src/libraries/Float64Lib.sol";
import {FmaChainLib} from "../../src/libraries/FmaChainLib.sol";
import {KernelLib} from "../../src/libraries/KernelLib.sol";
import {vm} from "../support/Vm.sol";
import {FloatOperands} from "./FloatOperands.sol";

/// @notice What an element costs on chain: `node tools/forge.ts test --match-contract FloatCostsTest -vvvv` prints the events.
contract FloatCostsTest {
    event Cost(string element, uint256 gas);

    uint256 private constant A = 0x3f812345;
    uint256 private constant B = 0xbfa12346;
    uint256 private constant A64 = 0x3ff0246800000000;
    uint256 private constant B64 = 0xbff4246912345678;
    uint256 private _kept;

    function test_aBlockOf256CostsLessThan150000Gas() public {
        vm.assertLt(_block("256 terms, usual numbers", 1, 0), 150_000, "usual numbers");
        vm.assertLt(_block("256 terms, half of them zeros", 1, 2), 150_000, "zeros");
        vm.assertLt(_block("256 terms, all subnormal", 5, 0), 500_000, "subnormal");
    }

    function test_elements() public {
        _cost("Fma", _fma);
        _cost("Add", _add);
        _cost("Mul", _mul);
        _cost("Div", _div);
        _cost("Sqrt", _sqrt);
        _cost("Floor", _floor);
        _cost("Max", _max);
        _cost("Relu", _relu);
        _cost("Greater", _less);
        _cost("Exp", _exp);
        _cost("Erf", _erf);
        _cost("Tanh", _tanh);
        _cost("Sigmoid", _sigmoid);
        _cost("Add float64", _add64);
        _cost("Mul float64", _mul64);
        _cost("Div float64", _div64);
        _cost("Sqrt float64", _sqrt64);
        _cost("Cast float32 to float64", _widened);
        _cost("Cast float64 to float32", _narrowed);
        _cost("Cast int64 to float32", _whole);
    }

    function _block(string memory name, uint256 mode, uint256 zeros) private returns (uint256 gas) {
        (bytes memory left, bytes memory right) = (new bytes(1024), new bytes(1024));
        for (uint256 i; i < 256; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(i)));
            bool isZero = zeros != 0 && (drawn >> 200) % zeros == 0;
            FloatOperands.put(left, i, isZero ? 0 : FloatOperands.operand(drawn, mode, 23, 255));
            FloatOperands.put(right, i, FloatOperands.operand(drawn >> 64, 1, 23, 255));
        }
        gas = gasleft();
        FmaChainLib.product(left, right, 256, A, false, 0x3f800000);
        gas -= gasleft();
        emit Cost(name, gas);
    }

    function _cost(string memory name, function() internal view returns (uint256) element) private {
        uint256 gas = gasleft();
        uint256 result = element();
        gas -= gasleft();
        emit Cost(name, gas);
        vm.assertGt(gas, 0, "it costs something");
        _kept = result;
    }

    /// @dev A zero that the compiler does not know
    function _none() private view returns (uint256) {
        return gasleft() >> 200;
    }

    function _fma() private view returns (uint256) {
        return Float32Lib.fma(A, B, A + _none());
    }

    function _add() private view returns (uint256) {
        return Float32Lib.add(A, B + _none());
    }

    function _mul() private view returns (uint256) {
        return Float32Lib.mul(A, B + _none());
    }

    function _div() private view returns (uint256) {
        return Float32Lib.div(A, B + _none());
    }

    function _sqrt() private view returns (uint256) {
        return Float32Lib.sqrt(A + _none());
    }

    function _floor() private view returns (uint256) {
        return Float32Lib.floor(A + _none());
    }

    function _max() private view returns (uint256) {
        return Float32Lib.max(A, B + _none());
    }

    function _relu() private view returns (uint256) {
        return Float32Lib.relu(B + _none());
    }

    function _less() private view returns (uint256) {
        return Float32Lib.less(A, B + _none()) ? 1 : 0;
    }

    function _exp() private view returns (uint256) {
        return KernelLib.exp(A + _none());
    }

    function _erf() private view returns (uint256) {
        return KernelLib.erf(A + _none());
    }

    function _tanh() private view returns (uint256) {
        return KernelLib.tanh(A + _none());
    }

    function _sigmoid() private view returns (uint256) {
        return KernelLib.sigmoid(A + _none());
    }

    function _add64() private view returns (uint256) {
        return Float64Lib.add(A64, B64 + _none());
    }

    function _mul64() private view returns (uint256) {
        return Float64Lib.mul(A64, B64 + _none());
    }

    function _div64() private view returns (uint256) {
        return Float64Lib.div(A64, B64 + _none());
    }

    function _sqrt64() private view returns (uint256) {
        return Float64Lib.sqrt(A64 + _none());
    }

    function _widened() private view returns (uint256) {
        return Float64Lib.fromFloat32(A + _none());
    }

    function _narrowed() private view returns (uint256) {
        return Float64Lib.toFloat32(A64 + _none());
    }

    function _whole() private view returns (uint256) {
        return Float64Lib.int64ToFloat32(int64(uint64(A64 + _none())));
    }
}
