// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAuditCourt} from "../../src/interfaces/IAuditCourt.sol";
import {IMiningPool} from "../../src/interfaces/IMiningPool.sol";
import {ITaskMarket} from "../../src/interfaces/ITaskMarket.sol";
import {ShardLib} from "../../src/libraries/ShardLib.sol";
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
        ITaskMarket.Leaf leaf;
    }

    /// What happened, so that runs in which nothing does are found out.
    mapping(string what => uint256) public done;
    Delivery[] internal deliveries;
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

    // ---- an epoch from its end to its draw, and the verdicts on it ----

    /// @dev The epoch that ends next: some workers commit base tasks or shards of jobs, then the seed is drawn.
    function work(uint256 seed) external {
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
        if (job == 0 || seed % 4 == 0) {
            vm.prank(worker);
            ledger.commitWork(epoch, bytes32(seed | 1), uint128(bound(seed, 1, 1_000)), 0, MANIFEST);
            return;
        }
        uint128 units = uint128(ShardLib.countOf(held)) * 10;
        ITaskMarket.Leaf memory leaf = leafOf(job, word, held, units);
        vm.prank(worker);
        ledger.commitWork(epoch, hashOf(leaf), units, units, MANIFEST);
        deliveries.push(Delivery(worker, epoch, leaf));
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
                Verdict verdict = opinion < 12 ? Verdict.Fault : opinion < 50 ? Verdict.Unavailable : Verdict.Ok;
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
        ledger.finalize(worker, epoch);
        Outcome outcome = ledger.commitmentOf(worker, epoch).outcome;
        if (outcome == Outcome.Accepted) ++done["accept"];
        if (outcome == Outcome.Fault) ++done["slash"];
    }

    /// @dev What nobody concluded in time.
    function finalizeLate(uint256 pick) external {
        if (committed.length == 0) return;
        uint64 epoch = committed[pick % committed.length];
        address[] memory workers = workersOf[epoch];
        finalizeOne(workers[(pick >> 64) % workers.length], epoch);
    }

    // ---- what is paid ----

    /// @dev Every epoch with work is past its deadlines here, so the oldest unsettled one must settle.
    function settleOne() external {
        uint64 next = ledger.nextWithWork(settled);
        if (next == 0) return;
        pool.settle();
        settled = next;
        ++done["settle"];
    }

    function claimWork(uint256 who, uint256 pick) external {
        if (committed.length == 0) return;
        (address account, uint64 epoch) = (anyone(who), committed[pick % committed.length]);
        (uint256 amount,) = pool.claimable(account, epoch);
        if (amount == 0) return;
        vm.prank(account);
        pool.claimWork(epoch);
        ++done["claimWork"];
    }

    function claimAudit(uint256 who, uint256 pick) external {
        if (committed.length == 0) return;
        (address account, uint64 epoch) = (anyone(who), committed[pick % committed.length]);
        (, uint256 amount) = pool.claimable(account, epoch);
        if (amount == 0) return;
        vm.prank(account);
        pool.claimAudit(epoch);
        ++done["claimAudit"];
    }

    /// @dev Each account claims all that is due to it, as nodes do.
    function claimAll(uint256 who) external {
        address account = anyone(who);
        for (uint256 i; i < committed.length; ++i) {
            (uint256 forWork, uint256 forAudits) = pool.claimable(account, committed[i]);
            if (forWork > 0) {
                vm.prank(account);
                pool.claimWork(committed[i]);
                ++done["claimWork"];
            }
            if (forAudits > 0) {
                vm.prank(account);
                pool.claimAudit(committed[i]);
                ++done["claimAudit"];
            }
        }
    }

    function claimBounty(uint256 pick) external {
        for (uint256 i; i < committed.length; ++i) {
            uint64 epoch = committed[i];
            for (uint256 k; k < workersOf[epoch].length; ++k) {
                address worker = workersOf[epoch][k];
                address validator = person(WORKERS + pick % VALIDATORS);
                if (court.verdictOf(epoch, worker, validator) != Verdict.Fault) continue;
                vm.prank(validator);
                try court.claimBounty(epoch, worker) {
                    ++done["bounty"];
                } catch (bytes memory reason) {
                    only(reason, IAuditCourt.NothingToClaim.selector);
                }
            }
        }
    }

    function claimAuditFee(uint256 pick) external {
        for (uint256 i; i < deliveries.length; ++i) {
            Delivery memory d = deliveries[i];
            address validator = person(WORKERS + pick % VALIDATORS);
            if (market.auditFeeOf(d.worker, d.epoch, validator) == 0) continue;
            vm.prank(validator);
            market.claimAuditFee(d.worker, d.epoch);
            ++done["auditFee"];
        }
    }

    function expireOne(uint256 pick) external {
        if (committed.length == 0) return;
        uint64 epoch = committed[pick % committed.length];
        if (pool.released(epoch) == 0 || block.timestamp < claimableFrom(epoch) + law.claimWindowSeconds) return;
        try pool.expire(epoch) {
            ++done["expire"];
        } catch (bytes memory reason) {
            only(reason, IMiningPool.NotExpired.selector);
        }
    }

    // ---- stake ----

    function stake(uint256 who, uint256 amount) external {
        address account = anyone(who);
        uint256 balance = token.balanceOf(account);
        if (balance == 0 || stakes.slashed(account)) return;
        amount = bound(amount, 1, balance);
        vm.prank(account);
        token.approve(address(stakes), amount);
        vm.prank(account);
        stakes.stake(amount);
        ++done["stake"];
    }

    function unstake(uint256 who, uint256 amount) external {
        address account = anyone(who);
        uint256 staked = stakes.stakeOf(account);
        if (staked == 0) return;
        vm.prank(account);
        stakes.requestUnstake(bound(amount, 1, staked));
        ++done["unstake"];
    }

    function withdraw(uint256 who) external {
        address account = anyone(who);
        (uint256 amount, uint64 at) = stakes.unbondingOf(account);
        if (amount == 0 || block.timestamp < at) return;
        vm.prank(account);
        stakes.withdraw();
        ++done["withdraw"];
    }

    // ---- jobs ----

    function postOne(uint256 who, uint256 fee, uint256 shape) external {
        address submitter = anyone(who);
        uint256 balance = token.balanceOf(submitter);
        if (balance == 0) return;
        fee = bound(fee, 1, balance / 10 + 1);
        uint32 width = [uint32(0), 1, 3][shape % 3];
        uint32 shards = width == 3 ? 6 : 4;
        vm.prank(submitter);
        token.approve(address(market), fee);
        vm.prank(submitter);
        market.postJob(keccak256("spec"), shards, width, shards * 10, fee, uint64(block.timestamp + 300));
        ++done["post"];
    }

    function claimShards(uint256 who, uint256 pick, uint256 mask) external {
        address worker = anyWorker(who);
        uint256 jobs = market.jobs();
        if (jobs == 0 || stakes.slashed(worker) || stakes.stakeOf(worker) < stakes.minimumStake()) return;
        (uint256 already,,) = claimOf(worker);
        if (already != 0) return;
        uint256 job = 1 + pick % jobs;
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

    function redeemAll(uint256) external {
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

    function releaseOne(uint256 who) external {
        address worker = anyWorker(who);
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

    function refundOne(uint256 pick) external {
        uint256 jobs = market.jobs();
        if (jobs == 0) return;
        uint256 job = 1 + pick % jobs;
        ITaskMarket.Job memory open = market.jobOf(job);
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
            sum += market.jobOf(job).escrow;
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

    /// @dev Unclaimed rewards, by what each account could claim at most.
    function owed() external view returns (uint256 sum) {
        for (uint256 i; i < committed.length; ++i) {
            for (uint256 k; k < people(); ++k) {
                (uint256 forWork, uint256 forAudits) = pool.claimable(person(k), committed[i]);
                sum += forWork + forAudits;
            }
        }
    }
}
