// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {World} from "../support/World.sol";
import {vm} from "../support/Vm.sol";

contract SupplyTest is World {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    function test_everythingIsMintedToThePool() public view {
        vm.assertEq(token.totalSupply(), MINTED, "100 million");
        vm.assertEq(token.balanceOf(address(pool)), MINTED, "all in the pool");
        vm.assertEq(token.name(), "Corex Token", "name");
        vm.assertEq(token.symbol(), "CXT", "symbol");
        vm.assertEq(token.decimals(), 18, "decimals");
    }

    function test_burningLowersTheSupply() public {
        give(alice, 3e18);
        vm.prank(alice);
        token.burn(1e18);
        vm.assertEq(token.totalSupply(), MINTED - 1e18, "burned for good");
    }

    function test_aSignatureApproves() public {
        address owner = vm.addr(7);
        bytes32 message = keccak256(abi.encode(PERMIT, owner, bob, 5e18, 0, block.timestamp));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), message));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(7, digest);
        token.permit(owner, bob, 5e18, block.timestamp, v, r, s);
        vm.assertEq(token.allowance(owner, bob), 5e18, "approved without a transaction of its own");
    }
}
