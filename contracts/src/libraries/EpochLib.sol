// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameters} from "../types/Parameters.sol";

/// @title EpochLib
/// @notice When the commit window of an epoch ends, and not before which its seed may be known.
library EpochLib {
    function commitEnd(Parameters storage p, uint64 epoch) internal view returns (uint256) {
        return p.genesis + (uint256(epoch) + 1) * p.epochSeconds + p.commitSeconds;
    }
}
