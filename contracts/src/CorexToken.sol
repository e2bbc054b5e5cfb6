// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title CorexToken
/// @notice CXT: 100,000,000, minted once, to the mining pool. Nobody can mint more, and nobody owns it.
contract CorexToken is ERC20Burnable, ERC20Permit {
    uint256 public constant SUPPLY = 100_000_000e18;

    constructor(address pool) ERC20("Corex Token", "CXT") ERC20Permit("Corex Token") {
        _mint(pool, SUPPLY);
    }
}
