// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {IAuditCourt} from "../../src/interfaces/IAuditCourt.sol";
import {IMiningPool} from "../../src/interfaces/IMiningPool.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {SumNode, SumStep} from "../../src/libraries/MerkleSumLib.sol";
import {ShardLib} from "../../src/libraries/ShardLib.sol";
import {Tier} from "../../src/types/Tier.sol";
import {Outcome, Verdict} from "../../src/types/Verdict.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

/// @notice Lives through epochs as a network does: everything that anyone owns was earned from the pool. An action that
/// is not possible now does nothing; one that is possible must not revert.
contract Handler is World {
    uint256 internal constant WORKERS = 4;
    uint256 internal constant VALIDATORS = 3;
    bytes4 internal constant PANIC = 0x4e487b71;

    struct Held {
        uint256 job;
        uint32 word;
        uint256 mask;
    }

    struct Delivery {
        address worker;
        uint64 epoch;
        IWorkLedger.Leaf leaf;
    }

    /// A commitment whose root states more units than the two nodes below it have.
    struct Inflated {
        address worker;
        uint64 epoch;
        SumNode left;
        SumNode right;
        uint128 units;
    }

    /// Where an account's stake went: what it put in is what it has, took out or lost.
    struct Stake {
        uint256 put;
        uint256 withdrawn;
        uint256 slashed;
    }

    /// What happened, so that runs in which nothing does are found out.
    mapping(string what => uint256) public done;
    Delivery[] internal deliveries;
    Inflated[] internal inflated;
    mapping(address account => Stake) internal ghost;
    /// Who pays for what happens now.
    address internal spender;
    uint64[] internal committed;
    /// Newest settled epoch, plus one.
    uint64 internal settled;
    mapping(address worker => Held) internal holds;
    mapping(uint256 job => mapping(uint32 word => uint256)) internal taken;
    mapping(uint64 epoch => address[]) internal workersOf;
    mapping(uint64 epoch => mapping(address worker => mapping(address validator => Verdict))) internal said;

    constructor() {
        setUp();
        for (uint256 i; i < WORKERS; ++i) {
            enrol(person(i), true, false);
        }
        for (uint256 i; i < VALIDATORS; ++i) {
            enrol(person(WORKERS + i), false, true);
        }
    }

    function person(uint256 i) public pure returns (address) {
        return address(uint160(0x1000 + i));
    }

    function people() public pure returns (uint256) {
        return WORKERS + VALIDATORS;
    }

    function anyone(uint256 pick) internal pure returns (address) {
        return person(pick % people());
    }

    function anyWorker(uint256 pick) internal pure returns (address) {
        return person(pick % WORKERS);
    }

    /// @dev Nobody's wallet gets smaller by what others do.
    modifier onlyTheSpenderSpends() {
        uint256[] memory before = new uint256[](people());
        for (uint256 i; i < people(); ++i) {
            before[i] = token.balanceOf(person(i));
        }
        spender = address(0);
        _;
        for (uint256 i; i < people(); ++i) {
            if (person(i) == spender) continue;
            vm.assertGe(token.balanceOf(person(i)), before[i], "nobody but its owner moves what was earned");
        }
    }

    // ---- an epoch from its end to its draw, and the verdicts on it ----

    /// @dev The epoch that ends next: some workers commit base tasks or shards of jobs, then the seed is drawn.
    function work(uint256 seed) external onlyTheSpenderSpends {
        uint64 epoch = epochNow();
        goTo(endOf(epoch));
        bool any;
        for (uint256 i; i < WORKERS; ++i) {
            address worker = person(i);
            if (stakes.slashed(worker) || uint8(seed >> (8 * i)) < 64) continue;
            commitSomething(worker, epoch, seed >> (8 * i));
            workersOf[epoch].push(worker);
            any = true;
        }
        draw(epoch);
        if (any) committed.push(epoch);
        judge(epoch, seed);
        ++done["work"];
    }

    function commitSomething(address worker, uint64 epoch, uint256 seed) internal {
        (uint256 job, uint32 word, uint256 held) = claimOf(worker);
        if (seed % 16 == 15) return commitInflated(worker, epoch, seed);
        if (job == 0 || seed % 4 == 0) {
            // Now and then a forged amount: what a captured committee may accept.
            uint128 stated = seed % 32 == 16 ? type(uint104).max : uint128(bound(seed, 1, 1_000));
            vm.prank(worker);
            ledger.commitWork(epoch, bytes32(seed | 1), stated, 0, MANIFEST, uint8(seed % 4));
            return;
        }
        uint128 units = uint128(ShardLib.countOf(held)) * 10;
        IWorkLedger.Leaf memory leaf = leafOf(job, word, held, units);
        vm.prank(worker);
        ledger.commitWork(epoch, hashOf(leaf), units, units, MANIFEST, 0);
        deliveries.push(Delivery(worker, epoch, leaf));
    }

    function commitInflated(address worker, uint64 epoch, uint256 seed) internal {
        SumNode memory left = SumNode(bytes32(seed), 10);
        SumNode memory right = SumNode(bytes32(~seed), 20);
        bytes32 root = keccak256(abi.encode(left.hash, left.sum, right.hash, right.sum));
        vm.prank(worker);
        ledger.commitWork(epoch, root, 1_000, 0, MANIFEST, 0);
        inflated.push(Inflated(worker, epoch, left, right, 1_000));
    }

    /// @dev Sooner or later somebody shows a wrong sum; a second time is refused.
    function convictOne(uint256 pick, uint256 who) external onlyTheSpenderSpends {
        if (inflated.length == 0) return;
        Inflated memory i = inflated[pick % 4 == 0 ? pick % inflated.length : inflated.length - 1];
        uint256 atStake = everythingOf(i.worker);
        vm.prank(anyone(who));
        try ledger.proveWrongSum(i.worker, i.epoch, i.left, i.right, i.units, new SumStep[](0)) {
            ghost[i.worker].slashed += atStake;
            ++done["convict"];
        } catch (bytes memory reason) {
            only(reason, IWorkLedger.AlreadyFinalized.selector);
        }
    }

    function everythingOf(address account) internal view returns (uint256) {
        (uint256 unbonding,) = stakes.unbondingOf(account);
        return stakes.stakeOf(account) + unbonding;
    }

    /// @dev What only a contract may do, tried by somebody else.
    function meddle(uint256 who, uint256 victim) external onlyTheSpenderSpends {
        address account = anyone(victim);
        address[5] memory callers = [
            anyone(who), address(this), address(pool), address(market), who % 2 == 0 ? address(token) : address(beacon)
        ];
        address caller = callers[who % 5];
        refused(caller, address(stakes), abi.encodeCall(stakes.slash, (account)));
        refused(caller, address(stakes), abi.encodeCall(stakes.recordWork, (account, 1e18)));
        refused(caller, address(court), abi.encodeCall(court.conclude, (account, epochNow())));
        refused(caller, address(court), abi.encodeCall(court.convict, (account, epochNow(), caller)));
        refused(caller, address(credential), abi.encodeCall(credential.record, (account, 1, Tier.TidePool, 1, 1)));
        if (caller != account) {
            uint256 balance = token.balanceOf(account);
            if (balance > 0) {
                refused(caller, address(token), abi.encodeCall(token.transferFrom, (account, caller, balance)));
            }
        }
        ++done["meddle"];
    }

    function refused(address caller, address where, bytes memory call) internal {
        vm.prank(caller);
        (bool success, bytes memory reason) = where.call(call);
        vm.assertFalse(success, "what only a contract may do, nobody else can");
        vm.assertTrue(reason.length >= 4 && bytes4(reason) != PANIC, "and the refusal has a name");
    }

    function judge(uint64 epoch, uint256 seed) internal {
        address[] memory workers = workersOf[epoch];
        for (uint256 i; i < workers.length; ++i) {
            for (uint256 k; k < VALIDATORS; ++k) {
                address validator = person(WORKERS + k);
                uint256 dice = uint8(uint256(keccak256(abi.encode(seed, i, k))));
                if (dice < 32 || !court.onCommittee(epoch, workers[i], validator)) continue;
                // All tell the same of a worker, or each his own; a fault is rare.
                uint256 opinion = dice < 64 ? dice : uint8(uint256(keccak256(abi.encode(seed, i))));
                Verdict verdict = opinion < 32 ? Verdict.Fault : opinion < 56 ? Verdict.Unavailable : Verdict.Ok;
                commitVerdict(validator, workers[i], epoch, verdict);
                said[epoch][workers[i]][validator] = verdict;
            }
        }
        goTo(revealsFrom(epoch));
        for (uint256 i; i < workers.length; ++i) {
            for (uint256 k; k < VALIDATORS; ++k) {
                address validator = person(WORKERS + k);
                Verdict verdict = said[epoch][workers[i]][validator];
                if (verdict != Verdict.None && uint8(seed >> (8 * k + i)) > 16) {
                    revealVerdict(validator, workers[i], epoch, verdict);
                    ++done["reveal"];
                }
            }
        }
        goTo(concludesFrom(epoch));
        for (uint256 i; i < workers.length; ++i) {
            if (uint8(seed >> i) > 16) finalizeOne(workers[i], epoch);
        }
        goTo(paysFrom(epoch));
    }

    function finalizeOne(address worker, uint64 epoch) internal {
        if (ledger.commitmentOf(worker, epoch).outcome != Outcome.Pending) return;
        uint256 atStake = everythingOf(worker);
        ledger.finalize(worker, epoch);
        Outcome outcome = ledger.commitmentOf(worker, epoch).outcome;
        if (outcome == Outcome.Accepted) ++done["accept"];
        if (outcome != Outcome.Fault) return;
        ghost[worker].slashed += atStake;
        ++done["slash"];
    }

    /// @dev What nobody concluded in time.
    function finalizeLate(uint256 pick) external onlyTheSpenderSpends {
        if (committed.length == 0) return;
        uint64 epoch = committed[pick % committed.length];
        address[] memory workers = workersOf[epoch];
        finalizeOne(workers[(pick >> 64) % workers.length], epoch);
    }

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

    function claimAuditFees(uint256 pick) external onlyTheSpenderSpends {
        for (uint256 i; i < deliveries.length * VALIDATORS; ++i) {
            Delivery memory d = deliveries[i / VALIDATORS];
            address validator = person(WORKERS + i % VALIDATORS);
            if (uint8(pick >> (i % 32)) < 64 || market.auditFeeOf(d.worker, d.epoch, validator) == 0) continue;
            vm.prank(validator);
            market.claimAuditFee(d.worker, d.epoch);
            ++done["auditFee"];
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

    // ---- stake ----

    /// @dev Somebody who has CXT, if there is anybody.
    function anyoneRich(uint256 pick) internal view returns (address account) {
        for (uint256 i; i < people(); ++i) {
            account = anyone(bound(pick, 0, people()) + i);
            if (token.balanceOf(account) > 1e6 && !stakes.slashed(account)) return account;
        }
    }

    function stake(uint256 who, uint256 amount) external onlyTheSpenderSpends {
        address account = anyoneRich(who);
        if (stakes.slashed(account) || token.balanceOf(account) == 0) return;
        amount = bound(amount, 1, token.balanceOf(account));
        vm.prank(account);
        token.approve(address(stakes), amount);
        spender = account;
        vm.prank(account);
        stakes.stake(amount);
        ghost[account].put += amount;
        ++done["stake"];
    }

    function unstake(uint256 who, uint256 amount) external onlyTheSpenderSpends {
        address account = anyone(who);
        for (uint256 i; i < people() && stakes.stakeOf(account) == 0; ++i) {
            account = person(i);
        }
        uint256 available = stakes.stakeOf(account);
        if (available == 0) return;
        vm.prank(account);
        stakes.requestUnstake(bound(amount, 1, available));
        ++done["unstake"];
    }

    function withdrawAll() external onlyTheSpenderSpends {
        for (uint256 i; i < people(); ++i) {
            (uint256 amount, uint64 at) = stakes.unbondingOf(person(i));
            if (stakes.slashed(person(i))) vm.assertEq(amount, 0, "what was slashed is not withdrawn");
            if (amount == 0 || block.timestamp < at) continue;
            vm.prank(person(i));
            stakes.withdraw();
            ghost[person(i)].withdrawn += amount;
            ++done["withdraw"];
        }
    }

    // ---- jobs ----

    function postOne(uint256 who, uint256 fee, uint256 shape) external onlyTheSpenderSpends {
        address submitter = anyoneRich(who);
        uint256 balance = token.balanceOf(submitter);
        if (balance == 0) return;
        fee = bound(fee, 1, balance / 10 + 1);
        uint32 width = [uint32(0), 1, 3][shape % 3];
        uint32 shards = width == 3 ? 6 : 4;
        vm.prank(submitter);
        token.approve(address(market), fee);
        spender = submitter;
        vm.prank(submitter);
        market.postJob(keccak256("spec"), shards, width, shards * 10, fee, uint64(block.timestamp + 300));
        ++done["post"];
    }

    function claimShards(uint256 who, uint256 pick, uint256 mask) external onlyTheSpenderSpends {
        address worker = anyWorker(who);
        uint256 jobs = market.jobs();
        for (uint256 i; i < WORKERS && stakes.stakeOf(worker) < stakes.minimumStake(); ++i) {
            worker = person(i);
        }
        if (jobs == 0 || stakes.slashed(worker) || stakes.stakeOf(worker) < stakes.minimumStake()) return;
        (uint256 already,,) = claimOf(worker);
        if (already != 0) return;
        // Mostly the newest one: older ones are past their deadlines.
        uint256 job = pick % 4 == 0 ? 1 + pick % jobs : jobs;
        ITaskMarket.Job memory open = market.jobOf(job);
        if (open.state != ITaskMarket.State.Open || block.timestamp >= open.deadline) return;
        uint32 word = open.paidWords;
        if (open.width == 0) word = 0;
        uint256 all = ShardLib.maskOf(open.shards, open.width, word);
        uint256 granted = (mask & all == 0 ? all : mask & all) & ~taken[job][word];
        if (granted == 0) return;
        vm.prank(worker);
        market.claimShards(job, word, granted, 256);
        ++done["claim"];
        holds[worker] = Held(job, word, granted);
        taken[job][word] |= granted;
    }

    function claimOf(address worker) internal view returns (uint256 job, uint32 word, uint256 mask) {
        Held storage h = holds[worker];
        return (h.job, h.word, h.mask);
    }

    function drop(address worker) internal {
        delete holds[worker];
    }

    function redeemAll() external onlyTheSpenderSpends {
        for (uint256 i; i < deliveries.length; ++i) {
            Delivery memory d = deliveries[i];
            try market.redeem(d.worker, d.epoch, d.leaf, noPath()) {
                ++done["redeem"];
                if (holds[d.worker].job == uint256(d.leaf.task)) drop(d.worker);
            } catch (bytes memory reason) {
                vm.assertTrue(reason.length > 0 && bytes4(reason) != PANIC, "what is not payable is refused by name");
            }
        }
    }

    function releaseOne(uint256 who) external onlyTheSpenderSpends {
        address worker = anyWorker(who);
        for (uint256 i; i < WORKERS && holds[worker].job == 0; ++i) {
            worker = person(i);
        }
        (uint256 job, uint32 word, uint256 mask) = claimOf(worker);
        if (job == 0) return;
        if (market.jobOf(job).state != ITaskMarket.State.Open) return drop(worker);
        try market.releaseShards(job, word, mask, worker) {
            ++done["release"];
            taken[job][word] &= ~mask;
            drop(worker);
        } catch (bytes memory reason) {
            only(reason, ITaskMarket.NotReleasable.selector);
        }
    }

    function refundOne(uint256 pick) external onlyTheSpenderSpends {
        uint256 jobs = market.jobs();
        if (jobs == 0) return;
        uint256 job = 1 + pick % jobs;
        ITaskMarket.Job memory open = market.jobOf(job);
        if (open.state == ITaskMarket.State.Open && pick % 8 == 0) goTo(open.deadline + law.claimTimeoutSeconds);
        if (open.state != ITaskMarket.State.Open || block.timestamp < open.deadline + law.claimTimeoutSeconds) return;
        market.refund(job);
        ++done["refund"];
    }

    function only(bytes memory reason, bytes4 allowed) internal pure {
        vm.assertTrue(bytes4(reason) == allowed, "no other refusal is expected here");
    }

    function wait(uint256 time) external {
        goTo(block.timestamp + bound(time, 1, 120));
    }

    function epochNow() internal view returns (uint64) {
        return uint64((block.timestamp - law.genesis) / law.epochSeconds);
    }

    // ---- what the invariants read ----

    /// @dev What an account put in, less all that came out, against what the registry says that it has.
    function stakeOf(uint256 i) external view returns (uint256 expected, uint256 found) {
        Stake storage of_ = ghost[person(i)];
        expected = of_.put - of_.withdrawn - of_.slashed;
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

    function balances() external view returns (uint256 ofStakes, uint256 ofMarket, uint256 ofCourt) {
        return (token.balanceOf(address(stakes)), token.balanceOf(address(market)), token.balanceOf(address(court)));
    }

    function elsewhere() external view returns (uint256) {
        return token.balanceOf(address(token)) + token.balanceOf(address(beacon)) + token.balanceOf(address(ledger));
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
