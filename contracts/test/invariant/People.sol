// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Tier} from "../../src/types/Tier.sol";
import {World} from "../support/World.sol";
import {bound, vm} from "../support/Vm.sol";

/// @notice Who is there, what they have at stake, and what nobody can do to them.
abstract contract People is World {
    uint256 internal constant WORKERS = 4;
    uint256 internal constant VALIDATORS = 3;
    bytes4 internal constant PANIC = 0x4e487b71;

    /// Where an account's stake went: what it put in is what it has, took out or lost.
    struct Stake {
        uint256 put;
        uint256 withdrawn;
        uint256 slashed;
        uint256 bonds;
    }

    /// What happened, so that runs in which nothing does are found out.
    mapping(string what => uint256) public done;
    mapping(address account => Stake) internal ghost;
    /// Who pays for what happens now.
    address internal spender;

    constructor() {
        setUp();
        for (uint256 i; i < WORKERS; ++i) {
            enrol(person(i), true, false);
        }
        for (uint256 i; i < VALIDATORS; ++i) {
            enrol(person(WORKERS + i), false, true);
        }
    }

    function person(uint256 i) public pure returns (address) {
        return address(uint160(0x1000 + i));
    }

    function people() public pure returns (uint256) {
        return WORKERS + VALIDATORS;
    }

    function anyone(uint256 pick) internal pure returns (address) {
        return person(pick % people());
    }

    function anyWorker(uint256 pick) internal pure returns (address) {
        return person(pick % WORKERS);
    }

    function everythingOf(address account) internal view returns (uint256) {
        (uint256 unbonding,) = stakes.unbondingOf(account);
        return stakes.stakeOf(account) + unbonding;
    }

    /// @dev Nobody's wallet gets smaller by what others do.
    modifier onlyTheSpenderSpends() {
        uint256[] memory before = new uint256[](people());
        for (uint256 i; i < people(); ++i) {
            before[i] = token.balanceOf(person(i));
        }
        spender = address(0);
        _;
        for (uint256 i; i < people(); ++i) {
            if (person(i) == spender) continue;
            vm.assertGe(token.balanceOf(person(i)), before[i], "nobody but its owner moves what was earned");
        }
    }

    function only(bytes memory reason, bytes4 allowed) internal pure {
        vm.assertTrue(bytes4(reason) == allowed, "no other refusal is expected here");
    }

    function epochNow() internal view returns (uint64) {
        return uint64((block.timestamp - law.genesis) / law.epochSeconds);
    }

    function wait(uint256 time) external {
        goTo(block.timestamp + bound(time, 1, 120));
    }

    // ---- stake ----

    /// @dev Somebody who has CXT, if there is anybody.
    function anyoneRich(uint256 pick) internal view returns (address account) {
        for (uint256 i; i < people(); ++i) {
            account = anyone(bound(pick, 0, people()) + i);
            if (token.balanceOf(account) > 1e6 && !stakes.slashed(account)) return account;
        }
    }

    function stake(uint256 who, uint256 amount) external onlyTheSpenderSpends {
        address account = anyoneRich(who);
        if (stakes.slashed(account) || token.balanceOf(account) == 0) return;
        amount = bound(amount, 1, token.balanceOf(account));
        vm.prank(account);
        token.approve(address(stakes), amount);
        spender = account;
        vm.prank(account);
        stakes.stake(amount);
        ghost[account].put += amount;
        ++done["stake"];
    }

    function unstake(uint256 who, uint256 amount) external onlyTheSpenderSpends {
        address account = anyone(who);
        for (uint256 i; i < people() && stakes.stakeOf(account) == 0; ++i) {
            account = person(i);
        }
        uint256 available = stakes.stakeOf(account);
        if (available == 0) return;
        vm.prank(account);
        stakes.requestUnstake(bound(amount, 1, available));
        ++done["unstake"];
    }

    function withdrawAll() external onlyTheSpenderSpends {
        for (uint256 i; i < people(); ++i) {
            (uint256 amount, uint64 at) = stakes.unbondingOf(person(i));
            if (stakes.slashed(person(i))) vm.assertEq(amount, 0, "what was slashed is not withdrawn");
            if (amount == 0 || block.timestamp < at) continue;
            vm.prank(person(i));
            stakes.withdraw();
            ghost[person(i)].withdrawn += amount;
            ++done["withdraw"];
        }
    }

    // ---- what only a contract may do ----

    /// @dev What only a contract may do, tried by somebody else.
    function meddle(uint256 who, uint256 victim) external onlyTheSpenderSpends {
        address account = anyone(victim);
        address[5] memory callers = [
            anyone(who), address(this), address(pool), address(market), who % 2 == 0 ? address(token) : address(beacon)
        ];
        address caller = callers[who % 5];
        refused(caller, address(stakes), abi.encodeCall(stakes.slash, (account)));
        refused(caller, address(stakes), abi.encodeCall(stakes.recordWork, (account, 1e18)));
        refused(caller, address(stakes), abi.encodeCall(stakes.takeBond, (account)));
        refused(caller, address(court), abi.encodeCall(court.conclude, (account, epochNow())));
        refused(caller, address(court), abi.encodeCall(court.convict, (account, epochNow(), caller)));
        refused(caller, address(credential), abi.encodeCall(credential.record, (account, 1, Tier.TidePool, 1, 1)));
        if (caller != account) {
            uint256 balance = token.balanceOf(account);
            if (balance > 0) {
                refused(caller, address(token), abi.encodeCall(token.transferFrom, (account, caller, balance)));
            }
        }
        ++done["meddle"];
    }

    function refused(address caller, address where, bytes memory call) internal {
        vm.prank(caller);
        (bool success, bytes memory reason) = where.call(call);
        vm.assertFalse(success, "what only a contract may do, nobody else can");
        vm.assertTrue(reason.length >= 4 && bytes4(reason) != PANIC, "and the refusal has a name");
    }
}
