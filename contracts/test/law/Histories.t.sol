// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Parameters} from "../../src/types/Parameters.sol";
import {vm} from "../support/Vm.sol";
import {Figures} from "./Figures.sol";
import {Tape} from "./Tape.sol";

/// @notice Plays histories that protocol/economy has played before, on the real contracts, and compares every figure that
/// the books say, to the wei, after every step. `npm run test:law` writes the histories and names what differs.
contract HistoriesTest is Figures {
    /// Instead of a contract: time passes.
    uint256 internal constant NOBODY = 255;

    /// @notice How every history ends that the contracts play as the books did.
    error Agrees(uint256 steps, uint256 figures);
    /// @notice The step was taken or refused otherwise than by the books; 0 stands for taken.
    error Answers(uint256 seed, uint256 step, bytes4 expected, bytes4 got);

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
}
