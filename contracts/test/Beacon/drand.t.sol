// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Beacon} from "../../src/Beacon.sol";
import {BeaconChain, IBeacon} from "../../src/interfaces/IBeacon.sol";
import {BlsLib} from "../../src/libraries/BlsLib.sol";
import {BadParameters} from "../../src/types/Parameters.sol";
import {BeaconSigner} from "../support/BeaconSigner.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

/// @notice Rounds that drand's quicknet published, https://api.drand.sh, and what is nearly one.
contract DrandTest is World {
    bytes internal constant QUICKNET =
        hex"000000000000000000000000000000000d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a0000000000000000000000000000000003cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451000000000000000000000000000000000e5db2b6bfbb01c867749cadffca88b36c24f3012ba09fc4d3022c5c37dce0f977d3adb5d183c7477c442b1f045152730000000000000000000000000000000001a714f2edb74119a2f2b0d5a7c75ba902d163700a61bc224ededd8e63aef7be1aaf8e93d7a9718b047ccddb3eb5d68b";
    bytes internal constant ROUND_1000 =
        hex"00000000000000000000000000000000144679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e390000000000000000000000000000000011f92e4521ef54f047b64b85fa98db2d46f0f44add1f60b93f8a0dbddd63b34f238657c2d93aed18b90bddd60a01b6d2";
    bytes internal constant ROUND_1001 =
        hex"00000000000000000000000000000000133bf3667cbd5a82de3a24b4e0e9fe5513cc1a0e840368c6e31f5fcfa79bea03f73896b25883abf2853d10337fb8fa410000000000000000000000000000000015725954c8f0c9afc82902f9f39d202a4fbe48d7cd5ed3ab26c458f6773b385639e980a4fe3073672572fa77fbdbded0";
    /// x = 4: on the curve, and outside the subgroup.
    bytes internal constant OUTSIDE =
        hex"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000004000000000000000000000000000000000a989badd40d6212b33cffc3f3763e9bc760f988c9926b26da9dd85e928483446346b8ed00e1de5d5ea93e354abe706c";
    /// ROUND_1000 with the field's order added to x: the same point in other bytes.
    bytes internal constant UNREDUCED =
        hex"000000000000000000000000000000002e478ba3df1ad986d286c2215e20db8115d8ab488bb02c16ca81cbd53e7c074a01eeb7393f26bacb9e7d4b6b63ed08e40000000000000000000000000000000011f92e4521ef54f047b64b85fa98db2d46f0f44add1f60b93f8a0dbddd63b34f238657c2d93aed18b90bddd60a01b6d2";
    /// Likewise on G2.
    bytes internal constant OUTSIDE_G2 =
        hex"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000018c6b864ae17dc9da64203ffefb966306425a7bc6aeb7c75247438372716284a4173830420cd476ba1a365b95bfcec3800000000000000000000000000000000172e93db764a8400a7d5071b6b6f5de0da2f0f4a063119abca014006b7c40a2cfe291a1924e65db0d6d0fcfbf3bf3d5c";
    uint256 internal constant GROUP_ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;
    uint64 internal constant GENESIS = 1_692_803_367;
    /// The second at which quicknet's round 1000 appeared.
    uint64 internal constant AT_1000 = GENESIS + 999 * 3;

    /// @dev An epoch 0 whose commit window closes at `closes`.
    function closing(uint64 closes, uint64 margin) internal returns (Beacon) {
        law.genesis = closes - law.epochSeconds - law.commitSeconds;
        return new Beacon(law, BeaconChain(QUICKNET, GENESIS, 3, margin));
    }

    function test_roundsOfQuicknetSeedEpochs() public {
        Beacon quicknet = closing(AT_1000, 0);
        vm.assertEq(quicknet.roundOf(0), 1000, "the round of the very second");
        vm.warp(AT_1000);
        quicknet.draw(0, ROUND_1000);
        // protocol/time/beacon.ts finds the same, test/protocol/time/beacon.test.ts.
        vm.assertEq(quicknet.seedOf(0), SEED_1000, "seed");
        quicknet = closing(AT_1000 + 1, 0);
        vm.assertEq(quicknet.roundOf(0), 1001, "the first one afterwards");
        vm.warp(AT_1000 + 3);
        quicknet.draw(0, ROUND_1001);
    }

    bytes32 internal constant SEED_1000 = 0x4413687fe891a8469a877ede6323bb2d270735d601feee920000000000000000;

    function test_theMarginNamesALaterRound() public {
        Beacon quicknet = closing(AT_1000 - 12, 15);
        vm.assertEq(quicknet.roundOf(0), 1001, "three seconds after round 1000");
        vm.warp(AT_1000 + 2);
        vm.expectRevert(abi.encodeWithSelector(IBeacon.TooEarly.selector, 0));
        quicknet.draw(0, ROUND_1001);
        vm.warp(AT_1000 + 3);
        quicknet.draw(0, ROUND_1001);
    }

    function testFuzz_theRoundIsTheFirstAfterTheWindow(uint64 epoch, uint16 period, uint16 margin) public {
        vm.assume(period > 0);
        uint256 first = law.genesis + uint256(bound(margin, 0, 500)) - 250;
        Beacon other = new Beacon(law, BeaconChain(QUICKNET, uint64(first), period, margin));
        uint256 closed = endOf(epoch) + law.commitSeconds + margin;
        uint256 round = other.roundOf(epoch);
        uint256 at = first + (round - 1) * period;
        vm.assertGe(at, closed, "nobody knows it while work can be committed");
        vm.assertTrue(round == 1 || at - period < closed, "and no earlier round is as good");
    }

    function test_aRoundHasOneSignatureInOneForm() public {
        Beacon quicknet = closing(AT_1000, 0);
        vm.warp(AT_1000);
        bytes[7] memory bad = [
            bytes(""),
            ROUND_1001,
            OUTSIDE,
            UNREDUCED,
            new bytes(128),
            new bytes(127),
            abi.encodePacked(ROUND_1000, uint8(0))
        ];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBeacon.NotSigned.selector, 0, 1000));
            quicknet.draw{gas: 400_000}(0, bad[i]);
        }
        quicknet.draw(0, ROUND_1000);
    }

    /// @dev Longer input would be read as a pair of the submitter's own, which cancels that of the message and the key.
    function test_nobodyBringsAPairOfTheirOwn() public {
        Beacon quicknet = closing(AT_1000, 0);
        vm.warp(AT_1000);
        bytes memory point = BlsLib.hashToG1(sha256(abi.encodePacked(uint64(1000))));
        (, bytes memory negated) = address(0x0c).staticcall(abi.encodePacked(point, GROUP_ORDER - 1));
        bytes memory forged = abi.encodePacked(negated, QUICKNET, new bytes(128));
        vm.expectRevert(abi.encodeWithSelector(IBeacon.NotSigned.selector, 0, 1000));
        quicknet.draw{gas: 400_000}(0, forged);
    }

    function test_anotherKeySignsNothing() public {
        law.genesis = AT_1000 - law.epochSeconds - law.commitSeconds;
        Beacon own = new Beacon(law, BeaconChain(BeaconSigner.publicKey(), GENESIS, 3, 0));
        vm.warp(AT_1000);
        vm.expectRevert(abi.encodeWithSelector(IBeacon.NotSigned.selector, 0, 1000));
        own.draw(0, ROUND_1000);
        own.draw(0, BeaconSigner.sign(1000));
    }

    function test_badChainsAreRefused() public {
        vm.expectRevert(BadParameters.selector);
        new Beacon(law, BeaconChain(QUICKNET, GENESIS, 0, 0));
        bytes memory offCurve = BeaconSigner.publicKey();
        offCurve[255] ^= 0x01;
        bytes[5] memory bad = [bytes(""), new bytes(256), offCurve, OUTSIDE_G2, abi.encodePacked(QUICKNET, uint8(0))];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(IBeacon.BadKey.selector);
            this.deployWith{gas: 3_000_000}(bad[i]);
        }
    }

    function deployWith(bytes memory key) external returns (Beacon) {
        return new Beacon(law, BeaconChain(key, GENESIS, 3, 0));
    }
}
