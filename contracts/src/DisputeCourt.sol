// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {DisputeDocket} from "./DisputeDocket.sol";
import {DisputeGame} from "./DisputeGame.sol";
import {DisputeJury} from "./DisputeJury.sol";
import {DisputeOpenings} from "./DisputeOpenings.sol";
import {IDisputeCourt} from "./interfaces/IDisputeCourt.sol";
import {IWorkLedger} from "./interfaces/IWorkLedger.sol";
import {LeafLib} from "./libraries/LeafLib.sol";
import {MerkleSumLib} from "./libraries/MerkleSumLib.sol";
import {ProofLib} from "./libraries/ProofLib.sol";
import {WordTreeLib} from "./libraries/WordTreeLib.sol";
import {Parameters, Wiring} from "./types/Parameters.sol";

/// @title DisputeCourt
/// @notice What a committed proof says, against the terms of its job.
contract DisputeCourt is DisputeGame {
    /// The protocol's own tasks have larger numbers, jobs smaller ones. protocol/work/shard.ts
    uint256 internal constant JOBS_END = 2 ** 64;

    bytes32 internal immutable baseTerms;

    constructor(Parameters memory p, Wiring memory w) DisputeDocket(p, w) DisputeJury(p) DisputeOpenings(w) {
        baseTerms = p.baseTerms;
    }

    /// @inheritdoc IDisputeCourt
    function accuseResult(
        uint64 epoch,
        address worker,
        Proof calldata proof,
        Placement calldata placement,
        Terms calldata terms,
        Segment calldata segment
    ) external returns (uint256 id) {
        _requireCommitted(epoch, worker, proof, placement);
        _requireTerms(proof.task, terms);
        if (!_isTraining(proof.task, placement.leaf.word, terms)) revert NotATrainingShard();
        if (terms.values == 0 || terms.segment == 0) revert WrongTerms();
        _requireSegment(proof.trace, terms, segment);
        Dispute storage d;
        (id, d) = _begin(epoch, worker, Reason.None, 0);
        (d.values, d.program) = (terms.values, terms.program);
        (d.startState, d.endState) = (segment.startState, segment.endState);
        // What is left of the shard, which has this segment: more than none.
        d.steps = uint32(Math.min(terms.segment, terms.steps - uint256(segment.index) * terms.segment));
        emit SegmentNamed(id, proof.task, proof.shard, segment.index);
        _pass(id, d, Phase.OpenBlocks);
    }

    /// @inheritdoc IDisputeCourt
    function accuseUnits(
        uint64 epoch,
        address worker,
        Proof calldata proof,
        Placement calldata placement,
        Terms calldata terms
    ) external {
        _requireCommitted(epoch, worker, proof, placement);
        _requireTerms(proof.task, terms);
        uint256 expected;
        if (_isTraining(proof.task, placement.leaf.word, terms)) expected = uint256(terms.unitsPerStep) * terms.steps;
        else if (_isMerge(proof.task, placement.leaf.word)) expected = terms.unitsMerge;
        else revert NotATrainingShard();
        if (proof.units == expected) revert UnitsAreRight();
        court.convict(worker, epoch, msg.sender);
    }

    /// @dev The proof is the digest of a leaf's tree, and the leaf is one of the commitment's.
    function _requireCommitted(uint64 epoch, address worker, Proof calldata proof, Placement calldata placement)
        internal
        view
    {
        IWorkLedger.Leaf calldata leaf = placement.leaf;
        bytes32 digest = ProofLib.digestOf(proof, worker, address(ledger));
        (bytes32 proofs, uint128 sum) = MerkleSumLib.climb(digest, proof.units, placement.within);
        if (proofs != leaf.proofs || sum != leaf.units) revert WrongOpening();
        if (leaf.task != proof.task || !ProofLib.isIn(leaf.word, leaf.mask, proof.shard)) revert WrongOpening();
        (proofs, sum) = MerkleSumLib.climb(LeafLib.hashOf(leaf), leaf.units, placement.path);
        IWorkLedger.Commitment memory work = ledger.commitmentOf(worker, epoch);
        if (proofs != work.root || sum != work.units) revert WrongOpening();
    }

    function _requireTerms(bytes32 task, Terms calldata terms) internal view {
        bytes32 posted = uint256(task) < JOBS_END ? market.termsOf(uint256(task)) : baseTerms;
        if (ProofLib.hashOf(terms) != posted) revert WrongTerms();
    }

    function _isTraining(bytes32 task, uint32 word, Terms calldata terms) internal view returns (bool) {
        if (terms.steps == 0) return false;
        if (uint256(task) >= JOBS_END) return true;
        uint256 width = market.jobOf(uint256(task)).width;
        return width == 1 || (width > 1 && word % 2 == 0);
    }

    function _isMerge(bytes32 task, uint32 word) internal view returns (bool) {
        return uint256(task) < JOBS_END && market.jobOf(uint256(task)).width > 1 && word % 2 == 1;
    }

    /// @dev Both ends of the segment are checkpoints of the proof's trace, one after the other.
    function _requireSegment(bytes32 trace, Terms calldata terms, Segment calldata s) internal pure {
        uint256 count = ProofLib.checkpointsOf(terms.steps, terms.segment);
        bytes32 start = ProofLib.checkpointOf(s.startState, s.startOutputs);
        bytes32 end = ProofLib.checkpointOf(s.endState, s.endOutputs);
        if (WordTreeLib.climb(start, s.index, count, s.startPath) != trace) revert WrongOpening();
        if (WordTreeLib.climb(end, uint256(s.index) + 1, count, s.endPath) != trace) revert WrongOpening();
    }
}
