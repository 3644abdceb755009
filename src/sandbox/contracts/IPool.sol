// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What the factory and the royalty router need to know of a pool, of whichever kind
interface IPool {
    /// @notice Assets joined the pool without new shares, so that every share is worth more.
    /// @param from who paid: the royalty router for the patrons' part of a fee, or any benefactor
    /// @param assets amount in the asset's smallest unit
    event Compounded(address indexed from, uint256 assets);

    /// @notice The ERC-20 that is staked.
    function asset() external view returns (address);

    /// @notice Whether compounding now would reach somebody: there are shares, and assets behind them.
    function acceptsRewards() external view returns (bool);

    /// @notice Pulls `assets` from the caller and adds them to what the shares are worth.
    function compound(uint256 assets) external;
}
