// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BlsLib} from "../../src/libraries/BlsLib.sol";

/// @notice A randomness beacon whose secret key the tests know: it signs with the precompiles.
library BeaconSigner {
    uint256 internal constant SECRET = 0x1f2e3d4c5b6a79880123456789abcdef0f1e2d3c4b5a69788796a5b4c3d2e1f0;

    address private constant G1MSM = address(0x0c);
    address private constant G2MSM = address(0x0e);
    bytes private constant GENERATOR =
        hex"00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb80000000000000000000000000000000013e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e000000000000000000000000000000000ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be";

    function publicKey() internal view returns (bytes memory key) {
        (, key) = G2MSM.staticcall(abi.encodePacked(GENERATOR, SECRET));
    }

    function sign(uint256 round) internal view returns (bytes memory signature) {
        return signMessage(sha256(abi.encodePacked(uint64(round))));
    }

    function signMessage(bytes32 message) internal view returns (bytes memory signature) {
        (, signature) = G1MSM.staticcall(abi.encodePacked(BlsLib.hashToG1(message), SECRET));
    }
}
