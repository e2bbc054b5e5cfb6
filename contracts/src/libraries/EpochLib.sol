// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameters} from "../types/Parameters.sol";

/// @title EpochLib
/// @notice The epoch clock. protocol/time/epoch.ts computes the same.
library EpochLib {
    /// @notice The epoch that works at `time`; everything before genesis belongs to epoch 0.
    function epochAt(Parameters storage p, uint256 time) internal view returns (uint64) {
        return time < p.genesis ? 0 : uint64((time - p.genesis) / p.epochSeconds);
    }

    function endOf(Parameters storage p, uint64 epoch) internal view returns (uint256) {
        return p.genesis + (uint256(epoch) + 1) * p.epochSeconds;
    }

    function commitEnd(Parameters storage p, uint64 epoch) internal view returns (uint256) {
        return endOf(p, epoch) + p.commitSeconds;
    }

    /// @notice The deadlines that follow the draw of an epoch's seed.
    function verdictsEnd(Parameters storage p, uint256 drawnAt) internal view returns (uint256) {
        return drawnAt + p.auditSeconds;
    }

    function revealsEnd(Parameters storage p, uint256 drawnAt) internal view returns (uint256) {
        return verdictsEnd(p, drawnAt) + p.revealSeconds;
    }

    function paysAt(Parameters storage p, uint256 drawnAt) internal view returns (uint256) {
        return revealsEnd(p, drawnAt) + p.finalizeSeconds;
    }

    function claimableAt(Parameters storage p, uint256 drawnAt) internal view returns (uint256) {
        return paysAt(p, drawnAt) + p.vestSeconds;
    }
}
