// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeCourt} from "../../src/interfaces/IDisputeCourt.sol";
import {Game} from "../support/Game.sol";
import {bound, vm} from "../support/Vm.sol";

/// @dev Dave and eight more validators, of the same stake as Carol, who accuses; each is a seat.
contract JuryTest is Game {
    uint256 private constant JURORS = 8;
    uint256 private bond;

    function setUp() public override {
        super.setUp();
        // Everybody audits everybody, so that Carol is there to see the fault.
        law.committee = 100;
        deploy();
        hire();
        putStake(carol, 10e18);
        putStake(dave, 10e18);
        for (uint256 i; i < JURORS; ++i) {
            enrol(juror(i), false, true);
            putStake(juror(i), 10e18);
        }
    }

    function juror(uint256 i) internal pure returns (address) {
        return address(uint160(0x7000 + i));
    }

    function accuse() internal {
        untilAccusation();
        bond = stakes.minimumStake();
        vm.prank(carol);
        id = disputes.accuse(1, alice, IDisputeCourt.Reason.ForgedProof, DIGEST);
    }

    function deadline() internal view returns (uint64) {
        return disputes.disputeOf(id).deadline;
    }

    function drawJury() internal {
        uint64 epoch = deadline();
        goTo(endOf(epoch) + law.commitSeconds);
        beacon.draw(epoch, roundFor(epoch));
    }

    function vote(address who, bool guilty) internal {
        vm.prank(who);
        disputes.vote(id, guilty);
    }

    function decide(uint256 guilty, uint256 innocent) internal {
        drawJury();
        for (uint256 i; i < guilty + innocent; ++i) {
            vote(juror(i), i < guilty);
        }
        goTo(concludesFrom(deadline()));
        disputes.conclude(id);
    }

    function testFuzz_twoThirdsDecide(uint256 guilty, uint256 innocent) public {
        guilty = bound(guilty, 0, JURORS);
        innocent = bound(innocent, 0, JURORS - guilty);
        accuse();
        (uint256 hers, uint256 his) = (token.balanceOf(carol), token.balanceOf(alice));
        decide(guilty, innocent);
        vm.assertEq(disputes.busyUntil(alice), block.timestamp, "no longer open");
        vm.assertEq(token.balanceOf(address(disputes)), 0, "no bond stays behind");
        uint256 cast = guilty + innocent;
        if (guilty * 3 > 2 * cast) {
            vm.assertTrue(phase() == IDisputeCourt.Phase.Guilty, "guilty");
            vm.assertTrue(stakes.slashed(alice), "slashed");
            vm.assertEq(token.balanceOf(carol) - hers, bond + 4e18, "the bond, and 40 % of the stake");
        } else if (innocent * 3 > 2 * cast) {
            vm.assertTrue(phase() == IDisputeCourt.Phase.Innocent, "innocent");
            vm.assertFalse(stakes.slashed(alice), "not slashed");
            vm.assertEq(token.balanceOf(carol), hers, "the bond is lost");
            vm.assertEq(token.balanceOf(alice) - his, bond / 2, "half of it is for the trouble");
        } else {
            vm.assertTrue(phase() == IDisputeCourt.Phase.Undecided, "undecided");
            vm.assertFalse(stakes.slashed(alice), "not slashed");
            vm.assertEq(token.balanceOf(carol) - hers, bond, "the bond goes back");
        }
    }

    function test_whoSawTheFaultHasATenth() public {
        accuse();
        decide(3, 0);
        uint256 before = token.balanceOf(carol);
        vm.prank(carol);
        court.claimBounty(1, alice);
        vm.assertEq(token.balanceOf(carol) - before, 1e18, "10 % of the stake");
    }

    /// @dev Neither the one who is judged nor the one who accuses, nor who weighs nothing.
    function test_nobodyJudgesHimself() public {
        enrol(alice, true, true);
        accuse();
        drawJury();
        address[3] memory none = [alice, carol, nobody];
        for (uint256 i; i < 3; ++i) {
            vm.assertFalse(disputes.onJury(id, none[i]), "not on it");
            vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.NotOnJury.selector, none[i]));
            vm.prank(none[i]);
            disputes.vote(id, true);
        }
        vm.assertTrue(disputes.onJury(id, dave), "everybody else");
    }

    function test_oneVoteEach() public {
        accuse();
        drawJury();
        vote(dave, true);
        vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.AlreadyVoted.selector, dave));
        vm.prank(dave);
        disputes.vote(id, false);
    }

    function test_notBeforeItIsDrawnAndNotAfterItsTime() public {
        accuse();
        vm.assertFalse(disputes.onJury(id, dave), "nobody knows it yet");
        vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.TooEarly.selector, id));
        vm.prank(dave);
        disputes.vote(id, true);
        vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.TooEarly.selector, id));
        disputes.conclude(id);
        drawJury();
        vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.TooEarly.selector, id));
        disputes.conclude(id);
        goTo(concludesFrom(deadline()));
        vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.TooLate.selector, id));
        vm.prank(dave);
        disputes.vote(id, true);
        disputes.conclude(id);
        vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.WrongPhase.selector, id, IDisputeCourt.Phase.Undecided));
        disputes.conclude(id);
    }

    /// @dev The seed is that of the epoch in which it came to the jury, drawn after it.
    function test_theJuryIsDrawnByASeedOfTheFuture() public {
        accuse();
        uint64 now_ = uint64((block.timestamp - law.genesis) / law.epochSeconds);
        vm.assertEq(deadline(), now_, "of this epoch");
        vm.assertEq(beacon.drawnAt(now_), 0, "which is not drawn");
    }

    function test_aJuryHasNoTimeout() public {
        accuse();
        goTo(block.timestamp + 1_000);
        vm.expectRevert(abi.encodeWithSelector(IDisputeCourt.WrongPhase.selector, id, IDisputeCourt.Phase.Jury));
        disputes.timeout(id);
    }

    /// @dev Of a large network's validators about as many sit as the law says.
    function test_onAverageTheLawsNumberSits() public {
        law.jury = 4;
        deploy();
        hire();
        putStake(carol, 10e18);
        putStake(dave, 10e18);
        for (uint256 i; i < 30; ++i) {
            enrol(juror(i), false, true);
            putStake(juror(i), 10e18);
        }
        accuse();
        drawJury();
        uint256 seats;
        for (uint256 i; i < 30; ++i) {
            if (disputes.onJury(id, juror(i))) ++seats;
        }
        vm.assertGt(seats, 0, "somebody");
        vm.assertLt(seats, 12, "and not everybody");
    }
}
