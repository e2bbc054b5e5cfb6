// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeCourt} from "../../src/interfaces/IDisputeCourt.sol";
import {SumStep} from "../../src/libraries/MerkleSumLib.sol";
import {Game} from "../support/Game.sol";
import {vm} from "../support/Vm.sol";

/// @dev Units are part of the proof, and the terms say how many there must be: no game is needed.
contract UnitsTest is Game {
    function accuseUnits(uint256 proof) internal {
        IDisputeCourt.Placement memory placement = placementOf(proof);
        IDisputeCourt.Terms memory terms = termsNow();
        disputes.accuseUnits(1, alice, proofs[proof], placement, terms);
    }

    function refuse(uint256 proof, IDisputeCourt.Terms memory terms, bytes4 reason) internal {
        IDisputeCourt.Placement memory placement = placementOf(proof);
        vm.expectRevert(reason);
        disputes.accuseUnits(1, alice, proofs[proof], placement, terms);
    }

    function test_unitsAsTheTermsSayAreRight() public {
        commitRound(1, rightUnits());
        for (uint256 i; i < 3; ++i) {
            refuse(i, termsNow(), IDisputeCourt.UnitsAreRight.selector);
        }
    }

    function test_anyOthersSlashAtOnce() public {
        for (uint256 i; i < 3; ++i) {
            uint256 snapshot = vm.snapshotState();
            uint128[3] memory units = rightUnits();
            units[i] += 1;
            commitRound(1, units);
            vm.prank(dave);
            this.byAnyone(i);
            vm.assertTrue(stakes.slashed(alice), "slashed");
            vm.assertEq(token.balanceOf(address(this)), 4e18, "40 % to whoever shows it");
            vm.revertToState(snapshot);
        }
    }

    function byAnyone(uint256 proof) external {
        accuseUnits(proof);
    }

    function test_otherTermsAreRefused() public {
        uint128[3] memory units = rightUnits();
        units[0] = 1;
        commitRound(1, units);
        IDisputeCourt.Terms memory terms = termsNow();
        terms.unitsPerStep += 1;
        refuse(0, terms, IDisputeCourt.WrongTerms.selector);
    }

    function test_whatWasNotCommittedIsRefused() public {
        commitRound(1, rightUnits());
        // Her own units, claimed to be others.
        proofs[0].units += 1;
        refuse(0, termsNow(), IDisputeCourt.WrongOpening.selector);
        proofs[0].units -= 1;
        // A shard of another word, and one that is not in the mask.
        (uint32 shard, uint32[2] memory others) = (proofs[0].shard, [uint32(256), 2]);
        for (uint256 i; i < 2; ++i) {
            proofs[0].shard = others[i];
            refuse(0, termsNow(), IDisputeCourt.WrongOpening.selector);
        }
        proofs[0].shard = shard;
        // Of another's, of another epoch.
        IDisputeCourt.Placement memory placement = placementOf(0);
        IDisputeCourt.Terms memory terms = termsNow();
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        disputes.accuseUnits(1, bob, proofs[0], placement, terms);
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        disputes.accuseUnits(2, alice, proofs[0], placement, terms);
    }

    /// @dev Every member of the proof is in its digest.
    function testFuzz_noMemberOfTheProofCanBeChanged(uint256 which, bytes32 other) public {
        commitRound(1, rightUnits());
        IDisputeCourt.Proof storage p = proofs[0];
        which %= 6;
        if (which == 0) p.inputs ^= other;
        if (which == 1) p.trace ^= other;
        if (which == 2) p.traceCid ^= other;
        if (which == 3) p.output ^= other;
        if (which == 4) p.outputRoot ^= other;
        if (which == 5) p.engine ^= other;
        refuse(0, termsNow(), other == 0 ? IDisputeCourt.UnitsAreRight.selector : IDisputeCourt.WrongOpening.selector);
    }

    function test_baseTasksHaveTheLawsTerms() public {
        law.baseTerms = hashOf(termsNow());
        deploy();
        hire();
        IDisputeCourt.Proof memory p = IDisputeCourt.Proof(
            keccak256("base task"), 5, "in", "trace", "cid", "out", "root", PER_STEP * STEPS + 1, keccak256("engine")
        );
        IDisputeCourt.Placement memory placement;
        placement.leaf.task = p.task;
        (placement.leaf.mask, placement.leaf.units, placement.leaf.proofs) = (1 << 5, p.units, digestOf(p));
        commit(alice, 1, hashOf(placement.leaf), p.units, 0);
        disputes.accuseUnits(1, alice, p, placement, termsNow());
        vm.assertTrue(stakes.slashed(alice), "slashed");
    }

    /// @dev Inference has no steps of a graph that the chain knows.
    function test_aShardOfInferenceGoesToTheJury() public {
        IDisputeCourt.Terms memory terms = termsNow();
        terms.steps = 0;
        job = postWith(hashOf(terms));
        IDisputeCourt.Proof memory p =
            IDisputeCourt.Proof(bytes32(job), 0, "in", "trace", "cid", "out", "root", 1, keccak256("engine"));
        IDisputeCourt.Placement memory placement;
        placement.leaf.task = p.task;
        (placement.leaf.mask, placement.leaf.units, placement.leaf.proofs) = (1, 1, digestOf(p));
        commit(alice, 1, hashOf(placement.leaf), 1, 1);
        vm.expectRevert(IDisputeCourt.NotATrainingShard.selector);
        disputes.accuseUnits(1, alice, p, placement, terms);
        IDisputeCourt.Segment memory segment;
        vm.expectRevert(IDisputeCourt.NotATrainingShard.selector);
        disputes.accuseResult(1, alice, p, placement, terms, segment);
    }
}
