// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeCourt} from "../../src/interfaces/IDisputeCourt.sol";
import {Game} from "../support/Game.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev The whole game on the small program: every way in which it can end.
contract GameTest is Game {
    function requireGuilty() internal view {
        vm.assertTrue(phase() == IDisputeCourt.Phase.Guilty, "guilty");
        vm.assertTrue(stakes.slashed(alice), "slashed");
        vm.assertEq(token.balanceOf(address(disputes)), 0, "no bond stays behind");
        vm.assertEq(disputes.busyUntil(alice), block.timestamp, "and nothing is open");
    }

    function requireInnocent() internal view {
        vm.assertTrue(phase() == IDisputeCourt.Phase.Innocent, "innocent");
        vm.assertFalse(stakes.slashed(alice), "not slashed");
        vm.assertEq(token.balanceOf(address(disputes)), 0, "no bond stays behind");
    }

    /// @dev She opens what really went in, and the contract computes another sum than hers.
    function testFuzz_aFalseSumIsComputedByTheContract(uint256 element) public {
        element = bound(element, 0, SIZE - 1);
        forgeSum(element);
        untilValueOf(SUM);
        nameValue(SUM, uint64(element));
        openOperands(element, operandsOf(element));
        requireGuilty();
    }

    /// @dev She opens operands that give her sum, and one of them is not what her own log has.
    function testFuzz_aFalseOperandIsRefuted(uint256 element, bool first) public {
        element = bound(element, 0, SIZE - 1);
        uint256 right = uint8(log[SUM][8 * element]);
        forgeSum(element);
        untilValueOf(SUM);
        nameValue(SUM, uint64(element));
        bytes memory operands = operandsOf(element);
        // One more or less in the operand, as in the sum: no byte overflows but where the sum's lowest bit says so.
        uint256 at = first ? 0 : 8;
        int64 operand = read(operands, at);
        operand += uint8(log[SUM][8 * element]) > right ? int64(1) : int64(-1);
        write(operands, at, operand);
        openOperands(element, operands);
        vm.assertTrue(phase() == IDisputeCourt.Phase.Refute, "the sum is right");
        uint256 snapshot = vm.snapshotState();
        vm.expectRevert(IDisputeCourt.NothingWrong.selector);
        this.refuteFrom(first ? 1 : 0, element, operands);
        vm.revertToState(snapshot);
        refute(first ? 0 : 1, element, operands);
        requireGuilty();
    }

    function refuteFrom(uint32 operand, uint256 element, bytes memory operands) external {
        refute(operand, element, operands);
    }

    function read(bytes memory data, uint256 at) internal pure returns (int64) {
        uint64 bits;
        for (uint256 i; i < 8; ++i) {
            bits |= uint64(uint8(data[at + i])) << uint64(8 * i);
        }
        return int64(bits);
    }

    function write(bytes memory data, uint256 at, int64 value) internal pure {
        for (uint256 i; i < 8; ++i) {
            data[at + i] = bytes1(uint8(uint64(value) >> (8 * i)));
        }
    }

    /// @dev Carol can name what she likes: where everything is right there is nothing to refute, and time is on Alice's side.
    function testFuzz_anHonestWorkerWins(uint256 element) public {
        element = bound(element, 0, SIZE - 1);
        untilValueOf(SUM);
        nameValue(SUM, uint64(element));
        bytes memory operands = operandsOf(element);
        openOperands(element, operands);
        for (uint32 operand; operand < 2; ++operand) {
            vm.expectRevert(IDisputeCourt.NothingWrong.selector);
            this.refuteFrom(operand, element, operands);
        }
        uint256 bond = disputes.disputeOf(id).bond;
        uint256 supply = token.totalSupply();
        passTime();
        disputes.timeout(id);
        requireInnocent();
        vm.assertEq(token.balanceOf(alice), bond / 2, "half of the bond for the trouble");
        vm.assertEq(supply - token.totalSupply(), bond - bond / 2, "the rest is burned");
    }

    // ---- values that need no operands ----

    function test_aFalseConstantIsGuiltyAtOnce() public {
        log[C] = bent(log[C], 3);
        untilValueOf(C);
        nameValue(C, 3);
        requireGuilty();
    }

    function test_aTrueConstantIsNothing() public {
        untilValueOf(C);
        vm.expectRevert(IDisputeCourt.NothingWrong.selector);
        this.nameFrom(C, 3);
    }

    function nameFrom(uint256 position, uint64 element) external {
        nameValue(position, element);
    }

    function test_aTensorThatIsNotCarriedOverIsGuiltyAtOnce() public {
        log[VALUES + W] = bent(log[VALUES + W], 20);
        untilValueOf(VALUES + W);
        nameValue(VALUES + W, 20);
        requireGuilty();
    }

    function test_aTensorThatIsCarriedOverIsNothing() public {
        untilValueOf(VALUES + W);
        vm.expectRevert(IDisputeCourt.NothingWrong.selector);
        this.nameFrom(VALUES + W, 20);
    }

    function test_anotherStartThanTheCheckpointsIsGuilty() public {
        log[W] = bent(log[W], 20);
        untilValueOf(W);
        nameValue(W, 20);
        vm.assertTrue(phase() == IDisputeCourt.Phase.OpenLink, "she shows her checkpoint");
        openLink(startTensor);
        requireGuilty();
    }

    function test_theCheckpointsOwnStartIsInnocent() public {
        untilValueOf(W);
        nameValue(W, 39);
        openLink(startTensor);
        requireInnocent();
    }

    // ---- the end checkpoint ----

    function testFuzz_anotherEndThanTheLogsIsGuilty(uint256 element) public {
        element = bound(element, 0, SIZE - 1);
        endTensor = bent(endTensor, element);
        accuseResult();
        openBlocks();
        nameLink(uint32(element * 8 / 128));
        openLink(endTensor);
        requireGuilty();
    }

    function testFuzz_theLogsOwnEndIsInnocent(uint256 element) public {
        accuseResult();
        openBlocks();
        nameLink(uint32(bound(element, 0, SIZE - 1) * 8 / 128));
        openLink(endTensor);
        requireInnocent();
    }

    /// @dev Neither the tensor of the log nor another head passes for the checkpoint's.
    function test_onlyTheCheckpointsTensorIsALink() public {
        endTensor = bent(endTensor, 7);
        accuseResult();
        openBlocks();
        nameLink(0);
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        this.linkFrom(bent(endTensor, 7));
        passTime();
        disputes.timeout(id);
        requireGuilty();
    }

    function linkFrom(bytes memory tensor) external {
        openLink(tensor);
    }

    // ---- to the jury ----

    function test_whatHasNoFormGoesToTheJury() public {
        untilValueOf(FORMLESS);
        nameValue(FORMLESS, 0);
        vm.assertTrue(phase() == IDisputeCourt.Phase.Jury, "jurors look at it");
    }

    function test_aWithheldValueGoesToTheJury() public {
        untilValueOf(SUM);
        nameValue(SUM, type(uint64).max);
        vm.assertTrue(phase() == IDisputeCourt.Phase.Jury, "jurors ask for it");
        vm.assertTrue(disputes.disputeOf(id).element == type(uint64).max, "the chain says why");
    }
}
