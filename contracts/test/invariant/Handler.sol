// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAuditCourt} from "../../src/interfaces/IAuditCourt.sol";
import {IMiningPool} from "../../src/interfaces/IMiningPool.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {vm} from "../support/Vm.sol";
import {DisputeActions} from "./DisputeActions.sol";

/// @notice Lives through epochs as a network does: everything that anyone owns was earned from the pool. An action that
/// is not possible now does nothing; one that is possible must not revert.
contract Handler is DisputeActions {
    /// Newest settled epoch, plus one.
    uint64 internal settled;

    // ---- what is paid ----

    /// @dev Every epoch with work is past its deadlines here, so the oldest unsettled one must settle.
    function settleAll() external onlyTheSpenderSpends {
        for (uint64 next = ledger.nextWithWork(settled); next != 0; next = ledger.nextWithWork(settled)) {
            uint256 cap = pool.remaining() * law.releaseRate / 1e18;
            uint256 mark = pool.highWater();
            pool.settle();
            vm.assertLe(pool.released(next - 1), cap, "an epoch releases its cap at most");
            vm.assertLe(pool.highWater(), 2 * mark + 2 ** 40, "the mark at most doubles");
            settled = next;
            ++done["settle"];
        }
    }

    /// @dev All but one claim what is due to them.
    function claimAll(uint256 lazy) external onlyTheSpenderSpends {
        for (uint256 i; i < committed.length * people(); ++i) {
            (address account, uint64 epoch) = (person(i % people()), committed[i / people()]);
            if (account == anyone(lazy)) continue;
            (uint256 forWork, uint256 forAudits) = pool.claimable(account, epoch);
            if (forWork > 0) {
                vm.prank(account);
                pool.claimWork(epoch);
                ++done["claimWork"];
            }
            if (forAudits > 0) {
                vm.prank(account);
                pool.claimAudit(epoch);
                ++done["claimAudit"];
            }
        }
    }

    function claimBounties() external onlyTheSpenderSpends {
        for (uint256 i; i < committed.length; ++i) {
            address[] memory workers = workersOf[committed[i]];
            for (uint256 k; k < workers.length * VALIDATORS; ++k) {
                claimBounty(committed[i], workers[k / VALIDATORS], person(WORKERS + k % VALIDATORS));
            }
        }
    }

    function claimBounty(uint64 epoch, address worker, address validator) internal {
        if (court.verdictOf(epoch, worker, validator) != Verdict.Fault) return;
        vm.prank(validator);
        try court.claimBounty(epoch, worker) {
            ++done["bounty"];
        } catch (bytes memory reason) {
            only(reason, IAuditCourt.NothingToClaim.selector);
        }
    }

    function expireAll(uint256 late) external onlyTheSpenderSpends {
        if (late % 8 == 0) goTo(block.timestamp + law.claimWindowSeconds);
        for (uint256 i; i < committed.length; ++i) {
            if (pool.released(committed[i]) == 0) continue;
            try pool.expire(committed[i]) {
                ++done["expire"];
            } catch (bytes memory reason) {
                only(reason, IMiningPool.NotExpired.selector);
            }
        }
    }

    // ---- what the invariants read ----

    /// @dev What an account put in, less all that came out, against what the registry says that it has.
    function stakeOf(uint256 i) external view returns (uint256 expected, uint256 found) {
        Stake storage of_ = ghost[person(i)];
        expected = of_.put - of_.withdrawn - of_.slashed - of_.bonds;
        found = everythingOf(person(i));
    }

    function supply() external view returns (uint256 minted, uint256 burned) {
        return (MINTED, MINTED - token.totalSupply());
    }

    function inWallets() external view returns (uint256 sum) {
        for (uint256 i; i < people(); ++i) {
            sum += token.balanceOf(person(i));
        }
    }

    function staked() external view returns (uint256 sum) {
        for (uint256 i; i < people(); ++i) {
            (uint256 unbonding,) = stakes.unbondingOf(person(i));
            sum += stakes.stakeOf(person(i)) + unbonding;
        }
    }

    function escrowed() external view returns (uint256 sum) {
        for (uint256 job = 1; job <= market.jobs(); ++job) {
            sum += market.escrowOf(job);
        }
    }

    /// @dev A worker commits once an epoch, so each pair of worker and epoch stands here once.
    function auditFeesDue() external view returns (uint256 sum) {
        for (uint256 i; i < deliveries.length; ++i) {
            Delivery memory d = deliveries[i];
            for (uint256 k; k < VALIDATORS; ++k) {
                sum += market.auditFeeOf(d.worker, d.epoch, person(WORKERS + k));
            }
        }
    }

    function pots() external view returns (uint256 remaining, uint256 unclaimed, uint256 balance) {
        return (pool.remaining(), pool.unclaimed(), token.balanceOf(address(pool)));
    }

    function balances()
        external
        view
        returns (uint256 ofStakes, uint256 ofMarket, uint256 ofCourt, uint256 ofDisputes)
    {
        return (
            token.balanceOf(address(stakes)),
            token.balanceOf(address(market)),
            token.balanceOf(address(court)),
            token.balanceOf(address(disputes))
        );
    }

    function elsewhere() external view returns (uint256) {
        return token.balanceOf(address(token)) + token.balanceOf(address(beacon)) + token.balanceOf(address(ledger))
            + token.balanceOf(address(credential)) + token.balanceOf(address(adjudicator));
    }

    /// @dev What all accounts together could claim now.
    function owed() external view returns (uint256 sum) {
        for (uint256 i; i < committed.length; ++i) {
            for (uint256 k; k < people(); ++k) {
                (uint256 forWork, uint256 forAudits) = pool.claimable(person(k), committed[i]);
                sum += forWork + forAudits;
            }
        }
    }
}
