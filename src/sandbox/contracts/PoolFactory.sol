// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {CurvePool, ICurveAuthority} from "./CurvePool.sol";
import {DirectPool} from "./DirectPool.sol";
import {LiquidPool} from "./LiquidPool.sol";

/// @title Makes the staking pools, at most one of each kind for a model, and says who may slash them
contract PoolFactory is AccessControl, ICurveAuthority {
    /// @notice A contract that stake goes into. The indexer follows `pool` from here on.
    /// @param kind 0 direct (unbonding, slashing), 1 liquid (ERC-4626 shares)
    /// @param asset the ERC-20 that is staked
    /// @param unbondingSeconds between the request of an exit and its payment; 0 for a liquid pool
    event PoolCreated(uint256 indexed modelId, address pool, uint8 kind, address asset, uint32 unbondingSeconds);

    /// @notice A curve that sells a token of its own, which is a claim on its assets. The indexer follows `curve` from here on.
    /// @param reserveToken tokens that it has to sell
    /// @param virtualAsset part of the reserve that is not there: the first price is virtualAsset / reserveToken
    /// @param graduationAssets real assets from which on it may graduate into the model's liquid pool
    event CurveCreated(
        uint256 indexed modelId,
        address curve,
        address asset,
        uint256 reserveToken,
        uint256 virtualAsset,
        uint256 graduationAssets
    );

    error NotModelOwner(uint256 modelId, address caller);
    error PoolExists(uint256 modelId, uint8 kind);
    error UnknownKind(uint8 kind);
    error NoVirtualAsset();
    error NotCurve(address caller);

    uint8 public constant DIRECT = 0;
    uint8 public constant LIQUID = 1;
    uint8 public constant CURVE = 2;
    bytes32 public constant SLASHER_ROLE = keccak256("SLASHER_ROLE");

    IERC721 public immutable registry;
    uint32 public immutable unbondingSeconds;
    address public immutable override slashSink;

    /// @notice The pool of a model and kind; the zero address where there is none.
    mapping(uint256 modelId => mapping(uint8 kind => address)) public poolOf;

    constructor(IERC721 registry_, uint32 unbondingSeconds_, address slashSink_, address admin) {
        registry = registry_;
        unbondingSeconds = unbondingSeconds_;
        slashSink = slashSink_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice For the model's owner, who picks the asset, and for the registry, which opens a fork's direct pool.
    function createPool(uint256 modelId, uint8 kind, address asset) external returns (address) {
        if (msg.sender != address(registry)) _requireOwner(modelId);
        if (kind == DIRECT) return _register(modelId, DIRECT, asset, _newDirect(modelId, asset));
        if (kind == LIQUID) return _createLiquid(modelId, asset);
        revert UnknownKind(kind);
    }

    /// @notice For the model's owner, once a model.
    function createCurve(uint256 modelId, address asset, uint256 virtualAsset, uint256 graduationAssets)
        external
        returns (address curve)
    {
        _requireOwner(modelId);
        if (virtualAsset == 0) revert NoVirtualAsset();
        string memory number = Strings.toString(modelId);
        CurvePool pool = new CurvePool(
            modelId,
            asset,
            virtualAsset,
            graduationAssets,
            string.concat("Curve of model ", number),
            string.concat("cv", number)
        );
        curve = address(pool);
        _claim(modelId, CURVE, curve);
        emit CurveCreated(modelId, curve, asset, pool.SUPPLY(), virtualAsset, graduationAssets);
    }

    /// @notice For a model's curve, which graduates into its liquid pool: made if there is none. The curve's deposit
    /// reverts where the model's owner has opened one for another asset.
    function liquidPoolOf(uint256 modelId) external override returns (address pool) {
        if (msg.sender != poolOf[modelId][CURVE]) revert NotCurve(msg.sender);
        pool = poolOf[modelId][LIQUID];
        if (pool == address(0)) pool = _createLiquid(modelId, CurvePool(msg.sender).asset());
    }

    function isSlasher(address account) external view override returns (bool) {
        return hasRole(SLASHER_ROLE, account);
    }

    function _requireOwner(uint256 modelId) private view {
        if (msg.sender != registry.ownerOf(modelId)) revert NotModelOwner(modelId, msg.sender);
    }

    function _newDirect(uint256 modelId, address asset) private returns (address) {
        return address(new DirectPool(modelId, asset, unbondingSeconds));
    }

    function _createLiquid(uint256 modelId, address asset) private returns (address) {
        string memory number = Strings.toString(modelId);
        LiquidPool pool = new LiquidPool(
            modelId, IERC20(asset), string.concat("Liquid stake on model ", number), string.concat("ls", number)
        );
        return _register(modelId, LIQUID, asset, address(pool));
    }

    function _register(uint256 modelId, uint8 kind, address asset, address pool) private returns (address) {
        _claim(modelId, kind, pool);
        emit PoolCreated(modelId, pool, kind, asset, kind == DIRECT ? unbondingSeconds : 0);
        return pool;
    }

    function _claim(uint256 modelId, uint8 kind, address pool) private {
        if (poolOf[modelId][kind] != address(0)) revert PoolExists(modelId, kind);
        poolOf[modelId][kind] = pool;
    }
}
