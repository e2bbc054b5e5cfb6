// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AuditCourt} from "../../src/AuditCourt.sol";
import {ComputeCredential} from "../../src/ComputeCredential.sol";
import {DisputeCourt} from "../../src/DisputeCourt.sol";
import {MiningPool} from "../../src/MiningPool.sol";
import {StakeRegistry} from "../../src/StakeRegistry.sol";
import {TaskMarket} from "../../src/TaskMarket.sol";
import {WorkLedger} from "../../src/WorkLedger.sol";
import {BadParameters, WrongWiring} from "../../src/types/Parameters.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

contract DeploymentTest is World {
    function next() internal view returns (address) {
        return vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
    }

    function test_everyContractStandsWhereTheOthersExpectIt() public view {
        vm.assertEq(address(token), wiring.token, "token");
        vm.assertEq(address(beacon), wiring.beacon, "beacon");
        vm.assertEq(address(stakes), wiring.stakes, "stakes");
        vm.assertEq(address(ledger), wiring.ledger, "ledger");
        vm.assertEq(address(court), wiring.court, "court");
        vm.assertEq(address(pool), wiring.pool, "pool");
        vm.assertEq(address(market), wiring.market, "market");
        vm.assertEq(address(credential), wiring.credential, "credential");
        vm.assertEq(address(adjudicator), wiring.adjudicator, "adjudicator");
        vm.assertEq(address(disputes), wiring.disputes, "disputes");
    }

    function test_anotherOrderIsRefused() public {
        vm.expectRevert(WrongWiring.selector);
        new StakeRegistry(law, wiring);
        vm.expectRevert(WrongWiring.selector);
        new WorkLedger(law, wiring);
        vm.expectRevert(WrongWiring.selector);
        new AuditCourt(law, wiring);
        vm.expectRevert(WrongWiring.selector);
        new MiningPool(law, wiring);
        vm.expectRevert(WrongWiring.selector);
        new TaskMarket(law, wiring);
        vm.expectRevert(WrongWiring.selector);
        new ComputeCredential(wiring);
        vm.expectRevert(WrongWiring.selector);
        new DisputeCourt(law, wiring);
    }

    function refuseLedger() internal {
        wiring.ledger = next();
        vm.expectRevert(BadParameters.selector);
        new WorkLedger(law, wiring);
    }

    function test_overlappingCommitWindowsAreRefused() public {
        law.commitSeconds = law.epochSeconds + 1;
        refuseLedger();
    }

    function test_epochsWithoutLengthAreRefused() public {
        (law.epochSeconds, law.commitSeconds) = (0, 0);
        refuseLedger();
        wiring.stakes = next();
        vm.expectRevert(BadParameters.selector);
        new StakeRegistry(law, wiring);
    }

    /// @dev Stake-and-run: whoever asks his stake back before he cheats still has it there when he is found out.
    function testFuzz_unbondingOutlastsSlashing(uint64 unbond) public {
        uint64 slashable = law.epochSeconds + law.commitSeconds + law.auditSeconds + law.revealSeconds
            + law.finalizeSeconds + 8 * law.disputeSeconds;
        law.unbondSeconds = uint64(bound(unbond, 0, 2 * slashable));
        wiring.stakes = next();
        if (law.unbondSeconds < slashable) vm.expectRevert(BadParameters.selector);
        new StakeRegistry(law, wiring);
    }
}
