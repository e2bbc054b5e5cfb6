// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBeacon} from "./interfaces/IBeacon.sol";
import {EpochLib} from "./libraries/EpochLib.sol";
import {Parameters} from "./types/Parameters.sol";

/// @title Beacon
/// @notice The simple beacon: the hash of the block before the draw. A block producer can grind it; drand takes its place
/// behind the same interface.
contract Beacon is IBeacon {
    Parameters internal parameters;

    /// @inheritdoc IBeacon
    mapping(uint64 epoch => bytes32) public seedOf;
    /// @inheritdoc IBeacon
    mapping(uint64 epoch => uint64) public drawnAt;

    constructor(Parameters memory p) {
        parameters = p;
    }

    /// @inheritdoc IBeacon
    function draw(uint64 epoch, bytes calldata) external {
        if (block.timestamp < EpochLib.commitEnd(parameters, epoch)) revert TooEarly(epoch);
        if (drawnAt[epoch] != 0) revert AlreadyDrawn(epoch);
        bytes32 seed = keccak256(abi.encode(blockhash(block.number - 1), epoch));
        seedOf[epoch] = seed;
        drawnAt[epoch] = uint64(block.timestamp);
        emit SeedDrawn(epoch, seed, uint64(block.timestamp));
    }
}
