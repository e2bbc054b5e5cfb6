// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IComputeCredential} from "./interfaces/IComputeCredential.sol";
import {PictureLib} from "./libraries/PictureLib.sol";
import {Wiring, WrongWiring} from "./types/Parameters.sol";
import {TaskKind, Tier} from "./types/Tier.sol";

/// @title ComputeCredential
contract ComputeCredential is IComputeCredential, ERC721 {
    /// ERC-165 numbers of ERC-5192 and ERC-4906, from their specifications.
    bytes4 internal constant ERC5192 = 0xb45a3c0e;
    bytes4 internal constant ERC4906 = 0x49064906;

    struct Record {
        uint64 epochs;
        uint64 first;
        uint64 last;
        mapping(TaskKind => mapping(Tier => uint256)) units;
    }

    address internal immutable ledger;
    mapping(address worker => Record) internal records;

    constructor(Wiring memory w) ERC721("Corex Compute Credential", "CCC") {
        if (w.credential != address(this)) revert WrongWiring();
        ledger = w.ledger;
    }

    /// @inheritdoc IComputeCredential
    function record(address worker, uint64 epoch, Tier tier, uint256 baseUnits, uint256 marketUnits) external {
        if (msg.sender != ledger) revert OnlyLedger(msg.sender);
        Record storage mine = records[worker];
        uint256 token = tokenOf(worker);
        // Commitments may be finalized in any order.
        if (mine.epochs == 0 || epoch < mine.first) mine.first = epoch;
        if (epoch > mine.last) mine.last = epoch;
        ++mine.epochs;
        if (baseUnits != 0) mine.units[TaskKind.Base][tier] += baseUnits;
        if (marketUnits != 0) mine.units[TaskKind.Market][tier] += marketUnits;
        emit WorkRecorded(worker, epoch, tier, baseUnits, marketUnits);
        if (mine.epochs != 1) {
            emit MetadataUpdate(token);
            return;
        }
        emit Locked(token);
        // Not the safe kind: it would call the worker, who must not be able to refuse.
        _mint(worker, token);
    }

    /// @inheritdoc IComputeCredential
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return true;
    }

    /// @inheritdoc IComputeCredential
    function tokenOf(address worker) public pure returns (uint256) {
        return uint160(worker);
    }

    /// @inheritdoc IComputeCredential
    function unitsOf(address worker, TaskKind kind, Tier tier) public view returns (uint256) {
        return records[worker].units[kind][tier];
    }

    /// @inheritdoc IComputeCredential
    function epochsOf(address worker) public view returns (uint64, uint64, uint64) {
        Record storage mine = records[worker];
        return (mine.epochs, mine.first, mine.last);
    }

    /// @notice JSON with an SVG picture, both inside the URI.
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        address worker = _requireOwned(tokenId);
        uint256[4] memory base;
        uint256[4] memory market;
        for (uint8 tier; tier < 4; ++tier) {
            base[tier] = unitsOf(worker, TaskKind.Base, Tier(tier));
            market[tier] = unitsOf(worker, TaskKind.Market, Tier(tier));
        }
        Record storage mine = records[worker];
        return PictureLib.uriOf(PictureLib.Subject(worker, mine.epochs, mine.first, mine.last, base, market));
    }

    function supportsInterface(bytes4 id) public view override returns (bool) {
        return id == ERC5192 || id == ERC4906 || super.supportsInterface(id);
    }

    function approve(address, uint256) public pure override {
        revert NotTransferable();
    }

    function setApprovalForAll(address, bool) public pure override {
        revert NotTransferable();
    }

    /// @dev Every transfer ends here; only the mint comes from nobody.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address from) {
        from = super._update(to, tokenId, auth);
        if (from != address(0)) revert NotTransferable();
    }
}
