// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TaskKind, Tier} from "../types/Tier.sol";

/// @title IComputeCredential
/// @notice What a node has computed, verified, as a token that cannot be transferred, bought or given away: one for each
/// account, by task kind and tier, with its picture and attributes on chain (ERC-721 metadata, ERC-5192).
/// @dev Assumption: the ledger records a commitment once, when it is accepted.
interface IComputeCredential {
    /// @notice ERC-5192: the token never leaves its account.
    event Locked(uint256 tokenId);
    /// @notice ERC-4906: picture and attributes have changed.
    event MetadataUpdate(uint256 tokenId);
    event WorkRecorded(address indexed worker, uint64 indexed epoch, Tier tier, uint256 baseUnits, uint256 marketUnits);

    /// @notice No approval, no transfer.
    error NotTransferable();
    error OnlyLedger(address caller);

    /// @notice Adds the accepted work of an epoch; the first one mints the token. Only the ledger calls it.
    function record(address worker, uint64 epoch, Tier tier, uint256 baseUnits, uint256 marketUnits) external;

    /// @notice ERC-5192: always true.
    function locked(uint256 tokenId) external view returns (bool);
    /// @return the number of an account's token: the account itself
    function tokenOf(address worker) external pure returns (uint256);
    function unitsOf(address worker, TaskKind kind, Tier tier) external view returns (uint256);
    /// @return epochs in which work was accepted, the first and the last of them
    function epochsOf(address worker) external view returns (uint64 epochs, uint64 first, uint64 last);
}
