// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title BlsLib
/// @notice BLS signatures on BLS12-381 by the precompiles of EIP-2537: signatures on G1, keys on G2, messages hashed to
/// G1 by RFC 9380, as drand's scheme `bls-unchained-g1-rfc9380` has them. protocol/time/beacon.ts computes the same.
/// @dev Points are written as EIP-2537 writes them: each coordinate in 64 bytes, big-endian, 128 bytes on G1, 256 on G2.
library BlsLib {
    uint256 internal constant G1_BYTES = 128;
    uint256 internal constant G2_BYTES = 256;

    address private constant MODEXP = address(0x05);
    address private constant G1ADD = address(0x0b);
    address private constant PAIRING_CHECK = address(0x0f);
    address private constant MAP_FP_TO_G1 = address(0x10);

    /// The suite's domain separation tag, and its length, as RFC 9380 appends them (DST_prime).
    bytes private constant DOMAIN = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_\x2b";
    /// Bytes that expand_message_xmd is asked for: two field elements of 64, so that each is uniform to 2^-128.
    uint16 private constant EXPANDED_BYTES = 128;
    /// One block of SHA-256's input, in zeros (Z_pad).
    bytes private constant PAD =
        hex"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
    /// The order of the base field, 64 bytes.
    bytes private constant FIELD_ORDER =
        hex"000000000000000000000000000000001a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";
    /// The generator of G2, its y negated: what is to be compared is multiplied, and must come out as one.
    bytes private constant NEGATED_G2 =
        hex"00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb80000000000000000000000000000000013e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e000000000000000000000000000000000d1b3cc2c7027888be51d9ef691d77bcb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa0000000000000000000000000000000013fa4d4a0ad8b1ce186ed5061789213d993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed";

    /// @notice Whether the key has signed the message: e(signature, -G2) · e(H(message), key) = 1.
    /// @param key of which `isKey` is true
    /// @dev The pairing refuses points that are off the curve, outside the subgroup or not in lowest terms, so that a
    /// message has exactly one signature, and that exactly one form.
    function isSigned(bytes memory key, bytes32 message, bytes calldata signature) internal view returns (bool) {
        // A longer one would be read as further pairs, by which anything could be made to cancel.
        if (signature.length != G1_BYTES) return false;
        (bool ok, bytes memory one) =
            PAIRING_CHECK.staticcall(abi.encodePacked(signature, NEGATED_G2, hashToG1(message), key));
        return ok && abi.decode(one, (uint256)) == 1;
    }

    /// @notice Whether the point is a public key: of G2's subgroup, and not its zero, under which all is signed.
    /// @dev False as well where the chain has no such precompile, which answers nothing.
    function isKey(bytes memory key) internal view returns (bool) {
        if (key.length != G2_BYTES || keccak256(key) == keccak256(new bytes(G2_BYTES))) return false;
        (bool ok, bytes memory one) = PAIRING_CHECK.staticcall(abi.encodePacked(new bytes(G1_BYTES), key));
        return ok && one.length == 32;
    }

    /// @notice hash_to_curve of BLS12381G1_XMD:SHA-256_SSWU_RO_, 128 bytes.
    /// @dev No call fails: what is mapped is below the field's order, what is added is on the curve.
    function hashToG1(bytes32 message) internal view returns (bytes memory point) {
        (bytes memory u0, bytes memory u1) = hashToField(message);
        (, bytes memory q0) = MAP_FP_TO_G1.staticcall(u0);
        (, bytes memory q1) = MAP_FP_TO_G1.staticcall(u1);
        (, point) = G1ADD.staticcall(abi.encodePacked(q0, q1));
    }

    /// @notice hash_to_field: two elements, 64 bytes each.
    function hashToField(bytes32 message) internal view returns (bytes memory u0, bytes memory u1) {
        bytes32 b0 = sha256(abi.encodePacked(PAD, message, EXPANDED_BYTES, uint8(0), DOMAIN));
        bytes32 b1 = sha256(abi.encodePacked(b0, uint8(1), DOMAIN));
        bytes32 b2 = sha256(abi.encodePacked(b0 ^ b1, uint8(2), DOMAIN));
        bytes32 b3 = sha256(abi.encodePacked(b0 ^ b2, uint8(3), DOMAIN));
        bytes32 b4 = sha256(abi.encodePacked(b0 ^ b3, uint8(4), DOMAIN));
        u0 = reduce(b1, b2);
        u1 = reduce(b3, b4);
    }

    /// @dev high ‖ low modulo the field's order: MODEXP with an exponent of one.
    function reduce(bytes32 high, bytes32 low) private view returns (bytes memory element) {
        (, element) =
            MODEXP.staticcall(abi.encodePacked(uint256(64), uint256(1), uint256(64), high, low, uint8(1), FIELD_ORDER));
    }
}
