// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ITaskMarket} from "../interfaces/ITaskMarket.sol";

struct Reset {
    uint32 fromWord;
    uint64 epoch;
}

/// @title ResetLib
/// @notice From which words on a job's work is void, unless it was committed after an epoch. protocol/economy/market-book.ts
/// computes the same.
library ResetLib {
    /// Resets kept apart; a later one is merged into the last, towards the earlier word and the later epoch.
    uint256 internal constant MAX_RESETS = 16;

    /// @return the word from which work is void, the earlier one where it was merged, and the epoch
    function add(Reset[] storage list, uint32 fromWord, uint64 epoch) internal returns (uint32, uint64) {
        uint256 count = list.length;
        // Two resets of one epoch are one from the earlier word: nothing is lost by keeping them together.
        if (count != 0 && (count == MAX_RESETS || list[count - 1].epoch == epoch)) {
            Reset storage last = list[count - 1];
            if (fromWord > last.fromWord) fromWord = last.fromWord;
            (last.fromWord, last.epoch) = (fromWord, epoch);
        } else {
            list.push(Reset(fromWord, epoch));
        }
        return (fromWord, epoch);
    }

    /// @notice Reverts where work on the word was committed in an epoch that a reset voids.
    function requireAfter(Reset[] storage list, uint32 word, uint64 epoch) internal view {
        uint256 count = list.length;
        for (uint256 i; i < count; ++i) {
            if (word >= list[i].fromWord && epoch <= list[i].epoch) {
                revert ITaskMarket.MadeBeforeReset(list[i].epoch);
            }
        }
    }
}
