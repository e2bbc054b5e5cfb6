// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeCourt} from "../../src/interfaces/IDisputeCourt.sol";
import {Game} from "../support/Game.sol";
import {vm} from "../support/Vm.sol";

/// @dev Whose move it is, until when, and which openings are none.
contract MovesTest is Game {
    /// @dev Goes on until that phase; the log is honest but for a sum that Carol names.
    function reach(IDisputeCourt.Phase to) internal {
        if (to == IDisputeCourt.Phase.Refute || to == IDisputeCourt.Phase.OpenLink) compute();
        accuseResult();
        if (to == IDisputeCourt.Phase.OpenBlocks) return;
        openBlocks();
        if (to == IDisputeCourt.Phase.NameBlock) return;
        if (to == IDisputeCourt.Phase.OpenLink) return nameLink(0);
        IDisputeCourt.LogOpening memory o = inLog(SUM);
        bytes20 short = bytes20(wordsOfLog()[0]);
        vm.prank(carol);
        disputes.nameBlock(id, 0, short, o.inLog);
        if (to == IDisputeCourt.Phase.OpenLeaves) return;
        bytes memory shorts = packed(wordsOfBlock(0));
        vm.prank(alice);
        disputes.openLeaves(id, shorts);
        if (to == IDisputeCourt.Phase.NameValue) return;
        nameValue(SUM, 4);
        if (to == IDisputeCourt.Phase.OpenOperands) return;
        openOperands(4, operandsOf(4));
    }

    function test_whoeverLetsItsTimePassLoses() public {
        for (uint8 p = 1; p <= uint8(IDisputeCourt.Phase.OpenLink); ++p) {
            uint256 snapshot = vm.snapshotState();
            IDisputeCourt.Phase at = IDisputeCourt.Phase(p);
            reach(at);
            vm.assertTrue(phase() == at, "there");
            vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.TooEarly.selector, id));
            disputes.timeout(id);
            passTime();
            disputes.timeout(id);
            bool workers = at == IDisputeCourt.Phase.OpenBlocks || at == IDisputeCourt.Phase.OpenLeaves
                || at == IDisputeCourt.Phase.OpenOperands || at == IDisputeCourt.Phase.OpenLink;
            vm.assertTrue(
                phase() == (workers ? IDisputeCourt.Phase.Guilty : IDisputeCourt.Phase.Innocent),
                "who had to move loses"
            );
            vm.assertTrue(stakes.slashed(alice) == workers, "and only then she is slashed");
            vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.WrongPhase.selector, id, phase()));
            disputes.timeout(id);
            vm.revertToState(snapshot);
        }
    }

    function test_aMoveAfterItsTimeIsNone() public {
        accuseResult();
        passTime();
        bytes memory blocks = packed(wordsOfLog());
        vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.TooLate.selector, id));
        vm.prank(alice);
        disputes.openBlocks(id, blocks);
    }

    function test_nobodyMovesForAnother() public {
        accuseResult();
        bytes memory blocks = packed(wordsOfLog());
        address[3] memory others = [carol, dave, bob];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.NotYourMove.selector, id));
            vm.prank(others[i]);
            disputes.openBlocks(id, blocks);
        }
        openBlocks();
        vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.WrongPhase.selector, id, IDisputeCourt.Phase.NameBlock));
        vm.prank(alice);
        disputes.openBlocks(id, blocks);
        vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.NotYourMove.selector, id));
        vm.prank(alice);
        disputes.nameBlock(id, 0, bytes20(0), new bytes32[](0));
    }

    function test_aVectorHasTheLogsLength() public {
        accuseResult();
        bytes memory blocks = packed(wordsOfLog());
        bytes[3] memory wrong = [bytes.concat(blocks, bytes20(0)), slice(blocks, 20, 60), bytes.concat(blocks, "1")];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(IDisputeCourt.WrongOpening.selector);
            vm.prank(alice);
            disputes.openBlocks(id, wrong[i]);
        }
    }

    function test_theLeavesBuildTheNamedBlock() public {
        reach(IDisputeCourt.Phase.OpenLeaves);
        bytes memory shorts = packed(wordsOfBlock(0));
        shorts[25] ^= 0x01;
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        vm.prank(alice);
        disputes.openLeaves(id, shorts);
    }

    function test_onlyWhatStandsThereIsNamed() public {
        reach(IDisputeCourt.Phase.NameBlock);
        IDisputeCourt.LogOpening memory o = inLog(SUM);
        bytes20 short = bytes20(wordsOfLog()[0]);
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        vm.prank(carol);
        disputes.nameBlock(id, 1, short, o.inLog);
        vm.expectRevert();
        vm.prank(carol);
        disputes.nameBlock(id, 3, short, o.inLog);
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        vm.prank(carol);
        disputes.nameBlock(id, 0, ~short, o.inLog);
    }

    function test_onlyTheProgramsInstructionDecides() public {
        reach(IDisputeCourt.Phase.NameValue);
        IDisputeCourt.LogOpening memory o = inLog(SUM);
        (, bytes32[] memory path) = programOf(SUM);
        bytes memory other = instructionOf(FORMLESS);
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        vm.prank(carol);
        disputes.nameValue(id, 2, o.short, o.inBlock, 0, other, path, notInLog(), noChunk());
        bytes memory instruction = instructionOf(SUM);
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        vm.prank(carol);
        disputes.nameValue(id, 2, o.short, o.inBlock, uint64(SIZE), instruction, path, notInLog(), noChunk());
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        vm.prank(carol);
        disputes.nameValue(id, 2, ~o.short, o.inBlock, 0, instruction, path, notInLog(), noChunk());
    }

    function test_operandsAreOpenedWithHerOwnResult() public {
        reach(IDisputeCourt.Phase.OpenOperands);
        bytes memory operands = operandsOf(4);
        bytes memory instruction = instructionOf(SUM);
        IDisputeCourt.ChunkOpening memory result = chunkOf(log[W], 128, 0);
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        vm.prank(alice);
        disputes.openOperands(id, instruction, operands, result);
        result = chunkOf(log[SUM], 128, 0);
        bytes memory other = instructionOf(W);
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        vm.prank(alice);
        disputes.openOperands(id, other, operands, result);
    }

    function test_whatIsRefutedIsWhatSheOpened() public {
        reach(IDisputeCourt.Phase.Refute);
        bytes memory operands = operandsOf(4);
        operands[0] ^= 0x01;
        vm.expectRevert(IDisputeCourt.WrongOpening.selector);
        this.refuteFrom(0, 4, operands);
    }

    function refuteFrom(uint32 operand, uint256 element, bytes memory operands) external {
        refute(operand, element, operands);
    }

    /// @dev What is read to move is on chain: the vectors, and where the game is.
    function test_theVectorsAreOnChain() public {
        accuseResult();
        bytes memory blocks = packed(wordsOfLog());
        vm.expectEmit(true, true, true, true, address(disputes));
        emit IDisputeCourt.Opened(id, IDisputeCourt.Phase.OpenBlocks, blocks);
        vm.prank(alice);
        disputes.openBlocks(id, blocks);
    }
}
