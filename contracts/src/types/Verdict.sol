// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What a validator says of a worker's epoch.
enum Verdict {
    None,
    Ok,
    Fault,
    Unavailable
}

/// @notice What the committee's verdicts come to.
enum Outcome {
    Pending,
    Accepted,
    Fault,
    Unavailable,
    Unaudited
}
