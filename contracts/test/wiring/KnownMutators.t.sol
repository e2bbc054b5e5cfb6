// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAuditCourt} from "../../src/interfaces/IAuditCourt.sol";
import {IComputeCredential} from "../../src/interfaces/IComputeCredential.sol";
import {IStakeRegistry} from "../../src/interfaces/IStakeRegistry.sol";
import {Tier} from "../../src/types/Tier.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

/// @notice Everything that can change state, read from the compiled contracts: the proof that nobody has a privilege.
contract KnownMutatorsTest is World {
    function check(string memory name, string[] memory expected) internal view {
        string memory artifact = vm.readFile(string.concat("out/", name, ".sol/", name, ".json"));
        string[] memory all = vm.parseJsonKeys(artifact, ".methodIdentifiers");
        vm.assertTrue(
            lacks(artifact, "fallback") && lacks(artifact, "receive"), string.concat(name, " takes no plain calls")
        );
        uint256 found;
        for (uint256 i; i < all.length; ++i) {
            if (isView(artifact, all[i])) continue;
            ++found;
            vm.assertTrue(contains(expected, all[i]), string.concat(name, " has an unknown mutator: ", all[i]));
        }
        vm.assertEq(found, expected.length, string.concat(name, " has every mutator of the list"));
    }

    /// @dev The compiler writes an entry of the ABI as {"type":"function","name":…,"stateMutability":…}.
    function isView(string memory artifact, string memory signature) internal pure returns (bool) {
        bytes memory json = bytes(artifact);
        bytes memory entry = bytes(string.concat('"type":"function","name":"', nameOf(signature), '","inputs"'));
        uint256 at = find(json, entry, 0);
        vm.assertTrue(at < json.length, string.concat("no ABI entry for ", signature));
        bytes memory key = '"stateMutability":"';
        uint256 mutability = find(json, key, at) + key.length;
        // view or pure, against nonpayable or payable.
        return json[mutability] == "v" || (json[mutability] == "p" && json[mutability + 1] == "u");
    }

    function lacks(string memory artifact, string memory kind) internal pure returns (bool) {
        bytes memory json = bytes(artifact);
        return find(json, bytes(string.concat('"type":"', kind, '"')), 0) == json.length;
    }

    function nameOf(string memory signature) internal pure returns (string memory) {
        bytes memory text = bytes(signature);
        uint256 length;
        while (text[length] != "(") ++length;
        bytes memory name = new bytes(length);
        for (uint256 i; i < length; ++i) {
            name[i] = text[i];
        }
        return string(name);
    }

    function find(bytes memory text, bytes memory part, uint256 from) internal pure returns (uint256) {
        bytes32 wanted = keccak256(part);
        uint256 length = part.length;
        for (uint256 i = from; i + length <= text.length; ++i) {
            if (text[i] != part[0] || text[i + length - 1] != part[length - 1]) continue;
            bytes32 here;
            assembly {
                here := keccak256(add(add(text, 32), i), length)
            }
            if (here == wanted) return i;
        }
        return text.length;
    }

    function contains(string[] memory list, string memory item) internal pure returns (bool) {
        for (uint256 i; i < list.length; ++i) {
            if (keccak256(bytes(list[i])) == keccak256(bytes(item))) return true;
        }
        return false;
    }

    function listOf(string memory words) internal pure returns (string[] memory list) {
        bytes memory text = bytes(words);
        uint256 count = 1;
        for (uint256 i; i < text.length; ++i) {
            if (text[i] == " ") ++count;
        }
        list = new string[](count);
        uint256 start;
        uint256 item;
        for (uint256 i; i <= text.length; ++i) {
            if (i < text.length && text[i] != " ") continue;
            bytes memory word = new bytes(i - start);
            for (uint256 k; k < word.length; ++k) {
                word[k] = text[start + k];
            }
            list[item++] = string(word);
            start = i + 1;
        }
    }

    function test_CorexToken() public view {
        check(
            "CorexToken",
            listOf(
                "approve(address,uint256) burn(uint256) burnFrom(address,uint256) permit(address,address,uint256,uint256,uint8,bytes32,bytes32) transfer(address,uint256) transferFrom(address,address,uint256)"
            )
        );
    }

    function test_Beacon() public view {
        check("Beacon", listOf("draw(uint64,bytes)"));
    }

    function test_StakeRegistry() public view {
        check(
            "StakeRegistry",
            listOf(
                "delegate(address) delegateBySig(address,uint256,uint256,uint8,bytes32,bytes32) recordWork(address,uint256) register(bool,bool) requestUnstake(uint256) slash(address) stake(uint256) takeBond(address) withdraw()"
            )
        );
    }

    function test_WorkLedger() public view {
        check(
            "WorkLedger",
            listOf(
                "commitWork(uint64,bytes32,uint128,uint128,bytes32,uint8) finalize(address,uint64) proveWrongLeaf(address,uint64,(bytes32,uint128),(bytes32,uint128),uint128,(bytes32,uint128,bool)[],(bytes32,uint32,uint256,uint128,bytes32),(bytes32,uint128,bool)[]) proveWrongSum(address,uint64,(bytes32,uint128),(bytes32,uint128),uint128,(bytes32,uint128,bool)[])"
            )
        );
    }

    function test_AuditCourt() public view {
        check(
            "AuditCourt",
            listOf(
                "claimBounty(uint64,address) commitVerdict(uint64,address,bytes32) conclude(address,uint64) convict(address,uint64,address) revealVerdict(uint64,address,uint8,bytes32,bytes32)"
            )
        );
    }

    function test_MiningPool() public view {
        check("MiningPool", listOf("claimAudit(uint64) claimWork(uint64) expire(uint64) settle()"));
    }

    function test_TaskMarket() public view {
        check(
            "TaskMarket",
            listOf(
                "claimAuditFee(address,uint64) claimShards(uint256,uint32,uint256,uint16) postJob(bytes32,bytes32,uint32,uint32,uint128,uint256,uint64) redeem(address,uint64,(bytes32,uint32,uint256,uint128,bytes32),(bytes32,uint128,bool)[]) refund(uint256) releaseShards(uint256,uint32,uint256,address)"
            )
        );
    }

    /// @dev Those of ERC-721 that move a token are here because the standard names them; each of them always reverts.
    function test_ComputeCredential() public view {
        check(
            "ComputeCredential",
            listOf(
                "record(address,uint64,uint8,uint256,uint256) safeTransferFrom(address,address,uint256) safeTransferFrom(address,address,uint256,bytes) transferFrom(address,address,uint256)"
            )
        );
    }

    function test_Adjudicator() public view {
        check("Adjudicator", new string[](0));
    }

    function test_DisputeEvidence() public view {
        check("DisputeEvidence", new string[](0));
    }

    function test_DisputeCourt() public view {
        check(
            "DisputeCourt",
            listOf(
                "accuse(uint64,address,uint8,bytes32) accuseAuditor(uint64,address,address,bytes32) accuseResult(uint64,address,(bytes32,uint32,bytes32,bytes32,bytes32,bytes32,bytes32,uint128,bytes32),((bytes32,uint128,bool)[],(bytes32,uint32,uint256,uint128,bytes32),(bytes32,uint128,bool)[]),(bytes32,uint32,uint32,uint32,uint128,uint128),(uint32,bytes32,bytes32,bytes32[],bytes32,bytes32,bytes32[])) accuseUnits(uint64,address,(bytes32,uint32,bytes32,bytes32,bytes32,bytes32,bytes32,uint128,bytes32),((bytes32,uint128,bool)[],(bytes32,uint32,uint256,uint128,bytes32),(bytes32,uint128,bool)[]),(bytes32,uint32,uint32,uint32,uint128,uint128)) conclude(uint256) nameBlock(uint256,uint32,bytes20,bytes32[]) nameLink(uint256,uint32,bytes,bytes32[],(bytes20,bytes32[],bytes32[]),uint32,(bytes,bytes32[])) nameValue(uint256,uint32,bytes20,bytes32[],uint64,bytes,bytes32[],(bytes20,bytes32[],bytes32[]),(bytes,bytes32[])) openBlocks(uint256,bytes) openLeaves(uint256,bytes) openLink(uint256,bytes,bytes32,bytes32[],(bytes,bytes32[])) openOperands(uint256,bytes,bytes,(bytes,bytes32[])) refute(uint256,uint32,uint32,bytes,(bytes,bytes32[]),(bytes20,bytes32[],bytes32[]),(bytes,bytes32[])) timeout(uint256) vote(uint256,bool)"
            )
        );
    }

    /// @dev The functions that only a contract may call refuse everybody else, the deployer included.
    function testFuzz_nobodyStandsInForAContract(address caller) public {
        refuseSlash(caller);
        refuseConclude(caller);
        refuseSlash(address(this));
        refuseConclude(address(this));
        refuseBond(caller);
        address[8] memory others = [
            address(token),
            address(beacon),
            address(pool),
            address(market),
            address(stakes),
            address(credential),
            address(adjudicator),
            address(disputes)
        ];
        for (uint256 i; i < others.length; ++i) {
            refuseSlash(others[i]);
            refuseConclude(others[i]);
            refuseBond(others[i]);
        }
        refuseBond(address(court));
    }

    function refuseBond(address caller) internal {
        if (caller == address(disputes)) return;
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.OnlyDisputes.selector, caller));
        vm.prank(caller);
        stakes.takeBond(alice);
    }

    function refuseSlash(address caller) internal {
        if (caller == address(court)) return;
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.OnlyCourt.selector, caller));
        vm.prank(caller);
        stakes.slash(alice);
    }

    function refuseConclude(address caller) internal {
        if (caller == address(ledger)) return;
        vm.expectRevert(abi.encodeWithSelector(IAuditCourt.OnlyLedger.selector, caller));
        vm.prank(caller);
        court.conclude(alice, 1);
        if (caller != address(disputes)) {
            vm.expectRevert(abi.encodeWithSelector(IAuditCourt.OnlyWithProof.selector, caller));
            vm.prank(caller);
            court.convict(alice, 1, caller);
        }
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.OnlyLedger.selector, caller));
        vm.prank(caller);
        stakes.recordWork(alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IComputeCredential.OnlyLedger.selector, caller));
        vm.prank(caller);
        credential.record(alice, 1, Tier.TidePool, 1, 0);
    }
}
