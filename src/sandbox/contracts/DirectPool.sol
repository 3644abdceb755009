// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {IPool} from "./IPool.sol";

/// @title What a direct pool asks of the factory that made it
interface IPoolAuthority {
    function isSlasher(address account) external view returns (bool);
    function slashSink() external view returns (address);
}

/// @title Stake on one model that can be slashed, and leaves through a queue
/// @notice Two sets of assets, each divided by shares of its own: active ones, and exiting ones, which wait for
/// `unbondingSeconds` and are slashed like the active ones. Every quotient is rounded down, in favour of those
/// who stay; all amounts are in the asset's smallest unit.
contract DirectPool is IPool, ReentrancyGuard {
    using SafeERC20 for IERC20;

    /// @notice Stake came in. shares = assets for the first, else floor(assets * totalShares / activeAssets).
    /// @param patron whose position grows (the payer may be another)
    event Staked(address indexed patron, uint256 assets, uint256 shares);

    /// @notice Shares were burnt, and what they were worth entered the exit queue.
    /// @param requestId from 1 ascending within this pool
    /// @param shares burnt shares of the active assets
    /// @param assets floor(shares * activeAssets / totalShares), moved from active to exiting
    /// @param exitShares minted shares of the exiting assets
    /// @param readyAt unix seconds from which `completeExit` is possible
    event ExitRequested(
        uint256 indexed requestId,
        address indexed patron,
        uint256 shares,
        uint256 assets,
        uint256 exitShares,
        uint64 readyAt
    );

    /// @notice A request was paid out: less than requested when a slash came between.
    event ExitPaid(uint256 indexed requestId, address indexed patron, uint256 assets);

    /// @notice Assets were taken from patrons for a fault of the model; shares stay as they were.
    /// @param activeAssets taken from the active assets
    /// @param exitingAssets taken from the exit queue
    event Slashed(address indexed slasher, uint256 activeAssets, uint256 exitingAssets, string reason);

    /// @notice A patron's influence (not his assets) moved. The zero address stands for the patron himself.
    event DelegateChanged(address indexed patron, address indexed from, address indexed to);

    struct ExitRequest {
        address patron;
        uint64 readyAt;
        bool paid;
        uint256 exitShares;
    }

    error NothingMinted(uint256 assets);
    error PoolWiped();
    error InsufficientShares(uint256 requested, uint256 owned);
    error ExitNotReady(uint256 requestId, uint64 readyAt);
    error ExitAlreadyPaid(uint256 requestId);
    error UnknownExit(uint256 requestId);
    error NotSlasher(address caller);
    error PpmOutOfRange(uint32 ppm);
    error SameDelegate(address delegate);
    error ZeroAddress();

    uint256 private constant PPM = 1_000_000;

    uint256 public immutable modelId;
    address public immutable override asset;
    uint32 public immutable unbondingSeconds;
    IPoolAuthority private immutable _authority;

    uint256 public activeAssets;
    uint256 public totalShares;
    uint256 public exitingAssets;
    uint256 public exitSharesTotal;
    uint256 public lastRequestId;

    mapping(address patron => uint256) public sharesOf;
    /// @notice To whom the patron delegated; the zero address when to nobody.
    mapping(address patron => address) public delegateOf;
    mapping(address account => uint256) private _delegatedTo;
    mapping(uint256 requestId => ExitRequest) public exits;

    constructor(uint256 modelId_, address asset_, uint32 unbondingSeconds_) {
        modelId = modelId_;
        asset = asset_;
        unbondingSeconds = unbondingSeconds_;
        _authority = IPoolAuthority(msg.sender);
    }

    /// @notice Stakes `assets` of the caller's for `onBehalf`.
    function deposit(uint256 assets, address onBehalf) external nonReentrant returns (uint256 shares) {
        if (onBehalf == address(0)) revert ZeroAddress();
        if (totalShares == 0) {
            // Nothing is left behind: the last share leaves with floor(shares * active / shares) = active.
            shares = assets;
        } else {
            // After a slash of everything, shares are worth nothing and no ratio exists.
            if (activeAssets == 0) revert PoolWiped();
            shares = Math.mulDiv(assets, totalShares, activeAssets);
        }
        if (shares == 0) revert NothingMinted(assets);

        IERC20(asset).safeTransferFrom(msg.sender, address(this), assets);
        activeAssets += assets;
        totalShares += shares;
        sharesOf[onBehalf] += shares;
        _addInfluence(onBehalf, shares);
        emit Staked(onBehalf, assets, shares);
    }

    /// @notice Puts `shares` of the caller's into the exit queue.
    function requestExit(uint256 shares) external returns (uint256 requestId) {
        uint256 owned = sharesOf[msg.sender];
        if (shares > owned) revert InsufficientShares(shares, owned);
        if (activeAssets == 0) revert PoolWiped();
        uint256 assets = Math.mulDiv(shares, activeAssets, totalShares);

        uint256 exitShares = assets;
        if (exitSharesTotal != 0) {
            // A queue slashed to nothing has no ratio: its requests are completed (for 0) before new ones come.
            if (exitingAssets == 0) revert PoolWiped();
            exitShares = Math.mulDiv(assets, exitSharesTotal, exitingAssets);
        }
        if (exitShares == 0) revert NothingMinted(assets);

        sharesOf[msg.sender] = owned - shares;
        totalShares -= shares;
        activeAssets -= assets;
        exitingAssets += assets;
        exitSharesTotal += exitShares;
        _removeInfluence(msg.sender, shares);

        requestId = ++lastRequestId;
        uint64 readyAt = uint64(block.timestamp) + unbondingSeconds;
        exits[requestId] = ExitRequest(msg.sender, readyAt, false, exitShares);
        emit ExitRequested(requestId, msg.sender, shares, assets, exitShares, readyAt);
    }

    /// @notice Pays floor(exitShares * exitingAssets / exitSharesTotal) to the patron; anyone may call it.
    function completeExit(uint256 requestId) external nonReentrant returns (uint256 assets) {
        ExitRequest storage request = exits[requestId];
        if (request.patron == address(0)) revert UnknownExit(requestId);
        if (request.paid) revert ExitAlreadyPaid(requestId);
        if (block.timestamp < request.readyAt) revert ExitNotReady(requestId, request.readyAt);

        assets = exitValue(requestId);
        request.paid = true;
        exitingAssets -= assets;
        exitSharesTotal -= request.exitShares;
        IERC20(asset).safeTransfer(request.patron, assets);
        emit ExitPaid(requestId, request.patron, assets);
    }

    /// @notice Takes floor(assets * ppm / 1e6) of the active and of the exiting assets, each by itself.
    function slash(uint32 ppm, string calldata reason) external nonReentrant {
        if (!_authority.isSlasher(msg.sender)) revert NotSlasher(msg.sender);
        if (ppm == 0 || ppm > PPM) revert PpmOutOfRange(ppm);
        uint256 active = Math.mulDiv(activeAssets, ppm, PPM);
        uint256 exiting = Math.mulDiv(exitingAssets, ppm, PPM);
        activeAssets -= active;
        exitingAssets -= exiting;
        IERC20(asset).safeTransfer(_authority.slashSink(), active + exiting);
        emit Slashed(msg.sender, active, exiting, reason);
    }

    /// @notice Lends the influence of the caller's present and future shares to `to`; to himself ends it.
    function delegate(address to) external {
        if (to == msg.sender) to = address(0);
        address from = delegateOf[msg.sender];
        if (from == to) revert SameDelegate(to);
        uint256 shares = sharesOf[msg.sender];
        _removeInfluence(msg.sender, shares);
        delegateOf[msg.sender] = to;
        _addInfluence(msg.sender, shares);
        emit DelegateChanged(msg.sender, from, to);
    }

    /// @inheritdoc IPool
    function compound(uint256 assets) external override nonReentrant {
        if (!acceptsRewards()) revert PoolWiped();
        IERC20(asset).safeTransferFrom(msg.sender, address(this), assets);
        activeAssets += assets;
        emit Compounded(msg.sender, assets);
    }

    /// @inheritdoc IPool
    function acceptsRewards() public view override returns (bool) {
        return totalShares > 0 && activeAssets > 0;
    }

    /// @notice What a patron's shares are worth now: floor(shares * activeAssets / totalShares).
    function assetsOf(address patron) external view returns (uint256) {
        return totalShares == 0 ? 0 : Math.mulDiv(sharesOf[patron], activeAssets, totalShares);
    }

    /// @notice What an unpaid request would pay now; 0 for a paid or unknown one.
    function exitValue(uint256 requestId) public view returns (uint256) {
        ExitRequest storage request = exits[requestId];
        if (request.paid || request.exitShares == 0) return 0;
        return Math.mulDiv(request.exitShares, exitingAssets, exitSharesTotal);
    }

    /// @notice Shares an account speaks for: delegated to it, and its own unless lent to another.
    function influenceOf(address account) external view returns (uint256) {
        uint256 own = delegateOf[account] == address(0) ? sharesOf[account] : 0;
        return own + _delegatedTo[account];
    }

    function _addInfluence(address patron, uint256 shares) private {
        address to = delegateOf[patron];
        if (to != address(0)) _delegatedTo[to] += shares;
    }

    function _removeInfluence(address patron, uint256 shares) private {
        address to = delegateOf[patron];
        if (to != address(0)) _delegatedTo[to] -= shares;
    }
}
