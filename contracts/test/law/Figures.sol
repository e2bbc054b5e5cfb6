// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {TaskKind, Tier} from "../../src/types/Tier.sol";
import {World} from "../support/World.sol";
import {Tape} from "./Tape.sol";

/// @notice What is compared after a step of a history: figures by number, as tools/law/figures.ts has them, read from the contracts.
abstract contract Figures is World {
    uint256 internal constant ACCOUNTS = 6;
    uint256 internal constant EPOCHS = 6;
    uint256 internal constant JOBS = 4;
    uint256 internal constant GLOBAL_SIZE = 12;
    uint256 internal constant ACCOUNT_SIZE = 10;
    uint256 internal constant CREDENTIAL_SIZE = 8;
    uint256 internal constant JOB_SIZE = 5;
    uint256 internal constant EPOCH_SIZE = 8;
    uint256 internal constant WORK_SIZE = 12;
    uint256 internal constant BALLOT_SIZE = 5;
    uint256 internal constant CREDENTIALS_AT = GLOBAL_SIZE + ACCOUNTS * ACCOUNT_SIZE;
    uint256 internal constant JOBS_AT = CREDENTIALS_AT + ACCOUNTS * CREDENTIAL_SIZE;
    uint256 internal constant EPOCHS_AT = JOBS_AT + JOBS * JOB_SIZE;
    uint256 internal constant WHOLE_EPOCH = EPOCH_SIZE + ACCOUNTS * WORK_SIZE;
    uint256 internal constant AUDITS_AT = EPOCHS_AT + EPOCHS * WHOLE_EPOCH;
    uint256 internal constant WHOLE_AUDIT = 1 + ACCOUNTS * BALLOT_SIZE;
    uint256 internal constant FIGURES = AUDITS_AT + EPOCHS * ACCOUNTS * WHOLE_AUDIT;

    error Differs(uint256 seed, uint256 step, uint256 figure, uint256 expected, uint256 got);

    /// @dev What one replay knows.
    struct Run {
        Tape tape;
        uint256 seed;
        uint256 step;
        uint256 compared;
        address[] accounts;
        uint64[] epochs;
        uint256[] expected;
    }

    function compare(Run memory run) internal view {
        uint256[][6] memory lists;
        for (uint256 i; i < 6; ++i) {
            lists[i] = readList(run.tape);
        }
        for (uint256 left = run.tape.number(); left != 0; --left) {
            uint256 figure = run.tape.number();
            run.expected[figure] = run.tape.number();
        }
        compareSums(run);
        compareEach(run, lists[0], compareAccount);
        compareEach(run, lists[1], compareCredential);
        compareEach(run, lists[2], compareJob);
        compareEach(run, lists[3], compareEpoch);
        compareEach(run, lists[4], compareWork);
        compareEach(run, lists[5], compareAudit);
    }

    function compareEach(Run memory run, uint256[] memory list, function(Run memory, uint256) internal view compareOne)
        internal
        view
    {
        for (uint256 i; i < list.length; ++i) {
            compareOne(run, list[i]);
        }
    }

    function readList(Tape memory tape) internal pure returns (uint256[] memory list) {
        list = new uint256[](tape.number());
        for (uint256 i; i < list.length; ++i) {
            list[i] = tape.number();
        }
    }

    function same(Run memory run, uint256 figure, uint256 got) internal pure {
        uint256 expected = run.expected[figure];
        if (expected != got) revert Differs(run.seed, run.step, figure, expected, got);
        ++run.compared;
    }

    function compareSums(Run memory run) internal view {
        same(run, 0, token.totalSupply());
        same(run, 1, token.balanceOf(address(pool)));
        same(run, 2, token.balanceOf(address(stakes)));
        same(run, 3, token.balanceOf(address(market)));
        same(run, 4, token.balanceOf(address(court)));
        same(run, 5, token.balanceOf(address(disputes)));
        same(run, 6, pool.remaining());
        same(run, 7, pool.unclaimed());
        same(run, 8, pool.highWater());
        same(run, 9, stakes.minimumStake());
        same(run, 10, market.jobs());
        same(run, 11, ledger.nextWithWork(0));
        for (uint256 i; i < ACCOUNTS; ++i) {
            same(run, GLOBAL_SIZE + i * ACCOUNT_SIZE, token.balanceOf(run.accounts[i]));
        }
    }

    function compareAccount(Run memory run, uint256 i) internal view {
        address who = run.accounts[i];
        uint256 at = GLOBAL_SIZE + i * ACCOUNT_SIZE;
        same(run, at + 1, stakes.stakeOf(who));
        (uint256 unbonding, uint64 releasedAt) = stakes.unbondingOf(who);
        same(run, at + 2, unbonding);
        same(run, at + 3, releasedAt);
        (bool compute, bool validator, bool slashed) = stakes.rolesOf(who);
        same(run, at + 4, (compute ? 1 : 0) + (validator ? 2 : 0) + (slashed ? 4 : 0));
        same(run, at + 5, ledger.reputationOf(who));
        same(run, at + 6, market.qualityOf(who));
        (uint64 epochs, uint64 first, uint64 last) = credential.epochsOf(who);
        same(run, at + 7, epochs);
        same(run, at + 8, first);
        same(run, at + 9, last);
    }

    function compareCredential(Run memory run, uint256 i) internal view {
        uint256 at = CREDENTIALS_AT + i * CREDENTIAL_SIZE;
        for (uint8 tier; tier < 4; ++tier) {
            same(run, at + tier, credential.unitsOf(run.accounts[i], TaskKind.Base, Tier(tier)));
            same(run, at + 4 + tier, credential.unitsOf(run.accounts[i], TaskKind.Market, Tier(tier)));
        }
    }

    function compareJob(Run memory run, uint256 i) internal view {
        uint256 at = JOBS_AT + i * JOB_SIZE;
        ITaskMarket.Job memory job = market.jobOf(i + 1);
        same(run, at, market.escrowOf(i + 1));
        same(run, at + 1, uint8(job.state));
        same(run, at + 2, job.paidUnits);
        same(run, at + 3, job.paidFee);
        same(run, at + 4, job.paidWords);
    }

    function compareEpoch(Run memory run, uint256 e) internal view {
        uint64 epoch = run.epochs[e];
        uint256 at = EPOCHS_AT + e * WHOLE_EPOCH;
        IWorkLedger.EpochTotals memory totals = ledger.totalsOf(epoch);
        same(run, at, totals.units);
        same(run, at + 1, totals.score);
        same(run, at + 2, pool.released(epoch));
        same(run, at + 3, ledger.nextWithWork(epoch + 1));
        same(run, at + 4, court.auditsTotal(epoch));
        same(run, at + 5, beacon.drawnAt(epoch));
        same(run, at + 6, uint256(beacon.seedOf(epoch)));
        same(run, at + 7, stakes.totalWeightAt(epoch));
    }

    /// @param pair of an epoch and a worker
    function compareWork(Run memory run, uint256 pair) internal view {
        (uint64 epoch, address who) = (run.epochs[pair / ACCOUNTS], run.accounts[pair % ACCOUNTS]);
        uint256 at = EPOCHS_AT + (pair / ACCOUNTS) * WHOLE_EPOCH + EPOCH_SIZE + (pair % ACCOUNTS) * WORK_SIZE;
        IWorkLedger.Commitment memory work = ledger.commitmentOf(who, epoch);
        same(run, at, uint256(work.root));
        same(run, at + 1, work.units);
        same(run, at + 2, work.marketUnits);
        same(run, at + 3, uint8(work.outcome));
        same(run, at + 4, uint8(work.tier));
        same(run, at + 5, work.merit);
        same(run, at + 6, scoreOf(who, epoch));
        (uint256 forWork, uint256 forAudits) = pool.claimable(who, epoch);
        same(run, at + 7, forWork);
        same(run, at + 8, forAudits);
        same(run, at + 9, market.burnedFor(who, epoch));
        same(run, at + 10, court.auditsBy(epoch, who));
        same(run, at + 11, stakes.weightAt(who, epoch));
    }

    function compareAudit(Run memory run, uint256 audit) internal view {
        uint64 epoch = run.epochs[audit / ACCOUNTS];
        address worker = run.accounts[audit % ACCOUNTS];
        uint256 at = AUDITS_AT + audit * WHOLE_AUDIT;
        same(run, at, court.revealsOf(epoch, worker));
        for (uint256 i; i < ACCOUNTS; ++i) {
            compareBallot(run, at + 1 + i * BALLOT_SIZE, epoch, worker, run.accounts[i]);
        }
    }

    function compareBallot(Run memory run, uint256 at, uint64 epoch, address worker, address validator) internal view {
        same(run, at, uint8(court.verdictOf(epoch, worker, validator)));
        same(run, at + 1, market.auditFeeOf(worker, epoch, validator));
        (uint256 weight, uint256 others) = stakes.weightsFor(worker, validator, epoch);
        same(run, at + 2, weight);
        same(run, at + 3, others);
        same(run, at + 4, court.onCommittee(epoch, worker, validator) ? 1 : 0);
    }
}
