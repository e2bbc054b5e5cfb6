// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

/// @notice What the attacks have in common: the numbers of the public network, committees by name, and what somebody owns.
/// A test whose name starts with test_open or testFuzz_open shows what nothing stops yet; docs/economics.md lists them.
abstract contract Ground is World {
    /// @dev config/corex.yaml; test/protocol/economy/deterrence.test.ts holds the two together.
    function publicLaw() internal {
        law.epochSeconds = 3600;
        law.commitSeconds = 600;
        law.auditSeconds = 1200;
        law.revealSeconds = 600;
        law.finalizeSeconds = 600;
        law.vestSeconds = 86_400;
        law.unbondSeconds = 1_209_600;
        law.claimTimeoutSeconds = 7_200;
        law.claimWindowSeconds = 7_776_000;
        law.maxBaseUnits = 252_520_505_344;
        law.committee = 10;
        law.disputeSeconds = 10_800;
        law.jury = 24;
        law.releaseRate = 19_767_862_466_298;
        law.decayRate = 999_920_930_894_714_225;
        deploy();
    }

    /// @dev Anybody who validates is on every committee, whatever it weighs: what a vote decides, without the draw.
    function everybodyJudges() internal {
        law.committee = type(uint32).max;
        deploy();
    }

    /// @dev All that an account can ever turn into CXT, but for emission and auditors' fees that it has not pulled.
    function wealthOf(address who) internal view returns (uint256) {
        (uint256 unbonding,) = stakes.unbondingOf(who);
        return token.balanceOf(who) + stakes.stakeOf(who) + unbonding;
    }

    function named(uint256 number) internal pure returns (address) {
        return address(uint160(0x5000 + number));
    }

    /// @dev Verdicts of some validators on several workers, from the draw to the outcome.
    function judge(uint64 epoch, address[] memory workers, address[] memory judges, Verdict[] memory says) internal {
        draw(epoch);
        for (uint256 w; w < workers.length; ++w) {
            for (uint256 j; j < judges.length; ++j) {
                commitVerdict(judges[j], workers[w], epoch, says[j]);
            }
        }
        goTo(revealsFrom(epoch));
        for (uint256 w; w < workers.length; ++w) {
            for (uint256 j; j < judges.length; ++j) {
                revealVerdict(judges[j], workers[w], epoch, says[j]);
            }
        }
        goTo(concludesFrom(epoch));
        for (uint256 w; w < workers.length; ++w) {
            ledger.finalize(workers[w], epoch);
        }
    }

    /// @dev Carol and Dave find these workers' epoch in order.
    function accept(uint64 epoch, address[] memory workers) internal {
        (address[] memory judges, Verdict[] memory says) = (new address[](2), new Verdict[](2));
        (judges[0], judges[1], says[0], says[1]) = (carol, dave, Verdict.Ok, Verdict.Ok);
        judge(epoch, workers, judges, says);
    }

    function both(address first, address second) internal pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (first, second);
    }

    function only(address who) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = who;
    }

    /// @dev The emission for its work that an account gets out of an epoch; nothing where there is nothing.
    function earn(address who, uint64 epoch) internal returns (uint256 work) {
        goTo(claimableFrom(epoch));
        (work,) = pool.claimable(who, epoch);
        if (work == 0) return 0;
        vm.prank(who);
        pool.claimWork(epoch);
    }

    function redeem(address worker, uint64 epoch, IWorkLedger.Leaf memory leaf) internal {
        market.redeem(worker, epoch, leaf, noPath());
    }

    function epochNow() internal view returns (uint64) {
        return uint64((block.timestamp - law.genesis) / law.epochSeconds);
    }
}
