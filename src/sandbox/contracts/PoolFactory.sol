// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {DirectPool, IPoolAuthority} from "./DirectPool.sol";
import {LiquidPool} from "./LiquidPool.sol";

/// @title Makes the staking pools, at most one of each kind for a model, and says who may slash them
contract PoolFactory is AccessControl, IPoolAuthority {
    /// @notice A contract that stake goes into. The indexer follows `pool` from here on.
    /// @param kind 0 direct (unbonding, slashing), 1 liquid (ERC-4626 shares)
    /// @param asset the ERC-20 that is staked
    /// @param unbondingSeconds between the request of an exit and its payment; 0 for a liquid pool
    event PoolCreated(uint256 indexed modelId, address pool, uint8 kind, address asset, uint32 unbondingSeconds);

    error NotModelOwner(uint256 modelId, address caller);
    error PoolExists(uint256 modelId, uint8 kind);
    error UnknownKind(uint8 kind);

    uint8 public constant DIRECT = 0;
    uint8 public constant LIQUID = 1;
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
    function createPool(uint256 modelId, uint8 kind, address asset) external returns (address pool) {
        if (msg.sender != address(registry) && msg.sender != registry.ownerOf(modelId)) {
            revert NotModelOwner(modelId, msg.sender);
        }
        if (poolOf[modelId][kind] != address(0)) revert PoolExists(modelId, kind);

        if (kind == DIRECT) {
            pool = address(new DirectPool(modelId, asset, unbondingSeconds));
        } else if (kind == LIQUID) {
            string memory number = Strings.toString(modelId);
            pool = address(
                new LiquidPool(
                    modelId, IERC20(asset), string.concat("Liquid stake on model ", number), string.concat("ls", number)
                )
            );
        } else {
            revert UnknownKind(kind);
        }
        poolOf[modelId][kind] = pool;
        emit PoolCreated(modelId, pool, kind, asset, kind == DIRECT ? unbondingSeconds : 0);
    }

    function isSlasher(address account) external view override returns (bool) {
        return hasRole(SLASHER_ROLE, account);
    }
}
