// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

/// @title Stake that is locked for votes, which steer to models on this chain or on any other
/// @notice An account has one lock, whose votes decline to 0 at its end:
/// votes(t) = floor(amount * (endsAt - t) / MAX_LOCK). A vote counts with the lock as it was when it was cast, until it is
/// cast anew. Amounts are in the asset's smallest unit, times are unix seconds.
contract VoteEscrow is ReentrancyGuard {
    using SafeERC20 for IERC20;

    /// @notice Told once, by the constructor.
    event EscrowOpened(address asset, uint32 maxLockSeconds, uint32 stepSeconds);

    /// @notice A lock was made, grew, or ends later.
    /// @param added to what is locked; 0: only its end moved
    /// @param endsAt when the lock ends now
    event LockChanged(address indexed account, uint256 added, uint64 endsAt);

    /// @notice An ended lock was taken out, whole.
    event Withdrawn(address indexed account, uint256 amount);

    /// @notice From here on so much of the account's votes steers to the model, instead of what did before.
    /// @param ballot keccak256 of the model's text
    /// @param model such as `eip155:31338/reference:12`; nobody checks that it is there
    /// @param bps of all votes of the lock, in basis points; 0 takes the vote back
    event Voted(address indexed account, bytes32 indexed ballot, string model, uint16 bps);

    struct Lock {
        uint256 amount;
        uint64 endsAt;
    }

    struct Vote {
        uint256 amount;
        uint64 endsAt;
        uint16 bps;
    }

    error NothingLocked();
    error AlreadyLocked(uint256 amount);
    error EndOutOfRange(uint64 endsAt);
    error LockEnded(uint64 endsAt);
    error LockNotEnded(uint64 endsAt);
    error BpsOutOfRange(uint256 bps);
    error InvalidModel(string model);

    uint32 public constant MAX_LOCK = 52 weeks;
    /// @notice A lock ends at a multiple of it, rounded down.
    uint32 public constant STEP = 1 weeks;
    uint256 private constant WHOLE_BPS = 10_000;
    uint256 private constant MAX_MODEL_BYTES = 128;

    IERC20 public immutable asset;

    mapping(address account => Lock) public locks;
    /// @notice Of the account's votes that are cast, in basis points.
    mapping(address account => uint256) public castBps;
    mapping(address account => mapping(bytes32 ballot => Vote)) public votes;

    constructor(IERC20 asset_) {
        asset = asset_;
        emit EscrowOpened(address(asset_), MAX_LOCK, STEP);
    }

    /// @notice Locks `amount` of the caller's until `endsAt`; for who has no lock.
    function lock(uint256 amount, uint64 endsAt) external nonReentrant {
        Lock storage own = locks[msg.sender];
        if (own.amount != 0) revert AlreadyLocked(own.amount);
        if (amount == 0) revert NothingLocked();
        own.amount = amount;
        own.endsAt = _endOf(endsAt);
        emit LockChanged(msg.sender, amount, own.endsAt);
        asset.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice Adds to the caller's lock, which ends when it did.
    function increase(uint256 amount) external nonReentrant {
        Lock storage own = _running();
        if (amount == 0) revert NothingLocked();
        own.amount += amount;
        emit LockChanged(msg.sender, amount, own.endsAt);
        asset.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice Lets the caller's lock end later.
    function extend(uint64 endsAt) external {
        Lock storage own = _running();
        uint64 end = _endOf(endsAt);
        if (end <= own.endsAt) revert EndOutOfRange(endsAt);
        own.endsAt = end;
        emit LockChanged(msg.sender, 0, end);
    }

    /// @notice Takes an ended lock out.
    function withdraw() external nonReentrant {
        Lock storage own = locks[msg.sender];
        uint256 amount = own.amount;
        if (amount == 0) revert NothingLocked();
        if (block.timestamp < own.endsAt) revert LockNotEnded(own.endsAt);
        own.amount = 0;
        emit Withdrawn(msg.sender, amount);
        asset.safeTransfer(msg.sender, amount);
    }

    /// @notice Steers `bps` of the caller's votes to a model: his former vote for it ends. All together at most 10000.
    function vote(string calldata model, uint16 bps) external {
        Lock storage own = _running();
        uint256 length = bytes(model).length;
        if (length == 0 || length > MAX_MODEL_BYTES) revert InvalidModel(model);
        bytes32 ballot = keccak256(bytes(model));
        Vote storage cast = votes[msg.sender][ballot];
        uint256 all = castBps[msg.sender] - cast.bps + bps;
        if (all > WHOLE_BPS) revert BpsOutOfRange(all);
        castBps[msg.sender] = all;
        (cast.amount, cast.endsAt, cast.bps) = (own.amount, own.endsAt, bps);
        emit Voted(msg.sender, ballot, model, bps);
    }

    /// @notice Votes of the account's lock as it is now, at a time from now on.
    function balanceOf(address account, uint64 time) external view returns (uint256) {
        Lock storage own = locks[account];
        return _votes(own.amount, own.endsAt, time);
    }

    /// @notice What the account's vote for a model weighs at a time from its cast on: floor(votes * bps / 10000).
    function weightOf(address account, string calldata model, uint64 time) external view returns (uint256) {
        Vote storage cast = votes[account][keccak256(bytes(model))];
        return Math.mulDiv(_votes(cast.amount, cast.endsAt, time), cast.bps, WHOLE_BPS);
    }

    function _votes(uint256 amount, uint64 endsAt, uint64 time) private pure returns (uint256) {
        return time >= endsAt ? 0 : Math.mulDiv(amount, endsAt - time, MAX_LOCK);
    }

    function _running() private view returns (Lock storage own) {
        own = locks[msg.sender];
        if (own.amount == 0) revert NothingLocked();
        if (block.timestamp >= own.endsAt) revert LockEnded(own.endsAt);
    }

    function _endOf(uint64 endsAt) private view returns (uint64 end) {
        end = endsAt - (endsAt % STEP);
        if (end <= block.timestamp || end > block.timestamp + MAX_LOCK) revert EndOutOfRange(endsAt);
    }
}
