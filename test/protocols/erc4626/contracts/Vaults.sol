// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice Anybody's coin, which may keep a part of what is sent.
contract Coin is ERC20 {
    uint256 public immutable feeBps;

    constructor(uint256 fee) ERC20("Coin", "COIN") {
        feeBps = fee;
    }

    function mint(address to, uint256 value) external {
        _mint(to, value);
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : value * feeBps / 10_000;
        super._update(from, to, value - fee);
        if (fee > 0) super._update(from, address(0), fee);
    }
}

/// @notice OpenZeppelin's vault as it is, with a decimals offset. What it is sent is yield, what it loses is gone.
contract Vault is ERC4626 {
    uint8 private immutable offset;

    constructor(IERC20 coin, uint8 decimalsOffset) ERC20("Vault", "V") ERC4626(coin) {
        offset = decimalsOffset;
    }

    function lose(uint256 value) external {
        IERC20(asset()).transfer(address(1), value);
    }

    /// @notice Shares without a deposit, as vaults take their fees.
    function takeFee(address to, uint256 shares) external {
        _mint(to, shares);
    }

    /// @notice Shares given up without a withdrawal.
    function giveUp(uint256 shares) external {
        _burn(msg.sender, shares);
    }

    function _decimalsOffset() internal view override returns (uint8) {
        return offset;
    }
}

/// @notice Announces what it makes, the vault not first, and after the vault's own first logs.
contract VaultFactory {
    event VaultMade(address indexed maker, uint256 number, address vault);

    uint256 public count;

    function make(IERC20 coin) external returns (Vault made) {
        made = new Vault(coin, 0);
        coin.transferFrom(msg.sender, address(this), 100);
        coin.approve(address(made), 100);
        made.deposit(100, msg.sender);
        emit VaultMade(msg.sender, count++, address(made));
    }
}

/// @notice A vault of the days before offsets: shares × assets / supply, one for one where there are none.
contract PlainVault is ERC20 {
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    event Withdraw(
        address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares
    );

    IERC20 public immutable asset;

    constructor(IERC20 coin) ERC20("Plain", "P") {
        asset = coin;
    }

    function totalAssets() public view returns (uint256) {
        return asset.balanceOf(address(this));
    }

    function convertToAssets(uint256 shares) public view returns (uint256) {
        return totalSupply() == 0 ? shares : shares * totalAssets() / totalSupply();
    }

    function deposit(uint256 assets, address receiver) external {
        uint256 shares = totalSupply() == 0 ? assets : assets * totalSupply() / totalAssets();
        asset.transferFrom(msg.sender, address(this), assets);
        _mint(receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    function redeem(uint256 shares, address receiver, address owner) external {
        uint256 assets = convertToAssets(shares);
        _burn(owner, shares);
        asset.transfer(receiver, assets);
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
    }
}

/// @notice Says whatever it is told to say.
contract Liar {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    event Withdraw(
        address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares
    );

    address public asset;
    uint256 public totalSupply;
    uint256 private held;
    bool private reverts;

    constructor(address coin) {
        asset = coin;
    }

    function say(uint256 assets, bool fails) external {
        held = assets;
        reverts = fails;
    }

    function totalAssets() external view returns (uint256) {
        require(!reverts);
        return held;
    }

    function convertToAssets(uint256) external pure {
        assembly {
            return(0, 1)
        }
    }

    function move(address from, address to, uint256 value) external {
        emit Transfer(from, to, value);
    }

    function deposited(address owner, uint256 assets, uint256 shares) external {
        emit Deposit(msg.sender, owner, assets, shares);
    }

    function withdrew(address owner, uint256 assets, uint256 shares) external {
        emit Withdraw(msg.sender, msg.sender, owner, assets, shares);
    }
}
