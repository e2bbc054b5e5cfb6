// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SumStep} from "../libraries/MerkleSumLib.sol";
import {IWorkLedger} from "./IWorkLedger.sol";

/// @title IDisputeCourt
/// @notice A validator that found a fault proves it: three openings a side, then the contract computes one element itself.
/// docs/disputes.md has the game, the trees and the program.
/// @dev Assumption: an honest party sends each of its moves within `disputeSeconds`. Whoever does not loses.
interface IDisputeCourt {
    /// @notice Whose move it is, and which; or how it ended.
    enum Phase {
        None,
        OpenBlocks,
        NameBlock,
        OpenLeaves,
        NameValue,
        OpenOperands,
        Refute,
        OpenLink,
        Jury,
        Guilty,
        Innocent,
        Undecided
    }

    /// @notice Why something goes to the jury.
    enum Reason {
        None,
        BadCommitment,
        ForgedProof,
        NoSuchShard,
        NotClaimed,
        BadTrace,
        WrongStart,
        WrongOutput,
        WrongCheckpoint,
        WrongResult,
        WrongFeed,
        NoForm,
        FalseDigest
    }

    /// @notice The members of a WorkloadProof as EIP-712 hashes them; the worker is the accused.
    struct Proof {
        bytes32 task;
        uint32 shard;
        bytes32 inputs;
        bytes32 trace;
        bytes32 traceCid;
        bytes32 output;
        bytes32 outputRoot;
        uint128 units;
        bytes32 engine;
    }

    /// @notice Where the proof stands in the worker's committed tree.
    struct Placement {
        SumStep[] within;
        IWorkLedger.Leaf leaf;
        SumStep[] path;
    }

    /// @notice What the chain knows of a job's computation; its hash was posted with the job.
    struct Terms {
        bytes32 program;
        uint32 values;
        uint32 steps;
        uint32 segment;
        uint128 unitsPerStep;
        uint128 unitsMerge;
    }

    /// @notice Two checkpoints next to each other: entries `index` and `index + 1` of the trace.
    struct Segment {
        uint32 index;
        bytes32 startState;
        bytes32 startOutputs;
        bytes32[] startPath;
        bytes32 endState;
        bytes32 endOutputs;
        bytes32[] endPath;
    }

    /// @notice A value of the log, opened: its short root and its way up to the root of all blocks.
    struct LogOpening {
        bytes20 short;
        bytes32[] inBlock;
        bytes32[] inLog;
    }

    /// @notice A chunk of a tensor and its way up.
    struct ChunkOpening {
        bytes chunk;
        bytes32[] path;
    }

    struct Dispute {
        address challenger;
        address worker;
        uint64 epoch;
        Phase phase;
        /// Until when whoever is to move may move; in phase Jury the epoch whose seed draws it.
        uint64 deadline;
        uint32 values;
        uint32 steps;
        /// Of the named block, then of the named value in the log.
        uint32 block;
        uint64 position;
        uint64 element;
        bytes20 short;
        bytes32 program;
        bytes32 startState;
        bytes32 endState;
        bytes32 blocks;
        /// Hash of the named value's instruction; fine root of the operands that the worker opened.
        bytes32 instruction;
        bytes32 operands;
        uint256 bond;
    }

    event Accused(
        uint256 indexed id,
        uint64 indexed epoch,
        address indexed worker,
        address challenger,
        Reason reason,
        bytes32 detail
    );
    event SegmentNamed(uint256 indexed id, bytes32 task, uint32 shard, uint32 segment);
    event BlockNamed(uint256 indexed id, uint32 block_);
    event ValueNamed(uint256 indexed id, uint64 position, uint64 element);
    /// @param atEnd of the last step's value against the end checkpoint, otherwise of the first step's STATE against the start
    event LinkNamed(uint256 indexed id, uint32 tensor, uint32 chunkIndex, bool atEnd);
    /// @notice What the worker opened in `phase`: blocks, leaves, or operands.
    event Opened(uint256 indexed id, Phase phase, bytes data);
    /// @notice A move was made; `phase` says what comes next.
    event Moved(uint256 indexed id, Phase phase, uint64 deadline);
    event Voted(uint256 indexed id, address indexed juror, bool guilty, uint256 seats);
    event Ended(uint256 indexed id, Phase phase);

    error NotYourMove(uint256 id);
    error WrongPhase(uint256 id, Phase phase);
    error TooLate(uint256 id);
    error TooEarly(uint256 id);
    error NoFault(uint64 epoch, address worker, address challenger);
    error AlreadyAccused(uint64 epoch, address worker, address challenger);
    error NoVerdict(uint64 epoch, address worker, address validator);
    error WrongOpening();
    error WrongTerms();
    error NotATrainingShard();
    error UnitsAreRight();
    error NothingWrong();
    error NotOnJury(address validator);
    error AlreadyVoted(address juror);

    /// @param terms what was posted for the proof's task
    function accuseResult(
        uint64 epoch,
        address worker,
        Proof calldata proof,
        Placement calldata placement,
        Terms calldata terms,
        Segment calldata segment
    ) external returns (uint256 id);

    /// @notice Slashes at once. Anyone may call, no bond, as for a wrong sum.
    function accuseUnits(
        uint64 epoch,
        address worker,
        Proof calldata proof,
        Placement calldata placement,
        Terms calldata terms
    ) external;

    /// @param detail sha2-256 of the DAG-CBOR report that says what to look at
    function accuse(uint64 epoch, address worker, Reason reason, bytes32 detail) external returns (uint256 id);

    /// @notice A member of a committee showed an audit digest that no execution gives. The accused of the dispute
    /// (`Dispute.worker`) is that member; the jury decides.
    /// @dev Who accuses revealed a verdict on the same worker and epoch itself. Until the epoch pays, so that a digest that
    /// is revealed in the last second can still be checked.
    /// @param worker whose epoch both judged
    /// @param detail sha2-256 of the DAG-CBOR object that names the epoch, the worker and the auditor
    function accuseAuditor(uint64 epoch, address worker, address auditor, bytes32 detail) external returns (uint256 id);

    /// @param blocks shorts of the log's blocks, 20 bytes each
    function openBlocks(uint256 id, bytes calldata blocks) external;

    function nameBlock(uint256 id, uint32 block_, bytes20 short, bytes32[] calldata path) external;

    /// @notice The named tensor's value at the end of the last step is not what the end checkpoint has.
    /// @param tensor number of its STATE value
    /// @param next where the log has what it becomes, in the last step
    /// @param chunk 128 bytes of that value, number `chunkIndex`
    function nameLink(
        uint256 id,
        uint32 tensor,
        bytes calldata instruction,
        bytes32[] calldata instructionPath,
        LogOpening calldata next,
        uint32 chunkIndex,
        ChunkOpening calldata chunk
    ) external;

    function openLeaves(uint256 id, bytes calldata leaves) external;

    /// @param index in the named block
    /// @param earlier of a STATE above the first step: where the log has what it was before; empty otherwise
    /// @param chunk of a STATE in the first step: the 128 bytes of the worker's value that hold `element`; empty otherwise
    function nameValue(
        uint256 id,
        uint32 index,
        bytes20 short,
        bytes32[] calldata path,
        uint64 element,
        bytes calldata instruction,
        bytes32[] calldata instructionPath,
        LogOpening calldata earlier,
        ChunkOpening calldata chunk
    ) external;

    /// @param result the 128 bytes of the worker's value that hold the element
    function openOperands(uint256 id, bytes calldata instruction, bytes calldata operands, ChunkOpening calldata result)
        external;

    /// @param operand which of the instruction's operands, `term` which of its terms
    /// @param operands the 128 bytes of what the worker opened that hold it; of a SCATTER all of them, without a path
    /// @param source where the log has the value that the operand reads
    /// @param chunk the 128 bytes of it that hold the element
    function refute(
        uint256 id,
        uint32 operand,
        uint32 term,
        bytes calldata instruction,
        ChunkOpening calldata operands,
        LogOpening calldata source,
        ChunkOpening calldata chunk
    ) external;

    /// @param digest of the tensor in the checkpoint, `entryPath` its way up to the state's root
    /// @param chunk the 16 KiB that hold the 128 bytes in question
    function openLink(
        uint256 id,
        bytes calldata head,
        bytes32 digest,
        bytes32[] calldata entryPath,
        ChunkOpening calldata chunk
    ) external;

    function vote(uint256 id, bool guilty) external;

    /// @notice Counts the jury's votes. Anyone may call when its time is over.
    function conclude(uint256 id) external;

    /// @notice Whoever had to move and did not loses. Anyone may call.
    function timeout(uint256 id) external;

    function disputeOf(uint256 id) external view returns (Dispute memory);
    /// @notice Is a dispute open about what a worker committed to, or said as an auditor, in an epoch?
    function isDisputed(uint64 epoch, address worker) external view returns (bool);
    /// @notice When the last dispute against a worker ended, 0 if there was none; the largest number while one is open.
    function busyUntil(address worker) external view returns (uint64);
    /// @notice The same of all disputes, whoever they are against.
    function anybodyBusyUntil() external view returns (uint64);
    function onJury(uint256 id, address validator) external view returns (bool);
}
