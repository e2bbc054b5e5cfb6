// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeCourt} from "../../src/interfaces/IDisputeCourt.sol";
import {vm} from "../support/Vm.sol";
import {EpochActions} from "./EpochActions.sol";

/// @notice Disputes: whoever said fault may bring one, a jury ends it one way or the other, or no way.
abstract contract DisputeActions is EpochActions {
    uint256[] internal open;

    function accuse(address challenger, address worker, uint64 epoch) internal override {
        uint256 bond = stakes.minimumStake();
        if (stakes.slashed(challenger) || stakes.stakeOf(challenger) < bond) return;
        vm.prank(challenger);
        open.push(disputes.accuse(epoch, worker, IDisputeCourt.Reason.ForgedProof, DIGEST));
        ghost[challenger].bonds += bond;
        ++done["accuse"];
    }

    function hearAll(uint64 epoch, uint256 seed) internal override {
        for (uint256 i; i < open.length; ++i) {
            if (disputes.disputeOf(open[i]).deadline == epoch) hear(open[i], uint256(keccak256(abi.encode(seed, i))));
        }
    }

    /// @dev All of one opinion, or each his own.
    function hear(uint256 id, uint256 opinion) internal {
        for (uint256 k; k < VALIDATORS; ++k) {
            bool guilty = opinion % 3 == 0 ? (opinion >> (8 + k)) % 2 == 0 : opinion % 3 == 1;
            if (!disputes.onJury(id, person(WORKERS + k))) continue;
            vm.prank(person(WORKERS + k));
            disputes.vote(id, guilty);
        }
    }

    function endOne(uint256 pick, uint256 opinion) external onlyTheSpenderSpends {
        if (open.length == 0) return;
        uint256 at = pick % open.length;
        uint256 id = open[at];
        IDisputeCourt.Dispute memory d = disputes.disputeOf(id);
        if (beacon.drawnAt(d.deadline) == 0) {
            goTo(endOf(d.deadline) + law.commitSeconds);
            beacon.draw(d.deadline, roundFor(d.deadline));
            hear(id, opinion);
        }
        goTo(concludesFrom(d.deadline));
        uint256 atStake = everythingOf(d.worker);
        disputes.conclude(id);
        open[at] = open[open.length - 1];
        open.pop();
        IDisputeCourt.Phase phase = disputes.disputeOf(id).phase;
        if (phase == IDisputeCourt.Phase.Guilty) {
            ghost[d.worker].slashed += atStake;
            ++done["guilty"];
        } else {
            ++done[phase == IDisputeCourt.Phase.Innocent ? "innocent" : "undecided"];
        }
    }

    function bonds() external view returns (uint256 sum) {
        for (uint256 i; i < open.length; ++i) {
            sum += disputes.disputeOf(open[i]).bond;
        }
    }
}
