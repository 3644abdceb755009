// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token of the sandbox, which anyone may mint: stake is an 18-decimal one, fees come in a 6-decimal one too
contract TestToken is ERC20 {
    uint8 private immutable _decimals;

    constructor(string memory name_, string memory symbol_, uint8 decimals_) ERC20(name_, symbol_) {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    /// @notice Faucet. Without restriction on purpose: the token is worth nothing outside the sandbox.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
