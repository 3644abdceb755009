// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IPool} from "./IPool.sol";

/// @title Stake on one model as a transferable share that grows with the model's fees
/// @notice An ERC-4626 vault: `Deposit`, `Withdraw` and the share's `Transfer` say who holds what. One virtual
/// share and one virtual unit of the asset stand against the first-depositor attack, so
/// assets = floor(shares * (totalAssets + 1) / (totalSupply + 1)).
contract LiquidPool is ERC4626, IPool {
    using SafeERC20 for IERC20;

    error NothingStaked();
    error NothingMinted(uint256 assets);

    uint256 public immutable modelId;

    // Counted, not the balance: tokens merely sent here would change every position without any event of ours.
    uint256 private _totalAssets;

    constructor(
        uint256 modelId_,
        IERC20 asset_,
        string memory name_,
        string memory symbol_
    ) ERC20(name_, symbol_) ERC4626(asset_) {
        modelId = modelId_;
    }

    /// @notice Staked and compounded assets, in the asset's smallest unit; unlike the balance, donations do not count.
    function totalAssets() public view override returns (uint256) {
        return _totalAssets;
    }

    function asset() public view override(ERC4626, IPool) returns (address) {
        return ERC4626.asset();
    }

    /// @inheritdoc IPool
    function acceptsRewards() public view override returns (bool) {
        return totalSupply() > 0 && _totalAssets > 0;
    }

    /// @inheritdoc IPool
    function compound(uint256 assets) external override {
        if (!acceptsRewards()) revert NothingStaked();
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), assets);
        _totalAssets += assets;
        emit Compounded(msg.sender, assets);
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override {
        if (shares == 0) revert NothingMinted(assets);
        super._deposit(caller, receiver, assets, shares);
        _totalAssets += assets;
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override {
        _totalAssets -= assets;
        super._withdraw(caller, receiver, owner, assets, shares);
    }
}
