// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {IComputeCredential} from "../../src/interfaces/IComputeCredential.sol";
import {PictureLib} from "../../src/libraries/PictureLib.sol";
import {TaskKind, Tier} from "../../src/types/Tier.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

contract RecordTest is World {
    uint256 private token_;

    function setUp() public override {
        super.setUp();
        enrolAll();
        token_ = credential.tokenOf(alice);
    }

    function test_acceptedWorkMintsAndAdds() public {
        vm.assertEq(credential.balanceOf(alice), 0, "nothing without work");
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, token_));
        credential.locked(token_);
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        vm.assertEq(credential.ownerOf(token_), alice, "hers");
        vm.assertTrue(credential.locked(token_), "for good");
        runEpoch(alice, 5, 500, Verdict.Ok);
        vm.assertEq(credential.balanceOf(alice), 1, "one token, however long she works");
        vm.assertEq(credential.unitsOf(alice, TaskKind.Base, Tier.TidePool), 1_500, "added up");
        (uint64 epochs, uint64 first, uint64 last) = credential.epochsOf(alice);
        vm.assertEq(epochs, 2, "two epochs");
        vm.assertEq(first, 1, "from the first");
        vm.assertEq(last, 5, "to the fifth");
    }

    function test_byKindAndTier() public {
        goTo(endOf(1));
        vm.prank(alice);
        ledger.commitWork(1, "root", 100, 30, MANIFEST, uint8(Tier.OpenOcean));
        draw(1);
        audit(alice, 1, Verdict.Ok);
        vm.expectEmit(true, true, true, true, address(credential));
        emit IComputeCredential.WorkRecorded(alice, 1, Tier.OpenOcean, 70, 30);
        ledger.finalize(alice, 1);
        vm.assertEq(credential.unitsOf(alice, TaskKind.Base, Tier.OpenOcean), 70, "base tasks");
        vm.assertEq(credential.unitsOf(alice, TaskKind.Market, Tier.OpenOcean), 30, "jobs");
        vm.assertEq(credential.unitsOf(alice, TaskKind.Base, Tier.TidePool), 0, "and no other tier");
        vm.assertEq(scoreOf(alice, 1), 70 * 750_000, "a newcomer in the Open Ocean; base tasks count");
    }

    function test_onlyVerifiedWork() public {
        putStake(alice, 1e18);
        runEpoch(alice, 1, 1_000, Verdict.Unavailable);
        runEpoch(alice, 5, 1_000, Verdict.Fault);
        vm.assertEq(credential.balanceOf(alice), 0, "neither unserved nor wrong work");
    }

    function test_lateFinalizationInAnyOrder() public {
        commitBase(alice, 1, 10);
        draw(1);
        audit(alice, 1, Verdict.Ok);
        runEpoch(alice, 5, 10, Verdict.Ok);
        ledger.finalize(alice, 1);
        (uint64 epochs, uint64 first, uint64 last) = credential.epochsOf(alice);
        vm.assertEq(epochs, 2, "both");
        vm.assertEq(first, 1, "first");
        vm.assertEq(last, 5, "last");
    }

    function testFuzz_onlyTheLedgerRecords(address caller) public {
        vm.assume(caller != address(ledger));
        vm.expectRevert(abi.encodeWithSelector(IComputeCredential.OnlyLedger.selector, caller));
        vm.prank(caller);
        credential.record(caller, 1, Tier.TidePool, 1e18, 0);
    }

    function test_itCannotBeMoved() public {
        runEpoch(alice, 1, 1_000, Verdict.Ok);
        bytes4 refused = IComputeCredential.NotTransferable.selector;
        vm.expectRevert(refused);
        vm.prank(alice);
        credential.transferFrom(alice, bob, token_);
        vm.expectRevert(refused);
        vm.prank(alice);
        credential.safeTransferFrom(alice, bob, token_);
        vm.expectRevert(refused);
        vm.prank(alice);
        credential.safeTransferFrom(alice, bob, token_, "");
        vm.expectRevert(refused);
        vm.prank(alice);
        credential.approve(bob, token_);
        vm.expectRevert(refused);
        vm.prank(alice);
        credential.setApprovalForAll(bob, true);
        vm.assertEq(credential.ownerOf(token_), alice, "still hers");
    }

    function test_whatItIsSaysErc165() public view {
        vm.assertTrue(credential.supportsInterface(0x80ac58cd), "ERC-721");
        vm.assertTrue(credential.supportsInterface(0x5b5e139f), "its metadata");
        vm.assertTrue(credential.supportsInterface(0xb45a3c0e), "ERC-5192");
        vm.assertTrue(credential.supportsInterface(0x49064906), "ERC-4906");
        vm.assertFalse(credential.supportsInterface(0xffffffff), "and nothing else");
    }

    function test_pictureAndAttributesAreInside() public {
        goTo(endOf(1));
        vm.prank(alice);
        ledger.commitWork(1, "root", 5_000e9, 2_000e9, MANIFEST, uint8(Tier.BlueSurge));
        draw(1);
        audit(alice, 1, Verdict.Ok);
        ledger.finalize(alice, 1);
        string memory uri = credential.tokenURI(token_);
        string memory json = string(Base64.decode(after_(uri, "data:application/json;base64,")));
        vm.assertTrue(vm.contains(json, '"trait_type":"Base, Blue Surge","display_type":"number","value":3000'), "base");
        vm.assertTrue(
            vm.contains(json, '"trait_type":"Market, Blue Surge","display_type":"number","value":2000'), "market"
        );
        vm.assertTrue(vm.contains(json, '"trait_type":"Epochs","display_type":"number","value":1'), "epochs");
        string memory image = vm.parseJsonString(json, ".image");
        string memory svg = string(Base64.decode(after_(image, "data:image/svg+xml;base64,")));
        vm.assertTrue(vm.contains(svg, "<svg xmlns="), "a picture");
        vm.assertTrue(vm.contains(svg, "Mariana Depth"), "with its seas");
        vm.assertTrue(vm.contains(svg, ">500e1<"), "and how much was done in them");
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, credential.tokenOf(bob)));
        credential.tokenURI(uint160(bob));
    }

    function testFuzz_noAmountBreaksThePicture(uint256[4] memory base, uint256[4] memory market, uint64 epoch)
        public
        pure
    {
        for (uint256 i; i < 4; ++i) {
            (base[i], market[i]) = (base[i] / 2, market[i] / 2);
        }
        string memory uri = PictureLib.uriOf(PictureLib.Subject(address(1), epoch, epoch, epoch, base, market));
        vm.assertTrue(bytes(uri).length > 1_000, "it is drawn");
    }

    function after_(string memory text, string memory prefix) internal pure returns (string memory) {
        uint256 skip = bytes(prefix).length;
        bytes memory rest = new bytes(bytes(text).length - skip);
        for (uint256 i; i < rest.length; ++i) {
            rest[i] = bytes(text)[i + skip];
        }
        for (uint256 i; i < skip; ++i) {
            vm.assertTrue(bytes(text)[i] == bytes(prefix)[i], prefix);
        }
        return string(rest);
    }
}
