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
        bytes32 root = keccak256(abi.encode(hashOf(leaves[0]), leaves[0].units, hashOf(leaves[1]), leaves[1].units));
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

    // ---- the moves ----

    function accuseResult() internal {
        untilAccusation();
        (IDisputeCourt.Segment memory segment,) = segmentNow();
        IDisputeCourt.Placement memory placement = placementOf(0);
        IDisputeCourt.Terms memory terms = termsNow();
        vm.prank(carol);
        id = disputes.accuseResult(1, alice, proofs[0], placement, terms, segment);
    }

    function openBlocks() internal {
        bytes memory blocks = packed(wordsOfLog());
        vm.prank(alice);
        disputes.openBlocks(id, blocks);
    }

    /// @dev Carol names the block of a position, Alice opens it.
    function nameBlockOf(uint256 position) internal {
        IDisputeCourt.LogOpening memory o = inLog(position);
        bytes20 short = bytes20(wordsOfLog()[position / SIDE]);
        vm.prank(carol);
        disputes.nameBlock(id, uint32(position / SIDE), short, o.inLog);
        bytes memory shorts = packed(wordsOfBlock(position / SIDE));
        vm.prank(alice);
        disputes.openLeaves(id, shorts);
    }

    /// @dev The whole way to a value: accusation, blocks, leaves.
    function untilValueOf(uint256 position) internal {
        accuseResult();
        openBlocks();
        nameBlockOf(position);
    }

    function nameValue(uint256 position, uint64 element) internal {
        bool isFirst = position < VALUES;
        uint256 index = uint256(element) * 8 / 128;
        IDisputeCourt.ChunkOpening memory chunk;
        IDisputeCourt.LogOpening memory earlier;
        if (isFirst && element < SIZE) chunk = chunkOf(log[position], 128, index);
        if (!isFirst) earlier = inLog(SUM);
        nameValue(position, element, earlier, chunk);
    }

    function nameValue(
        uint256 position,
        uint64 element,
        IDisputeCourt.LogOpening memory earlier,
        IDisputeCourt.ChunkOpening memory chunk
    ) internal {
        IDisputeCourt.LogOpening memory o = inLog(position);
        (, bytes32[] memory path) = programOf(position % VALUES);
        bytes memory instruction = instructionOf(position % VALUES);
        uint32 index = uint32(position % SIDE);
        vm.prank(carol);
        disputes.nameValue(id, index, o.short, o.inBlock, element, instruction, path, earlier, chunk);
    }

    /// @dev What Alice says went into an element of the sum of step 0.
    function openOperands(uint256 element, bytes memory operands) internal {
        bytes memory instruction = instructionOf(SUM);
        IDisputeCourt.ChunkOpening memory result = chunkOf(log[SUM], 128, element * 8 / 128);
        vm.prank(alice);
        disputes.openOperands(id, instruction, operands, result);
    }

    function operandsOf(uint256 element) internal view returns (bytes memory) {
        return bytes.concat(slice(log[W], 8 * element, 8), slice(log[C], 8 * element, 8));
    }

    function refute(uint32 operand, uint256 element, bytes memory operands) internal {
        uint256 source = operand == 0 ? W : C;
        bytes memory instruction = instructionOf(SUM);
        IDisputeCourt.ChunkOpening memory posted = chunkOf(operands, 128, 0);
        IDisputeCourt.LogOpening memory opening = inLog(source);
        IDisputeCourt.ChunkOpening memory chunk = chunkOf(log[source], 128, element * 8 / 128);
        vm.prank(carol);
        disputes.refute(id, operand, 0, instruction, posted, opening, chunk);
    }

    /// @param index of the 128 bytes of w at the segment's end
    function nameLink(uint32 index) internal {
        (, bytes32[] memory path) = programOf(W);
        bytes memory instruction = instructionOf(W);
        uint256 last = VALUES * (SEGMENT - 1) + SUM;
        IDisputeCourt.LogOpening memory next = inLog(last);
        IDisputeCourt.ChunkOpening memory chunk = chunkOf(log[last], 128, index);
        vm.prank(carol);
        disputes.nameLink(id, uint32(W), instruction, path, next, index, chunk);
    }

    function openLink(bytes memory tensor) internal {
        IDisputeCourt.ChunkOpening memory chunk = chunkOf(tensor, 16_384, 0);
        bytes32 digest = ChunkTreeLib.rootOf(tensor, 16_384);
        bytes memory entry = head();
        vm.prank(alice);
        disputes.openLink(id, entry, digest, new bytes32[](0), chunk);
    }

    function phase() internal view returns (IDisputeCourt.Phase) {
        return disputes.disputeOf(id).phase;
    }

    function passTime() internal {
        goTo(disputes.disputeOf(id).deadline);
    }
}
