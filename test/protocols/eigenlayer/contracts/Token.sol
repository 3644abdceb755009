// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

// EigenLayer's arithmetic (release 1.12.0) in contracts of ours: the same events in the same order, and view functions
// that answer from the contracts' own state. No permissions, signatures or proofs: what a test calls is what happens.
// Magnitudes, scaling and slashing factors are parts of 1e18.

uint256 constant WAD = 1e18;

function mulWad(uint256 x, uint256 y) pure returns (uint256) {
    return (x * y) / WAD;
}

function divWad(uint256 x, uint256 y) pure returns (uint256) {
    return (x * WAD) / y;
}

function mulWadUp(uint256 x, uint256 y) pure returns (uint256) {
    return (x * y + WAD - 1) / WAD;
}

function ceilDiv(uint256 x, uint256 y) pure returns (uint256) {
    return (x + y - 1) / y;
}

struct OperatorSet {
    address avs;
    uint32 id;
}

contract Token {
    event Transfer(address indexed from, address indexed to, uint256 value);

    mapping(address => uint256) public balanceOf;

    function move(address from, address to, uint256 value) public {
        if (from != address(0)) balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}

contract Strategy {
    event ExchangeRateEmitted(uint256 rate);
    event StrategyTokenSet(address token, uint8 decimals);

    Token public immutable token;
    uint256 public totalShares;

    constructor(Token token_) {
        token = token_;
        emit StrategyTokenSet(address(token_), 18);
    }

    function balance() private view returns (uint256) {
        return token.balanceOf(address(this)) + 1000;
    }

    function rate() private {
        emit ExchangeRateEmitted((WAD * balance()) / (totalShares + 1000));
    }

    function deposit(uint256 amount) external returns (uint256 shares) {
        shares = (amount * (totalShares + 1000)) / (balance() - amount);
        require(shares > 0);
        totalShares += shares;
        rate();
    }

    function withdraw(address to, uint256 shares) external {
        uint256 tokens = sharesToUnderlying(shares);
        totalShares -= shares;
        rate();
        token.move(address(this), to, tokens);
    }

    function sharesToUnderlying(uint256 shares) public view returns (uint256) {
        return (balance() * shares) / (totalShares + 1000);
    }
}
