// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {Parameters} from "../../src/types/Parameters.sol";
import {TaskKind, Tier} from "../../src/types/Tier.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";
import {Tape} from "./Tape.sol";

/// @notice Plays histories that protocol/economy has played before, on the real contracts, and compares every figure that
/// the books say, to the wei, after every step. `npm run test:law` writes the histories and names what differs.
contract HistoriesTest is World {
    // Of tools/law/figures.ts.
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
    /// Instead of a contract: time passes.
    uint256 internal constant NOBODY = 255;

    /// @notice How every history ends that the contracts play as the books did.
    error Agrees(uint256 steps, uint256 figures);
    error Differs(uint256 seed, uint256 step, uint256 figure, uint256 expected, uint256 got);
    /// @notice The step was taken or refused otherwise than by the books; 0 stands for taken.
    error Answers(uint256 seed, uint256 step, bytes4 expected, bytes4 got);

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

    string internal folder;

    function setUp() public override {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        folder = vm.envOr("LAW_HISTORIES", "out/law");
    }

    function test_contractsAndBooksAgree() public {
        Tape memory campaign = Tape(vm.readFileBinary(string.concat(folder, "/campaign.bin")), 0);
        uint256 files = campaign.number();
        vm.assertGt(files, 0, "there are histories");
        uint256[3] memory sums;
        for (uint256 i; i < files; ++i) {
            uint256[3] memory done = this.replayFile(string.concat(folder, "/", vm.toString(i), ".bin"));
            for (uint256 k; k < 3; ++k) {
                sums[k] += done[k];
            }
        }
        vm.assertEq(sums[0], campaign.number(), "every history is played");
        vm.assertEq(sums[1], campaign.number(), "every step of it");
        vm.assertEq(sums[2], campaign.number(), "every figure is compared");
    }

    /// @dev Histories of which one figure was falsified after it was predicted, for every kind of figure, and some that were
    /// predicted by another law: the comparison must stop at each, at the step and the figure that are stated.
    function test_everyFalseFigureIsFound() public {
        Tape memory all = Tape(vm.readFileBinary(string.concat(folder, "/false.bin")), 0);
        uint256 count = all.number();
        vm.assertGt(count, 0, "there are false histories");
        for (uint256 i; i < count; ++i) {
            (uint256 step, uint256 figure) = (all.number(), all.number());
            bytes memory reason = reasonOf(all.slice());
            vm.assertTrue(bytes4(reason) == Differs.selector, "a false figure is found");
            (, uint256 foundStep, uint256 foundFigure,,) =
                abi.decode(withoutSelector(reason), (uint256, uint256, uint256, uint256, uint256));
            vm.assertEq(foundStep, step, "at its step");
            vm.assertEq(foundFigure, figure, "by its number");
        }
        vm.assertTrue(all.isAtEnd(), "every false history is played");
    }

    /// @dev A call of its own, so that its memory ends with it.
    function replayFile(string calldata path) external returns (uint256[3] memory done) {
        Tape memory file = Tape(vm.readFileBinary(path), 0);
        while (!file.isAtEnd()) {
            bytes memory reason = reasonOf(file.slice());
            if (bytes4(reason) != Agrees.selector) {
                assembly ("memory-safe") {
                    revert(add(reason, 32), mload(reason))
                }
            }
            (uint256 steps, uint256 figures) = abi.decode(withoutSelector(reason), (uint256, uint256));
            done = [done[0] + 1, done[1] + steps, done[2] + figures];
        }
    }

    /// @dev A history always reverts, with its result: the next one finds a world without it.
    function reasonOf(bytes memory tape) internal returns (bytes memory reason) {
        try this.replay(tape) {
            revert("a history reverts");
        } catch (bytes memory found) {
            return found;
        }
    }

    function withoutSelector(bytes memory reason) internal pure returns (bytes memory arguments) {
        arguments = new bytes(reason.length - 4);
        assembly ("memory-safe") {
            mcopy(add(arguments, 32), add(reason, 36), mload(arguments))
        }
    }

    // ---- one history ----

    function replay(bytes calldata data) external {
        Run memory run;
        run.tape = Tape(data, 0);
        run.seed = run.tape.number();
        law = readLaw(run.tape);
        deploy();
        readCast(run);
        run.expected = new uint256[](FIGURES);
        for (uint256 left = run.tape.number(); left != 0; --left) {
            playStep(run);
            compare(run);
            ++run.step;
        }
        revert Agrees(run.step, run.compared);
    }

    function readLaw(Tape memory tape) internal pure returns (Parameters memory) {
        return Parameters({
            genesis: uint64(tape.number()),
            epochSeconds: uint64(tape.number()),
            commitSeconds: uint64(tape.number()),
            auditSeconds: uint64(tape.number()),
            revealSeconds: uint64(tape.number()),
            finalizeSeconds: uint64(tape.number()),
            vestSeconds: uint64(tape.number()),
            unbondSeconds: uint64(tape.number()),
            claimTimeoutSeconds: uint64(tape.number()),
            claimWindowSeconds: uint64(tape.number()),
            maxBaseUnits: uint128(tape.number()),
            committee: uint32(tape.number()),
            disputeSeconds: uint64(tape.number()),
            jury: uint32(tape.number()),
            baseTerms: bytes32(tape.number()),
            releaseRate: tape.number(),
            decayRate: tape.number()
        });
    }

    function readCast(Run memory run) internal {
        run.accounts = new address[](ACCOUNTS);
        for (uint256 i; i < ACCOUNTS; ++i) {
            run.accounts[i] = address(uint160(run.tape.number()));
            vm.prank(run.accounts[i]);
            token.approve(address(stakes), type(uint256).max);
            vm.prank(run.accounts[i]);
            token.approve(address(market), type(uint256).max);
        }
        run.epochs = new uint64[](run.tape.number());
        for (uint256 i; i < run.epochs.length; ++i) {
            run.epochs[i] = uint64(run.tape.number());
        }
    }

    function playStep(Run memory run) internal {
        vm.warp(run.tape.number());
        uint256 target = run.tape.number();
        if (target == NOBODY) return;
        uint256 caller = run.tape.number();
        bytes memory data = run.tape.slice();
        bytes4 expected = bytes4(uint32(run.tape.number()));
        vm.prank(callerOf(run, caller));
        (bool ok, bytes memory answer) = contractAt(target).call(data);
        bytes4 got = ok ? bytes4(0) : bytes4(answer);
        if (got != expected) revert Answers(run.seed, run.step, expected, got);
    }

    function callerOf(Run memory run, uint256 caller) internal view returns (address) {
        if (caller == ACCOUNTS) return address(pool);
        return caller == ACCOUNTS + 1 ? address(disputes) : run.accounts[caller];
    }

    function contractAt(uint256 target) internal view returns (address) {
        return [
            address(token),
            address(beacon),
            address(stakes),
            address(ledger),
            address(court),
            address(pool),
            address(market)
        ][target];
    }

    // ---- the figures, in the order of tools/law/figures.ts ----

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
