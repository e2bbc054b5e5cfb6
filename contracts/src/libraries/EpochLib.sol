// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameters} from "../types/Parameters.sol";

/// @title EpochLib
/// @notice The epoch clock. protocol/time/epoch.ts computes the same.
library EpochLib {
    /// @notice The epoch that works at `time`; everything before genesis belongs to epoch 0.
    function epochAt(Parameters memory p, uint256 time) internal pure returns (uint64) {
        return time < p.genesis ? 0 : uint64((time - p.genesis) / p.epochSeconds);
    }

    function endOf(Parameters memory p, uint64 epoch) internal pure returns (uint256) {
        return p.genesis + (uint256(epoch) + 1) * p.epochSeconds;
    }

    function commitEnd(Parameters memory p, uint64 epoch) internal pure returns (uint256) {
        return endOf(p, epoch) + p.commitSeconds;
    }

    /// @notice The deadlines that follow the draw of an epoch's seed.
    function verdictsEnd(Parameters memory p, uint256 drawnAt) internal pure returns (uint256) {
        return drawnAt + p.auditSeconds;
    }

    function revealsEnd(Parameters memory p, uint256 drawnAt) internal pure returns (uint256) {
        return verdictsEnd(p, drawnAt) + p.revealSeconds;
    }

    function paysAt(Parameters memory p, uint256 drawnAt) internal pure returns (uint256) {
        return revealsEnd(p, drawnAt) + p.finalizeSeconds;
    }

    function claimableAt(Parameters memory p, uint256 drawnAt) internal pure returns (uint256) {
        return paysAt(p, drawnAt) + p.vestSeconds;
    }
}
