// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What a validator says of a worker's epoch.
enum Verdict {
    None,
    Ok,
    Fault,
    Unavailable
}

/// @notice What the committee's verdicts come to; Fault is what was proven.
enum Outcome {
    Pending,
    Accepted,
    Fault,
    Unavailable,
    Unaudited,
    /// Most seats found a fault: it is not paid, and a dispute says whether anybody is slashed.
    Disputed
}
