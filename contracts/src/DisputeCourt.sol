// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {DisputeDocket} from "./DisputeDocket.sol";
import {DisputeEvidence} from "./DisputeEvidence.sol";
import {DisputeGame} from "./DisputeGame.sol";
import {DisputeJury} from "./DisputeJury.sol";
import {DisputeOpenings} from "./DisputeOpenings.sol";
import {IDisputeCourt} from "./interfaces/IDisputeCourt.sol";
import {Parameters, Wiring} from "./types/Parameters.sol";

/// @title DisputeCourt
contract DisputeCourt is DisputeGame {
    uint256 internal constant SELECTOR = 4;

    address internal immutable evidence;

    constructor(Parameters memory p, Wiring memory w) DisputeDocket(p, w) DisputeJury(p) DisputeOpenings(w) {
        evidence = address(new DisputeEvidence(p, w));
    }

    /// @inheritdoc IDisputeCourt
    function accuseResult(
        uint64 epoch,
        address worker,
        Proof calldata proof,
        Placement calldata,
        Terms calldata terms,
        Segment calldata segment
    ) external returns (uint256 id) {
        uint32 steps = abi.decode(_examine(DisputeEvidence.stepsOf.selector), (uint32));
        Dispute storage d;
        (id, d) = _begin(epoch, worker, Reason.None, 0);
        (d.values, d.steps, d.program) = (terms.values, steps, terms.program);
        (d.startState, d.endState) = (segment.startState, segment.endState);
        emit SegmentNamed(id, proof.task, proof.shard, segment.index);
        _pass(id, d, Phase.OpenBlocks);
    }

    /// @inheritdoc IDisputeCourt
    function accuseUnits(uint64 epoch, address worker, Proof calldata, Placement calldata, Terms calldata) external {
        _examine(DisputeEvidence.requireWrongUnits.selector);
        court.convict(worker, epoch, msg.sender);
    }

    /// @dev The evidence takes the arguments of this very call: whatever it refuses is refused here.
    function _examine(bytes4 question) internal view returns (bytes memory answer) {
        return Address.functionStaticCall(evidence, bytes.concat(question, msg.data[SELECTOR:]));
    }
}
