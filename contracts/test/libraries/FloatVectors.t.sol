// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Float32Lib} from "../../src/libraries/Float32Lib.sol";
import {Float64Lib} from "../../src/libraries/Float64Lib.sol";
import {FmaChainLib} from "../../src/libraries/FmaChainLib.sol";
import {KernelLib} from "../../src/libraries/KernelLib.sol";
import {vm} from "../support/Vm.sol";
import {FloatOperands} from "./FloatOperands.sol";
import {FloatVectors} from "./FloatVectors.sol";

/// @notice Solidity computes what TypeScript computes: 1,024 results of every operator.
contract FloatVectorsTest {
    uint256 private constant ONE = 0x3f800000;
    uint256 private constant ONE_64 = 0x3ff0000000000000;

    function test_theOperatorsAgreeWithTypeScript() public pure {
        for (uint256 index; index < FloatVectors.OPERATORS; ++index) {
            _check(index, _result);
        }
    }

    function test_productsAgreeWithTypeScript() public pure {
        _check(FloatVectors.OPERATORS, _product);
    }

    function _check(uint256 index, function(uint256, uint256) internal pure returns (uint256) result) private pure {
        (string memory name, bytes memory first) = FloatVectors.digests(index);
        for (uint256 digest; digest < FloatVectors.DIGESTS; ++digest) {
            bytes32 chained;
            for (uint256 i; i < FloatVectors.EACH; ++i) {
                chained = keccak256(abi.encode(chained, result(index, digest * FloatVectors.EACH + i)));
            }
            bytes32 expected;
            assembly ("memory-safe") {
                expected := mload(add(add(first, 32), mul(8, digest)))
            }
            vm.assertEq(bytes32(bytes8(chained)), bytes32(bytes8(expected)), name);
        }
    }

    function _product(uint256 index, uint256 at) private pure returns (uint256) {
        (bytes memory left, bytes memory right, uint256 terms, uint256 bias, bool isBare, uint256 alpha) =
            FloatOperands.product(index, at);
        return FmaChainLib.product(left, right, terms, bias, isBare, alpha);
    }

    /// @dev In the order of tools/adjudicate-vectors.ts
    function _result(uint256 index, uint256 at) private pure returns (uint256) {
        if (index < 22) return _in32(index, at);
        if (index == 29) {
            (uint256 narrow,,) = FloatOperands.operands32(index, at);
            return Float64Lib.fromFloat32(narrow);
        }
        (uint256 a, uint256 b,, uint256 word) = FloatOperands.operands(index, at, 52, 2047);
        if (index == 30) return Float64Lib.toFloat32(a);
        if (index > 30) {
            int64 value = int64(uint64(word)) >> ((word >> 64) & 63);
            return index == 31 ? Float64Lib.int64ToFloat32(value) : Float64Lib.int64ToFloat64(value);
        }
        if (index == 22) return Float64Lib.add(a, b);
        if (index == 23) return Float64Lib.sub(a, b);
        if (index == 24) return Float64Lib.mul(a, b);
        if (index == 25) return Float64Lib.div(a, b);
        if (index == 26) return Float64Lib.sqrt(a);
        if (index == 27) return Float64Lib.less(a, b) ? ONE_64 : 0;
        return Float64Lib.equal(a, b) ? ONE_64 : 0;
    }

    function _in32(uint256 index, uint256 at) private pure returns (uint256) {
        (uint256 a, uint256 b, uint256 c) = FloatOperands.operands32(index, at);
        if (index < 7) return _arithmetic(index, a, b, c);
        if (index == 7) return Float32Lib.floor(a);
        if (index == 8) return Float32Lib.ceil(a);
        if (index == 9) return Float32Lib.round(a);
        if (index == 10) return Float32Lib.max(a, b);
        if (index == 11) return Float32Lib.min(a, b);
        if (index == 12) return Float32Lib.relu(a);
        if (index == 13) return Float32Lib.neg(a);
        if (index == 14) return Float32Lib.abs(a);
        if (index == 15) return Float32Lib.sign(a);
        if (index == 16) return Float32Lib.where(Float32Lib.less(b, a), c, a);
        if (index == 17) return Float32Lib.equal(a, b) ? ONE : 0;
        if (index == 18) return KernelLib.exp(a);
        if (index == 19) return KernelLib.erf(a);
        if (index == 20) return KernelLib.tanh(a);
        return KernelLib.sigmoid(a);
    }

    function _arithmetic(uint256 index, uint256 a, uint256 b, uint256 c) private pure returns (uint256) {
        if (index == 0) return Float32Lib.fma(a, b, c);
        // What cancels: a × b less itself, rounded, and a bit of the last place.
        if (index == 1) return Float32Lib.fma(a, b, Float32Lib.neg(Float32Lib.mul(a, b)) ^ (_canonical(c) & 1));
        if (index == 2) return Float32Lib.add(a, b);
        if (index == 3) return Float32Lib.sub(a, b);
        if (index == 4) return Float32Lib.mul(a, b);
        if (index == 5) return Float32Lib.div(a, b);
        return Float32Lib.sqrt(a);
    }

    function _canonical(uint256 a) private pure returns (uint256) {
        return Float32Lib.isNan(a) ? Float32Lib.NAN : a;
    }
}
