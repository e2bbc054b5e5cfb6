// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeCourt} from "../../src/interfaces/IDisputeCourt.sol";
import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {ChunkTreeLib} from "../../src/libraries/ChunkTreeLib.sol";
import {SumStep} from "../../src/libraries/MerkleSumLib.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {SmallProgram} from "./SmallProgram.sol";
import {TreePaths} from "./TreePaths.sol";
import {vm} from "./Vm.sol";

/// @notice A dispute about the small program: Alice commits two slices and their merge, Carol disputes the first segment of
/// slice 0; and the moves of both as one-liners.
abstract contract Game is SmallProgram {
    uint256 internal job;
    uint256 internal id;
    IWorkLedger.Leaf[2] internal leaves;
    IDisputeCourt.Proof[3] internal proofs;

    function setUp() public virtual override {
        super.setUp();
        hire();
        putStake(carol, 10e18);
        putStake(dave, 10e18);
        compute();
    }

    // ---- what Alice commits ----

    function stateRoot(bytes memory tensor) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(0), head(), ChunkTreeLib.rootOf(tensor, 16_384)));
    }

    function segmentNow() internal view returns (IDisputeCourt.Segment memory s, bytes32 trace) {
        bytes32 checkpoint = keccak256("corex.checkpoint.v1");
        (s.startState, s.startOutputs) = (stateRoot(startTensor), keccak256("no outputs"));
        (s.endState, s.endOutputs) = (stateRoot(endTensor), keccak256("outputs"));
        bytes32[] memory words = new bytes32[](3);
        words[0] = keccak256(abi.encode(checkpoint, s.startState, s.startOutputs));
        words[1] = keccak256(abi.encode(checkpoint, s.endState, s.endOutputs));
        words[2] = keccak256("the end of the second segment");
        (trace, s.startPath) = TreePaths.open(words, 0, TreePaths.wordNode);
        (, s.endPath) = TreePaths.open(words, 1, TreePaths.wordNode);
    }

    function digestOf(IDisputeCourt.Proof memory p) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Corex"),
                keccak256("1"),
                block.chainid,
                address(ledger)
            )
        );
        bytes memory words = abi.encode(
            keccak256(
                "WorkloadProof(bytes32 task,uint32 shard,address worker,string[] inputs,bytes32 trace,string traceCid,string output,bytes32 outputRoot,uint128 units,string engine)"
            ),
            p.task,
            uint256(p.shard),
            alice,
            p.inputs,
            p.trace
        );
        words = bytes.concat(words, abi.encode(p.traceCid, p.output, p.outputRoot, uint256(p.units), p.engine));
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(words)));
    }

    /// @dev Slices 0 and 1 in word 0, the merge in word 1.
    function commitRound(uint64 epoch, uint128[3] memory units) internal {
        job = postWith(hashOf(termsNow()));
        (, bytes32 trace) = segmentNow();
        for (uint32 i; i < 3; ++i) {
            uint32 shard = i < 2 ? i : 256;
            proofs[i] = IDisputeCourt.Proof(
                bytes32(job), shard, "in", trace, "cid", "out", "root", units[i], keccak256("engine")
            );
        }
        bytes32 slices = keccak256(abi.encode(digestOf(proofs[0]), units[0], digestOf(proofs[1]), units[1]));
        leaves[0] = IWorkLedger.Leaf(bytes32(job), 0, 3, units[0] + units[1], slices);
        leaves[1] = IWorkLedger.Leaf(bytes32(job), 1, 1, units[2], digestOf(proofs[2]));
        bytes32 root =
            keccak256(abi.encode(hashOf(leaves[0]), leaves[0].units, hashOf(leaves[1]), leaves[1].units));
        uint128 sum = units[0] + units[1] + units[2];
        commit(alice, epoch, root, sum, sum);
    }

    function postWith(bytes32 terms) internal returns (uint256) {
        give(nobody, 1e18);
        vm.prank(nobody);
        token.approve(address(market), 1e18);
        vm.prank(nobody);
        return market.postJob(keccak256("spec"), terms, 3, 3, 87, 1e18, uint64(block.timestamp + 10_000));
    }

    function placementOf(uint256 proof) internal view returns (IDisputeCourt.Placement memory p) {
        IDisputeCourt.Proof memory other = proofs[proof == 0 ? 1 : 0];
        uint256 word = proof / 2;
        p.within = new SumStep[](proof < 2 ? 1 : 0);
        if (proof < 2) p.within[0] = SumStep(digestOf(other), other.units, proof == 1);
        p.leaf = leaves[word];
        p.path = new SumStep[](1);
        p.path[0] = SumStep(hashOf(leaves[1 - word]), leaves[1 - word].units, word == 1);
    }

    function rightUnits() internal pure returns (uint128[3] memory) {
        return [PER_STEP * STEPS, PER_STEP * STEPS, MERGE];
    }

    /// @dev Carol finds a fault in epoch 1 and says so, Dave does not; reveals are still open.
    function untilAccusation() internal {
        commitRound(1, rightUnits());
        draw(1);
        commitVerdict(carol, alice, 1, Verdict.Fault);
        commitVerdict(dave, alice, 1, Verdict.Ok);
        goTo(revealsFrom(1));
        revealVerdict(carol, alice, 1, Verdict.Fault);
        revealVerdict(dave, alice, 1, Verdict.Ok);
    }

    function accuseResult() internal returns (uint256) {
        untilAccusation();
        (IDisputeCourt.Segment memory segment,) = segmentNow();
        vm.prank(carol);
        return disputes.accuseResult(1, alice, proofs[0], placementOf(0), termsNow(), segment);
    }
}
