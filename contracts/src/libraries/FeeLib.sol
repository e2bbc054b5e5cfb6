// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title FeeLib
/// @notice How a fee is cut. protocol/economy/fees.ts computes the same.
library FeeLib {
    uint256 internal constant WHOLE = 10_000;
    /// Burned: 5 %.
    uint256 internal constant BURN = 500;
    /// To the validators that audited the work: 10 %.
    uint256 internal constant AUDITORS = 1_000;

    /// @notice Part of a job's fee that `units` of its `total` earn, rounded down.
    function feeOf(uint256 fee, uint128 units, uint128 total) internal pure returns (uint256) {
        return Math.mulDiv(fee, units, total);
    }

    /// @notice Burn and auditors' part round down, the worker gets the rest.
    function split(uint256 paid) internal pure returns (uint256 burned, uint256 auditors, uint256 worker) {
        burned = (paid * BURN) / WHOLE;
        auditors = (paid * AUDITORS) / WHOLE;
        worker = paid - burned - auditors;
    }
}
