// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {IPoolAuthority} from "./DirectPool.sol";
import {IPool} from "./IPool.sol";
import {LiquidPool} from "./LiquidPool.sol";

/// @title What a curve asks of the factory that made it, besides who may slash
interface ICurveAuthority is IPoolAuthority {
    function liquidPoolOf(uint256 modelId) external returns (address);
}

/// @title Stake on one model that is bought and sold along a curve: the earlier, the cheaper
/// @notice The pool is the token that it sells. reserveToken * reserveAsset stays what it is but for rounding, in favour
/// of those who stay; of reserveAsset a part, `virtualAsset`, is not there and sets the first price. What is there is the
/// patrons' bond: a slash takes a share of it at once, as there is no queue, and of the virtual part as much, so that the
/// whole curve falls by that share. Invariant, so that everybody can sell:
/// reserveAsset * reserveToken >= virtualAsset * (reserveToken + totalSupply).
contract CurvePool is ERC20, IPool, ReentrancyGuard {
    using SafeERC20 for IERC20;

    /// @notice tokens = floor(reserveToken * assets / (reserveAsset + assets)), reserves as before the trade.
    event Bought(address indexed patron, uint256 assets, uint256 tokens);

    /// @notice assets = floor(reserveAsset * tokens / (reserveToken + tokens)), reserves as before the trade.
    event Sold(address indexed patron, uint256 tokens, uint256 assets);

    /// @notice The bond was forfeited, wholly or in part; tokens stay as they were.
    /// @param assets taken from what is there
    /// @param virtualAssets taken from the virtual part, to nobody
    event CurveSlashed(address indexed slasher, uint256 assets, uint256 virtualAssets, string reason);

    /// @notice All that was there went into the model's liquid pool, and the trade has ended.
    /// @param liquidShares that the curve got for it: each token is a claim on its part of them
    event Graduated(address indexed liquidPool, uint256 assets, uint256 liquidShares);

    /// @notice After the graduation, tokens were burnt for shares of the liquid pool.
    /// @param liquidShares floor(tokens * the curve's shares / totalSupply)
    event Redeemed(address indexed patron, uint256 tokens, uint256 liquidShares);

    error NothingTraded(uint256 given);
    error TooLittle(uint256 got, uint256 wanted);
    error PoolWiped();
    error HasGraduated();
    error NotGraduated(uint256 assets, uint256 needed);
    error NotSlasher(address caller);
    error PpmOutOfRange(uint32 ppm);
    error TokenOfItself();

    uint256 private constant PPM = 1_000_000;
    /// @notice Tokens that there can ever be, in the token's smallest unit: all of them are the curve's at the start.
    uint256 public constant SUPPLY = 1_000_000 * 1e18;

    uint256 public immutable modelId;
    address public immutable override asset;
    /// @notice Real assets from which on anybody may let the curve graduate.
    uint256 public immutable graduationAssets;
    ICurveAuthority private immutable _authority;

    uint256 public reserveToken = SUPPLY;
    uint256 public reserveAsset;
    uint256 public virtualAsset;
    /// @notice Where the assets went; the zero address before the graduation.
    LiquidPool public liquidPool;

    constructor(
        uint256 modelId_,
        address asset_,
        uint256 virtualAsset_,
        uint256 graduationAssets_,
        string memory name_,
        string memory symbol_
    ) ERC20(name_, symbol_) {
        modelId = modelId_;
        asset = asset_;
        graduationAssets = graduationAssets_;
        virtualAsset = virtualAsset_;
        reserveAsset = virtualAsset_;
        _authority = ICurveAuthority(msg.sender);
    }

    /// @notice Buys for `assets` of the caller's, or reverts where that gives fewer than `leastTokens`.
    function buy(uint256 assets, uint256 leastTokens) external nonReentrant returns (uint256 tokens) {
        _requireTrading();
        // After a slash of everything tokens are worth nothing, and there is no price.
        if (reserveAsset == 0) revert PoolWiped();
        tokens = Math.mulDiv(reserveToken, assets, reserveAsset + assets);
        if (tokens == 0) revert NothingTraded(assets);
        if (tokens < leastTokens) revert TooLittle(tokens, leastTokens);
        IERC20(asset).safeTransferFrom(msg.sender, address(this), assets);
        reserveToken -= tokens;
        reserveAsset += assets;
        _mint(msg.sender, tokens);
        emit Bought(msg.sender, assets, tokens);
    }

    /// @notice Sells `tokens` of the caller's, or reverts where that gives less than `leastAssets`.
    function sell(uint256 tokens, uint256 leastAssets) external nonReentrant returns (uint256 assets) {
        _requireTrading();
        assets = assetsFor(tokens);
        if (tokens == 0) revert NothingTraded(tokens);
        if (assets < leastAssets) revert TooLittle(assets, leastAssets);
        _burn(msg.sender, tokens);
        reserveToken += tokens;
        reserveAsset -= assets;
        IERC20(asset).safeTransfer(msg.sender, assets);
        emit Sold(msg.sender, tokens, assets);
    }

    /// @notice Takes floor(ppm of what is there), and as much of the virtual part, rounded up.
    function slash(uint32 ppm, string calldata reason) external nonReentrant {
        if (!_authority.isSlasher(msg.sender)) revert NotSlasher(msg.sender);
        if (ppm == 0 || ppm > PPM) revert PpmOutOfRange(ppm);
        _requireTrading();
        uint256 assets = Math.mulDiv(realAssets(), ppm, PPM);
        uint256 virtualAssets = Math.mulDiv(virtualAsset, ppm, PPM, Math.Rounding.Ceil);
        reserveAsset -= assets + virtualAssets;
        virtualAsset -= virtualAssets;
        IERC20(asset).safeTransfer(_authority.slashSink(), assets);
        emit CurveSlashed(msg.sender, assets, virtualAssets, reason);
    }

    /// @inheritdoc IPool
    function compound(uint256 assets) external override nonReentrant {
        if (!acceptsRewards()) revert PoolWiped();
        IERC20(asset).safeTransferFrom(msg.sender, address(this), assets);
        reserveAsset += assets;
        emit Compounded(msg.sender, assets);
    }

    /// @notice Moves all that is there into the model's liquid pool, once it is enough; anyone may call it.
    function graduate() external nonReentrant {
        _requireTrading();
        uint256 assets = realAssets();
        if (assets < graduationAssets || assets == 0) revert NotGraduated(assets, graduationAssets);
        LiquidPool pool = LiquidPool(_authority.liquidPoolOf(modelId));
        liquidPool = pool;
        IERC20(asset).forceApprove(address(pool), assets);
        uint256 liquidShares = pool.deposit(assets, address(this));
        emit Graduated(address(pool), assets, liquidShares);
    }

    /// @notice Burns `tokens` of the caller's for their part of the curve's shares of the liquid pool.
    function redeem(uint256 tokens) external nonReentrant returns (uint256 liquidShares) {
        if (address(liquidPool) == address(0)) revert NotGraduated(realAssets(), graduationAssets);
        if (tokens == 0) revert NothingTraded(tokens);
        liquidShares = Math.mulDiv(tokens, liquidPool.balanceOf(address(this)), totalSupply());
        _burn(msg.sender, tokens);
        IERC20(liquidPool).safeTransfer(msg.sender, liquidShares);
        emit Redeemed(msg.sender, tokens, liquidShares);
    }

    /// @inheritdoc IPool
    function acceptsRewards() public view override returns (bool) {
        return address(liquidPool) == address(0) && totalSupply() > 0 && reserveAsset > virtualAsset;
    }

    /// @notice The patrons' bond: what they paid in, less what they took and lost. 0 once it has graduated.
    function realAssets() public view returns (uint256) {
        return address(liquidPool) == address(0) ? reserveAsset - virtualAsset : 0;
    }

    /// @notice What selling `tokens` would pay now.
    function assetsFor(uint256 tokens) public view returns (uint256) {
        return Math.mulDiv(reserveAsset, tokens, reserveToken + tokens);
    }

    /// @notice Wei of the asset for 1e18 wei of the token: floor(reserveAsset * 1e18 / reserveToken).
    function price() external view returns (uint256) {
        return Math.mulDiv(reserveAsset, 1e18, reserveToken);
    }

    function _requireTrading() private view {
        if (address(liquidPool) != address(0)) revert HasGraduated();
    }

    /// Tokens that the curve held of itself could never be sold, but would count in its supply.
    function _update(address from, address to, uint256 value) internal override {
        if (to == address(this)) revert TokenOfItself();
        super._update(from, to, value);
    }
}
