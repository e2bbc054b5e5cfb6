// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Adjudicator} from "../../src/Adjudicator.sol";
import {AuditCourt} from "../../src/AuditCourt.sol";
import {Beacon} from "../../src/Beacon.sol";
import {ComputeCredential} from "../../src/ComputeCredential.sol";
import {CorexToken} from "../../src/CorexToken.sol";
import {DisputeCourt} from "../../src/DisputeCourt.sol";
import {MiningPool} from "../../src/MiningPool.sol";
import {StakeRegistry} from "../../src/StakeRegistry.sol";
import {TaskMarket} from "../../src/TaskMarket.sol";
import {WorkLedger} from "../../src/WorkLedger.sol";
import {BeaconChain} from "../../src/interfaces/IBeacon.sol";
import {Parameters, Wiring} from "../../src/types/Parameters.sol";
import {BeaconSigner} from "./BeaconSigner.sol";
import {vm} from "./Vm.sol";

/// @notice All contracts, each where the others expect it.
abstract contract Deployment {
    Parameters internal law;
    Wiring internal wiring;
    CorexToken internal token;
    Beacon internal beacon;
    StakeRegistry internal stakes;
    WorkLedger internal ledger;
    AuditCourt internal court;
    MiningPool internal pool;
    TaskMarket internal market;
    ComputeCredential internal credential;
    Adjudicator internal adjudicator;
    DisputeCourt internal disputes;

    /// @dev Addresses follow from the nonce, as tools that deploy for real compute them.
    function deploy() internal {
        uint256 nonce = vm.getNonce(address(this));
        wiring = Wiring({
            token: vm.computeCreateAddress(address(this), nonce),
            beacon: vm.computeCreateAddress(address(this), nonce + 1),
            stakes: vm.computeCreateAddress(address(this), nonce + 2),
            ledger: vm.computeCreateAddress(address(this), nonce + 3),
            court: vm.computeCreateAddress(address(this), nonce + 4),
            pool: vm.computeCreateAddress(address(this), nonce + 5),
            market: vm.computeCreateAddress(address(this), nonce + 6),
            credential: vm.computeCreateAddress(address(this), nonce + 7),
            adjudicator: vm.computeCreateAddress(address(this), nonce + 8),
            disputes: vm.computeCreateAddress(address(this), nonce + 9)
        });
        token = new CorexToken(wiring.pool);
        // A round a second: each epoch is seeded by the very second at which its commit window closes.
        beacon = new Beacon(law, BeaconChain(BeaconSigner.publicKey(), law.genesis, 1, 0));
        stakes = new StakeRegistry(law, wiring);
        ledger = new WorkLedger(law, wiring);
        court = new AuditCourt(law, wiring);
        pool = new MiningPool(law, wiring);
        market = new TaskMarket(law, wiring);
        credential = new ComputeCredential(wiring);
        adjudicator = new Adjudicator();
        disputes = new DisputeCourt(law, wiring);
    }
}
