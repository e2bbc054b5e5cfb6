// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {WorkLedger} from "../../src/WorkLedger.sol";
import {TaskMarket} from "../../src/TaskMarket.sol";
import {BadParameters, WrongWiring} from "../../src/types/Parameters.sol";
import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

contract DeploymentTest is World {
    function test_everyContractStandsWhereTheOthersExpectIt() public view {
        vm.assertEq(address(token), wiring.token, "token");
        vm.assertEq(address(beacon), wiring.beacon, "beacon");
        vm.assertEq(address(stakes), wiring.stakes, "stakes");
        vm.assertEq(address(ledger), wiring.ledger, "ledger");
        vm.assertEq(address(court), wiring.court, "court");
        vm.assertEq(address(pool), wiring.pool, "pool");
        vm.assertEq(address(market), wiring.market, "market");
    }

    function test_anotherOrderIsRefused() public {
        vm.expectRevert(WrongWiring.selector);
        new TaskMarket(law, wiring);
    }

    function test_overlappingCommitWindowsAreRefused() public {
        wiring.ledger = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        law.commitSeconds = law.epochSeconds + 1;
        vm.expectRevert(BadParameters.selector);
        new WorkLedger(law, wiring);
    }
}
