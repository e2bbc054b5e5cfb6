// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IDisputeCourt} from "./interfaces/IDisputeCourt.sol";
import {ITaskMarket} from "./interfaces/ITaskMarket.sol";
import {IWorkLedger} from "./interfaces/IWorkLedger.sol";
import {LeafLib} from "./libraries/LeafLib.sol";
import {MerkleSumLib} from "./libraries/MerkleSumLib.sol";
import {ProofLib} from "./libraries/ProofLib.sol";
import {WordTreeLib} from "./libraries/WordTreeLib.sol";
import {Parameters, Wiring} from "./types/Parameters.sol";

/// @title DisputeEvidence
/// @notice What a committed proof says, against the terms of its job. Keeps nothing; the dispute court creates it, as one
/// contract has no room for both, and passes on what it is called with.
contract DisputeEvidence {
    /// The protocol's own tasks have larger numbers, jobs smaller ones. protocol/work/shard.ts
    uint256 internal constant JOBS_END = 2 ** 64;

    IWorkLedger internal immutable ledger;
    ITaskMarket internal immutable market;
    bytes32 internal immutable baseTerms;

    constructor(Parameters memory p, Wiring memory w) {
        ledger = IWorkLedger(w.ledger);
        market = ITaskMarket(w.market);
        baseTerms = p.baseTerms;
    }

    /// @notice Refuses unless the segment is one of a training shard that the worker committed.
    /// @return steps of the segment
    function stepsOf(
        uint64 epoch,
        address worker,
        IDisputeCourt.Proof calldata proof,
        IDisputeCourt.Placement calldata placement,
        IDisputeCourt.Terms calldata terms,
        IDisputeCourt.Segment calldata segment
    ) external view returns (uint32 steps) {
        _requireCommitted(epoch, worker, proof, placement);
        _requireTerms(proof.task, terms);
        if (!_isTraining(proof.task, placement.leaf.word, terms)) revert IDisputeCourt.NotATrainingShard();
        if (terms.values == 0 || terms.segment == 0) revert IDisputeCourt.WrongTerms();
        _requireSegment(proof.trace, terms, segment);
        // What is left of the shard, which has this segment: more than none.
        return uint32(Math.min(terms.segment, terms.steps - uint256(segment.index) * terms.segment));
    }

    /// @notice Refuses unless the units of a committed proof are not what its terms say.
    function requireWrongUnits(
        uint64 epoch,
        address worker,
        IDisputeCourt.Proof calldata proof,
        IDisputeCourt.Placement calldata placement,
        IDisputeCourt.Terms calldata terms
    ) external view {
        _requireCommitted(epoch, worker, proof, placement);
        _requireTerms(proof.task, terms);
        uint256 expected;
        if (_isTraining(proof.task, placement.leaf.word, terms)) expected = uint256(terms.unitsPerStep) * terms.steps;
        else if (_isMerge(proof.task, placement.leaf.word)) expected = terms.unitsMerge;
        else revert IDisputeCourt.NotATrainingShard();
        if (proof.units == expected) revert IDisputeCourt.UnitsAreRight();
    }

    /// @dev The proof is the digest of a leaf's tree, and the leaf is one of the commitment's.
    function _requireCommitted(
        uint64 epoch,
        address worker,
        IDisputeCourt.Proof calldata proof,
        IDisputeCourt.Placement calldata placement
    ) internal view {
        IWorkLedger.Leaf calldata leaf = placement.leaf;
        bytes32 digest = ProofLib.digestOf(proof, worker, address(ledger));
        (bytes32 proofs, uint128 sum) = MerkleSumLib.climb(digest, proof.units, placement.within);
        if (proofs != leaf.proofs || sum != leaf.units) revert IDisputeCourt.WrongOpening();
        if (leaf.task != proof.task || !ProofLib.isIn(leaf.word, leaf.mask, proof.shard)) {
            revert IDisputeCourt.WrongOpening();
        }
        (proofs, sum) = MerkleSumLib.climb(LeafLib.hashOf(leaf), leaf.units, placement.path);
        IWorkLedger.Commitment memory work = ledger.commitmentOf(worker, epoch);
        if (proofs != work.root || sum != work.units) revert IDisputeCourt.WrongOpening();
    }

    function _requireTerms(bytes32 task, IDisputeCourt.Terms calldata terms) internal view {
        bytes32 posted = uint256(task) < JOBS_END ? market.termsOf(uint256(task)) : baseTerms;
        if (ProofLib.hashOf(terms) != posted) revert IDisputeCourt.WrongTerms();
    }

    function _isTraining(bytes32 task, uint32 word, IDisputeCourt.Terms calldata terms) internal view returns (bool) {
        if (terms.steps == 0) return false;
        if (uint256(task) >= JOBS_END) return true;
        uint256 width = market.jobOf(uint256(task)).width;
        return width == 1 || (width > 1 && word % 2 == 0);
    }

    function _isMerge(bytes32 task, uint32 word) internal view returns (bool) {
        return uint256(task) < JOBS_END && market.jobOf(uint256(task)).width > 1 && word % 2 == 1;
    }

    /// @dev Both ends of the segment are checkpoints of the proof's trace, one after the other.
    function _requireSegment(bytes32 trace, IDisputeCourt.Terms calldata terms, IDisputeCourt.Segment calldata s)
        internal
        pure
    {
        uint256 count = ProofLib.checkpointsOf(terms.steps, terms.segment);
        bytes32 start = ProofLib.checkpointOf(s.startState, s.startOutputs);
        bytes32 end = ProofLib.checkpointOf(s.endState, s.endOutputs);
        if (WordTreeLib.climb(start, s.index, count, s.startPath) != trace) revert IDisputeCourt.WrongOpening();
        if (WordTreeLib.climb(end, uint256(s.index) + 1, count, s.endPath) != trace) {
            revert IDisputeCourt.WrongOpening();
        }
    }
}
