// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BeaconChain, IBeacon} from "./interfaces/IBeacon.sol";
import {BlsLib} from "./libraries/BlsLib.sol";
import {EpochLib} from "./libraries/EpochLib.sol";
import {BadParameters, Parameters} from "./types/Parameters.sol";

/// @title Beacon
/// @notice Seeds from drand, each verified on chain. If a round is late, its epoch waits; nothing stands in for it.
contract Beacon is IBeacon {
    /// @dev One slot: 192 bits of seed, 64 bits of time.
    struct Draw {
        bytes24 seed;
        uint64 at;
    }

    Parameters internal parameters;

    uint256 internal immutable genesis;
    uint256 internal immutable period;
    uint256 internal immutable margin;
    // The public key: x.c0, x.c1, y.c0, y.c1, each in two words.
    bytes32 internal immutable key0;
    bytes32 internal immutable key1;
    bytes32 internal immutable key2;
    bytes32 internal immutable key3;
    bytes32 internal immutable key4;
    bytes32 internal immutable key5;
    bytes32 internal immutable key6;
    bytes32 internal immutable key7;

    mapping(uint64 epoch => Draw) internal draws;

    constructor(Parameters memory p, BeaconChain memory chain) {
        if (chain.period == 0) revert BadParameters();
        if (!BlsLib.isKey(chain.publicKey)) revert BadKey();
        parameters = p;
        genesis = chain.genesis;
        period = chain.period;
        margin = chain.margin;
        (key0, key1, key2, key3, key4, key5, key6, key7) =
            abi.decode(chain.publicKey, (bytes32, bytes32, bytes32, bytes32, bytes32, bytes32, bytes32, bytes32));
    }

    /// @inheritdoc IBeacon
    function draw(uint64 epoch, bytes calldata signature) external {
        if (draws[epoch].at != 0) revert AlreadyDrawn(epoch);
        uint256 round = roundOf(epoch);
        // Also when the members of drand sign ahead: who submits must not decide when the audit begins.
        if (block.timestamp < genesis + (round - 1) * period) revert TooEarly(epoch);
        if (!BlsLib.isSigned(publicKey(), sha256(abi.encodePacked(uint64(round))), signature)) {
            revert NotSigned(epoch, uint64(round));
        }
        bytes24 seed = bytes24(keccak256(abi.encodePacked(uint256(epoch), signature)));
        draws[epoch] = Draw(seed, uint64(block.timestamp));
        emit SeedDrawn(epoch, seed, uint64(block.timestamp));
    }

    /// @inheritdoc IBeacon
    function roundOf(uint64 epoch) public view returns (uint256) {
        uint256 closed = EpochLib.commitEnd(parameters, epoch) + margin;
        return closed <= genesis ? 1 : (closed - genesis + period - 1) / period + 1;
    }

    /// @inheritdoc IBeacon
    function seedOf(uint64 epoch) external view returns (bytes32) {
        return draws[epoch].seed;
    }

    /// @inheritdoc IBeacon
    function drawnAt(uint64 epoch) external view returns (uint64) {
        return draws[epoch].at;
    }

    function publicKey() internal view returns (bytes memory) {
        return abi.encodePacked(key0, key1, key2, key3, key4, key5, key6, key7);
    }
}
