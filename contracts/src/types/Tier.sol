// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The memory that a task needs. A machine is of a tier because it has done such tasks.
enum Tier {
    /// Up to 4 GB.
    TidePool,
    /// 4 to 8 GB.
    BlueSurge,
    /// 8 to 22 GB.
    OpenOcean,
    /// 22 GB and more.
    MarianaDepth
}

/// @notice Where a task comes from: the protocol, or a job of the market.
enum TaskKind {
    Base,
    Market
}
