// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;
import {Handler} from "./Handler.sol";
import {ConservationTest} from "./Conservation.t.sol";
contract TmpTest {
    event N(string s, uint256 n, uint256 net);
    function test_tmp() public {
        ConservationTest c = new ConservationTest();
        for (uint256 network; network < 12; ++network) {
            c.setUp();
            Handler handler = Handler(c.targetContracts()[0]);
            bytes4[] memory selectors = c.targetSelectors()[0].selectors;
            for (uint256 step; step < 120; ++step) {
                uint256 dice = uint256(keccak256(abi.encode(network, step)));
                bytes4 selector = selectors[dice % selectors.length];
                (bool ok,) = address(handler).call(abi.encodePacked(selector, keccak256(abi.encode(dice, 1)), keccak256(abi.encode(dice, 2)), dice));
                require(ok);
            }
            string[18] memory d = ["work","reveal","accept","slash","settle","claimWork","claimAudit","bounty","stake","unstake","withdraw","post","claim","redeem","auditFee","release","refund","expire"];
            for (uint256 i; i < 18; ++i) emit N(d[i], handler.done(d[i]), network);
        }
    }
}
