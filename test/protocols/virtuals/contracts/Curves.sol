// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Factory} from "./Agents.sol";
import {Coin} from "./Tokens.sol";

contract Pair {
    event Mint(uint256 reserve0, uint256 reserve1);
    event Swap(uint256 amount0In, uint256 amount0Out, uint256 amount1In, uint256 amount1Out);

    uint256 public reserve0;
    uint256 public reserve1;
    uint256 public k;

    function mint(uint256 r0, uint256 r1) external {
        (reserve0, reserve1, k) = (r0, r1, r0 * r1);
        emit Mint(r0, r1);
    }

    function swap(uint256 in0, uint256 out0, uint256 in1, uint256 out1) external {
        reserve0 = reserve0 + in0 - out0;
        reserve1 = reserve1 + in1 - out1;
        emit Swap(in0, out0, in1, out1);
    }
}

/// Launches curves, trades on them for anybody, and turns them into agents.
contract Bonding {
    event Launched(address indexed token, address indexed pair, uint256 n);
    event Graduated(address indexed token, address agentToken);

    uint256 private constant SUPPLY = 1e27;
    uint256 private constant VIRTUAL_RESERVE = 6000e18;
    uint256 private constant THRESHOLD = 2e26;
    address private constant TAX_VAULT = address(0x7a8);

    Coin private immutable coin;
    Factory private immutable factory;
    Coin[] public tokens;
    mapping(Coin => Pair) public pairOf;
    mapping(Coin => address) public creatorOf;
    mapping(Coin => Coin) public graduatedTo;

    constructor(Coin coin_, Factory factory_) {
        (coin, factory) = (coin_, factory_);
    }

    function launch(address creator, uint256 amount) external {
        Coin token = new Coin();
        Pair pair = new Pair();
        (pairOf[token], creatorOf[token]) = (pair, creator);
        tokens.push(token);
        coin.move(creator, address(this), amount);
        token.move(address(0), address(this), SUPPLY);
        token.move(address(this), address(pair), SUPPLY);
        pair.mint(SUPPLY, VIRTUAL_RESERVE);
        emit Launched(address(token), address(pair), tokens.length);
        token.move(address(this), creator, buyFor(token, address(this), amount));
    }

    function buy(Coin token, address who, uint256 amount) external {
        require(address(graduatedTo[token]) == address(0));
        buyFor(token, who, amount);
        if (pairOf[token].reserve0() <= THRESHOLD) graduate(token);
    }

    function buyFor(Coin token, address who, uint256 amount) private returns (uint256 out) {
        Pair pair = pairOf[token];
        uint256 tax = amount / 100;
        out = pair.reserve0() - pair.k() / (pair.reserve1() + amount - tax);
        coin.move(who, address(pair), amount - tax);
        token.move(address(pair), who, out);
        coin.move(who, TAX_VAULT, tax);
        pair.swap(0, out, amount - tax, 0);
    }

    function sell(Coin token, address who, uint256 amount) external {
        require(address(graduatedTo[token]) == address(0));
        Pair pair = pairOf[token];
        uint256 out = pair.reserve1() - pair.k() / (pair.reserve0() + amount);
        token.move(who, address(pair), amount);
        coin.move(address(pair), who, out - out / 100);
        coin.move(address(pair), TAX_VAULT, out / 100);
        pair.swap(amount, 0, 0, out);
    }

    function graduate(Coin token) private {
        address pair = address(pairOf[token]);
        uint256 held = coin.balanceOf(pair);
        coin.move(pair, address(this), held);
        uint256 id = factory.create(creatorOf[token], held);
        (Coin agentToken,,,, Coin lp,) = factory.agents(id);
        coin.move(address(this), address(lp), held);
        agentToken.move(address(agentToken), pair, SUPPLY - token.balanceOf(pair));
        token.move(pair, address(0), token.balanceOf(pair));
        graduatedTo[token] = agentToken;
        emit Graduated(address(token), address(agentToken));
    }

    function unwrap(Coin token, address who) external {
        uint256 held = token.balanceOf(who);
        token.move(who, address(0), held);
        graduatedTo[token].move(address(pairOf[token]), who, held);
    }
}
