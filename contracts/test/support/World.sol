// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IWorkLedger} from "../../src/interfaces/IWorkLedger.sol";
import {SumStep} from "../../src/libraries/MerkleSumLib.sol";
import {Parameters} from "../../src/types/Parameters.sol";
import {Verdict} from "../../src/types/Verdict.sol";
import {BeaconSigner} from "./BeaconSigner.sol";
import {Deployment} from "./Deployment.sol";
import {vm} from "./Vm.sol";

/// @notice A whole deployment with a devnet's windows, and the steps of an epoch as one-liners.
abstract contract World is Deployment {
    uint256 internal constant MINTED = 100_000_000e18;
    bytes32 internal constant LEAF = keccak256("corex.leaf.v1");
    bytes32 internal constant SALT = keccak256("salt");
    bytes32 internal constant DIGEST = keccak256("audit digest");
    bytes32 internal constant TERMS = keccak256("terms");
    bytes32 internal constant MANIFEST = keccak256("manifest");

    address internal immutable alice = address(0xA11CE);
    address internal immutable bob = address(0xB0B);
    address internal immutable carol = address(0xCA401);
    address internal immutable dave = address(0xDA5E);
    address internal immutable nobody = address(0x0B0D1);

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        law = Parameters({
            genesis: uint64(block.timestamp),
            epochSeconds: 8,
            commitSeconds: 3,
            auditSeconds: 6,
            revealSeconds: 3,
            finalizeSeconds: 3,
            vestSeconds: 2,
            unbondSeconds: 60,
            claimTimeoutSeconds: 60,
            claimWindowSeconds: 600,
            maxBaseUnits: type(uint128).max,
            committee: 3,
            disputeSeconds: 4,
            jury: 12,
            baseTerms: keccak256("base terms"),
            releaseRate: 1e15,
            decayRate: 0.9e18
        });
        deploy();
    }

    // ---- people ----

    function enrol(address account, bool compute, bool validator) internal {
        vm.prank(account);
        stakes.register(compute, validator);
    }

    /// @dev A worker and three validators, whose weight counts from epoch 1 on.
    function enrolAll() internal {
        enrol(alice, true, false);
        enrol(bob, true, true);
        enrol(carol, false, true);
        enrol(dave, false, true);
    }

    /// @dev Alice and Bob work, with more than the minimum at stake; Carol and Dave validate.
    function hire() internal {
        enrolAll();
        enrol(bob, true, false);
        putStake(alice, 10e18);
        putStake(bob, 10e18);
    }

    /// @dev CXT out of the pool without the work, for tests of what happens with it afterwards.
    function give(address account, uint256 amount) internal {
        vm.prank(address(pool));
        token.transfer(account, amount);
    }

    function putStake(address account, uint256 amount) internal {
        give(account, amount);
        vm.prank(account);
        token.approve(address(stakes), amount);
        vm.prank(account);
        stakes.stake(amount);
    }

    // ---- time ----

    function goTo(uint256 time) internal {
        if (time > block.timestamp) vm.warp(time);
        vm.roll(block.number + 1);
    }

    function endOf(uint64 epoch) internal view returns (uint256) {
        return law.genesis + (uint256(epoch) + 1) * law.epochSeconds;
    }

    function revealsFrom(uint64 epoch) internal view returns (uint256) {
        return uint256(beacon.drawnAt(epoch)) + law.auditSeconds;
    }

    function concludesFrom(uint64 epoch) internal view returns (uint256) {
        return revealsFrom(epoch) + law.revealSeconds;
    }

    function paysFrom(uint64 epoch) internal view returns (uint256) {
        return concludesFrom(epoch) + law.finalizeSeconds;
    }

    function claimableFrom(uint64 epoch) internal view returns (uint256) {
        return paysFrom(epoch) + law.vestSeconds;
    }

    // ---- the steps of an epoch ----

    function commit(address worker, uint64 epoch, bytes32 root, uint128 units, uint128 marketUnits) internal {
        goTo(endOf(epoch));
        vm.prank(worker);
        ledger.commitWork(epoch, root, units, marketUnits, MANIFEST, 0);
    }

    function commitBase(address worker, uint64 epoch, uint128 units) internal {
        commit(worker, epoch, keccak256(abi.encode(worker, epoch)), units, 0);
    }

    /// @dev The signature that seeds the epoch.
    function roundFor(uint64 epoch) internal view returns (bytes memory) {
        return BeaconSigner.sign(beacon.roundOf(epoch));
    }

    function draw(uint64 epoch) internal {
        goTo(endOf(epoch) + law.commitSeconds);
        beacon.draw(epoch, roundFor(epoch));
    }

    function digestOf(address validator, address worker, uint64 epoch, Verdict verdict)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(validator, worker, uint256(epoch), uint8(verdict), DIGEST, SALT));
    }

    function commitVerdict(address validator, address worker, uint64 epoch, Verdict verdict) internal {
        bytes32 digest = digestOf(validator, worker, epoch, verdict);
        vm.prank(validator);
        court.commitVerdict(epoch, worker, digest);
    }

    function revealVerdict(address validator, address worker, uint64 epoch, Verdict verdict) internal {
        vm.prank(validator);
        court.revealVerdict(epoch, worker, uint8(verdict), DIGEST, SALT);
    }

    /// @dev Carol and Dave audit the worker and agree.
    function audit(address worker, uint64 epoch, Verdict verdict) internal {
        commitVerdict(carol, worker, epoch, verdict);
        commitVerdict(dave, worker, epoch, verdict);
        goTo(revealsFrom(epoch));
        revealVerdict(carol, worker, epoch, verdict);
        revealVerdict(dave, worker, epoch, verdict);
        goTo(concludesFrom(epoch));
    }

    /// @dev A dispute that ended with guilt, without the dispute: test/DisputeCourt has those.
    function convict(address worker, uint64 epoch, address challenger) internal {
        vm.prank(address(disputes));
        court.convict(worker, epoch, challenger);
    }

    /// @dev Carol audits Alice and Bob and finds nothing.
    function acceptBoth(uint64 epoch) internal {
        commitVerdict(carol, alice, epoch, Verdict.Ok);
        commitVerdict(carol, bob, epoch, Verdict.Ok);
        goTo(revealsFrom(epoch));
        revealVerdict(carol, alice, epoch, Verdict.Ok);
        revealVerdict(carol, bob, epoch, Verdict.Ok);
        goTo(concludesFrom(epoch));
        ledger.finalize(alice, epoch);
        ledger.finalize(bob, epoch);
    }

    function scoreOf(address worker, uint64 epoch) internal view returns (uint256 score) {
        (score,,) = ledger.shareOf(worker, epoch);
    }

    /// @dev From commitment to outcome.
    function runEpoch(address worker, uint64 epoch, uint128 units, Verdict verdict) internal {
        commitBase(worker, epoch, units);
        draw(epoch);
        audit(worker, epoch, verdict);
        ledger.finalize(worker, epoch);
    }

    /// @dev From commitment to guilt: Carol, who saw the fault, wins a dispute about it.
    function runGuilty(address worker, uint64 epoch, uint128 units) internal {
        runEpoch(worker, epoch, units, Verdict.Fault);
        convict(worker, epoch, carol);
    }

    /// @dev Of what an epoch released: 80 % for work, a tenth of that for market work.
    function workPart(uint256 released) internal pure returns (uint256 base, uint256 ofMarket) {
        uint256 work = released * 80 / 100;
        ofMarket = work / 10;
        base = work - ofMarket;
    }

    function basePart(uint64 epoch) internal view returns (uint256 base) {
        (base,) = workPart(pool.released(epoch));
    }

    function settle(uint64 epoch) internal {
        goTo(paysFrom(epoch));
        pool.settle();
    }

    // ---- jobs ----

    function post(address submitter, uint32 shards, uint32 width, uint128 units, uint256 fee)
        internal
        returns (uint256)
    {
        return postUntil(submitter, shards, width, units, fee, uint64(block.timestamp + 1_000));
    }

    function postUntil(address submitter, uint32 shards, uint32 width, uint128 units, uint256 fee, uint64 deadline)
        internal
        returns (uint256 job)
    {
        give(submitter, fee);
        vm.prank(submitter);
        token.approve(address(market), fee);
        vm.prank(submitter);
        job = market.postJob(keccak256("spec"), TERMS, shards, width, units, fee, deadline);
    }

    function claim(address worker, uint256 job, uint32 word, uint256 mask) internal {
        vm.prank(worker);
        market.claimShards(job, word, mask, 256);
    }

    function leafOf(uint256 job, uint32 word, uint256 mask, uint128 units)
        internal
        pure
        returns (IWorkLedger.Leaf memory)
    {
        return IWorkLedger.Leaf(bytes32(job), word, mask, units, keccak256("proofs"));
    }

    /// @dev The hash of a leaf; alone in its epoch it is the root as well.
    function hashOf(IWorkLedger.Leaf memory leaf) internal pure returns (bytes32) {
        return keccak256(abi.encode(LEAF, leaf.task, uint256(leaf.word), leaf.mask, leaf.proofs));
    }

    function noPath() internal pure returns (SumStep[] memory) {
        return new SumStep[](0);
    }

    /// @dev Commits one leaf as the worker's whole epoch, and has it accepted.
    function deliver(address worker, uint64 epoch, IWorkLedger.Leaf memory leaf) internal {
        commit(worker, epoch, hashOf(leaf), leaf.units, leaf.units);
        draw(epoch);
        audit(worker, epoch, Verdict.Ok);
        ledger.finalize(worker, epoch);
    }
}
