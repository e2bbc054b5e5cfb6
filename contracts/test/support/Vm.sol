// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The cheatcodes that these tests use. https://getfoundry.sh/reference/cheatcodes/overview
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    function warp(uint256 timestamp) external;
    function roll(uint256 number) external;
    function prank(address sender) external;
    function assume(bool condition) external pure;
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata revertData) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function addr(uint256 privateKey) external pure returns (address);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function getNonce(address account) external view returns (uint64);
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function snapshotState() external returns (uint256);
    function revertToState(uint256 snapshot) external returns (bool);
    function label(address account, string calldata name) external;
    function readFile(string calldata path) external view returns (string memory);
    function readFileBinary(string calldata path) external view returns (bytes memory);
    function envOr(string calldata name, string calldata otherwise) external view returns (string memory);
    function parseJsonKeys(string calldata json, string calldata key) external pure returns (string[] memory);
    function contains(string calldata subject, string calldata search) external pure returns (bool);
    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);
    function parseJsonUintArray(string calldata json, string calldata key) external pure returns (uint256[] memory);
    function parseJsonIntArray(string calldata json, string calldata key) external pure returns (int256[] memory);
    function parseJsonTypeArray(string calldata json, string calldata key, string calldata description)
        external
        pure
        returns (bytes memory);
    function snapshotValue(string calldata group, string calldata name, uint256 value) external;
    function lastCallGas() external view returns (Gas memory);
    function toString(uint256 value) external pure returns (string memory);
    function toString(bytes32 value) external pure returns (string memory);
    function parseBytes32(string calldata text) external pure returns (bytes32);
    function assertTrue(bool condition, string calldata sentence) external pure;
    function assertFalse(bool condition, string calldata sentence) external pure;
    function assertEq(uint256 left, uint256 right, string calldata sentence) external pure;
    function assertEq(address left, address right, string calldata sentence) external pure;
    function assertEq(bytes32 left, bytes32 right, string calldata sentence) external pure;
    function assertEq(string calldata left, string calldata right, string calldata sentence) external pure;
    function assertLe(uint256 left, uint256 right, string calldata sentence) external pure;
    function assertGe(uint256 left, uint256 right, string calldata sentence) external pure;
    function assertGt(uint256 left, uint256 right, string calldata sentence) external pure;
    function assertLt(uint256 left, uint256 right, string calldata sentence) external pure;
}

/// @dev Where forge answers them.
Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @notice A number in [low, high] for any fuzzed number.
function bound(uint256 value, uint256 low, uint256 high) pure returns (uint256) {
    return high - low == type(uint256).max ? value : low + value % (high - low + 1);
}
