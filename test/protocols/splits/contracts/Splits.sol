// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.23;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

// 0xSplits v2 as splits-contracts-monorepo has it: what it emits, in which order, and how it divides.

address constant NATIVE = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;

struct Parts {
    address[] recipients;
    uint256[] allocations;
    uint256 totalAllocation;
    uint16 distributionIncentive;
}

contract Coin is ERC20 {
    constructor() ERC20("Coin", "COIN") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

contract Warehouse {
    struct WithdrawConfig {
        uint16 incentive;
        bool paused;
    }

    event Transfer(address caller, address indexed sender, address indexed receiver, uint256 indexed id, uint256 amount);
    event Withdraw(
        address indexed owner, address indexed token, address indexed withdrawer, uint256 amount, uint256 reward
    );

    mapping(address => mapping(uint256 => uint256)) public balanceOf;
    mapping(address => WithdrawConfig) public withdrawConfig;

    function deposit(address receiver, address token, uint256 amount) external payable {
        if (token == NATIVE) require(amount == msg.value, "amount");
        else IERC20(token).transferFrom(msg.sender, address(this), amount);
        balanceOf[receiver][_id(token)] += amount;
        emit Transfer(msg.sender, address(0), receiver, _id(token), amount);
    }

    /// Leaves one unit.
    function withdraw(address owner, address token) external {
        _withdraw(owner, token, balanceOf[owner][_id(token)] - 1, msg.sender, 0);
    }

    function withdraw(address owner, address[] calldata tokens, uint256[] calldata amounts, address withdrawer)
        external
    {
        for (uint256 i; i < tokens.length; i++) {
            uint256 reward = (amounts[i] * withdrawConfig[owner].incentive) / 1e6;
            _withdraw(owner, tokens[i], amounts[i], withdrawer, reward);
        }
    }

    function transfer(address receiver, uint256 id, uint256 amount) public returns (bool) {
        balanceOf[msg.sender][id] -= amount;
        balanceOf[receiver][id] += amount;
        emit Transfer(msg.sender, msg.sender, receiver, id, amount);
        return true;
    }

    function batchTransfer(address[] calldata receivers, address token, uint256[] calldata amounts) external {
        uint256 sum;
        for (uint256 i; i < receivers.length; i++) {
            balanceOf[receivers[i]][_id(token)] += amounts[i];
            emit Transfer(msg.sender, msg.sender, receivers[i], _id(token), amounts[i]);
            sum += amounts[i];
        }
        balanceOf[msg.sender][_id(token)] -= sum;
    }

    function setWithdrawConfig(WithdrawConfig calldata config) external {
        withdrawConfig[msg.sender] = config;
    }

    function _withdraw(address owner, address token, uint256 amount, address withdrawer, uint256 reward) private {
        balanceOf[owner][_id(token)] -= amount;
        emit Transfer(msg.sender, owner, address(0), _id(token), amount);
        _pay(owner, token, amount - reward);
        if (reward > 0) _pay(withdrawer, token, reward);
        emit Withdraw(owner, token, withdrawer, amount - reward, reward);
    }

    function _pay(address to, address token, uint256 amount) private {
        if (token != NATIVE) {
            IERC20(token).transfer(to, amount);
            return;
        }
        (bool done,) = to.call{value: amount}("");
        require(done, "not paid");
    }

    function _id(address token) private pure returns (uint256) {
        return uint256(uint160(token));
    }
}

abstract contract Split {
    event SplitUpdated(Parts split);
    event SplitDistributed(address indexed token, address indexed distributor, uint256 amount);

    Warehouse internal immutable warehouse;
    bytes32 public splitHash;
    address public owner;

    constructor(Warehouse of_) {
        warehouse = of_;
    }

    receive() external payable {}

    function initialize(Parts calldata parts, address of_) external {
        require(splitHash == 0, "initialized");
        owner = of_;
        _set(parts);
    }

    function updateSplit(Parts calldata parts) external {
        require(msg.sender == owner, "owner");
        _set(parts);
    }

    function _set(Parts calldata parts) private {
        uint256 sum;
        for (uint256 i; i < parts.allocations.length; i++) sum += parts.allocations[i];
        require(sum == parts.totalAllocation && parts.recipients.length == parts.allocations.length, "invalid");
        splitHash = keccak256(abi.encode(parts));
        emit SplitUpdated(parts);
    }

    function getSplitBalance(address token) public view returns (uint256 here, uint256 kept) {
        here = token == NATIVE ? address(this).balance : IERC20(token).balanceOf(address(this));
        kept = warehouse.balanceOf(address(this), uint256(uint160(token)));
    }

    /// All but one unit of each.
    function distribute(Parts calldata parts, address token, address distributor) external {
        require(splitHash == keccak256(abi.encode(parts)), "InvalidSplit");
        (uint256 here, uint256 kept) = getSplitBalance(token);
        if (here > 0) here--;
        if (kept > 0) kept--;
        _gather(token, here, kept);
        _distribute(parts, token, here + kept, distributor);
    }

    function _gather(address token, uint256 here, uint256 kept) internal virtual;
    function _distribute(Parts calldata parts, address token, uint256 amount, address distributor) internal virtual;

    function _reward(Parts calldata parts, uint256 amount) internal pure returns (uint256) {
        return (amount * parts.distributionIncentive) / 1e6;
    }

    function _part(Parts calldata parts, uint256 rest, uint256 i) internal pure returns (uint256) {
        return (rest * parts.allocations[i]) / parts.totalAllocation;
    }
}

contract PullSplit is Split {
    constructor(Warehouse of_) Split(of_) {}

    function _gather(address token, uint256 here, uint256) internal override {
        if (here == 0) return;
        if (token != NATIVE) IERC20(token).approve(address(warehouse), here);
        warehouse.deposit{value: token == NATIVE ? here : 0}(address(this), token, here);
    }

    function _distribute(Parts calldata parts, address token, uint256 amount, address distributor) internal override {
        uint256 reward = _reward(parts, amount);
        uint256[] memory amounts = new uint256[](parts.recipients.length);
        for (uint256 i; i < amounts.length; i++) amounts[i] = _part(parts, amount - reward, i);
        warehouse.batchTransfer(parts.recipients, token, amounts);
        if (reward > 0) warehouse.transfer(distributor, uint256(uint160(token)), reward);
        emit SplitDistributed(token, distributor, amount);
    }
}

contract PushSplit is Split {
    constructor(Warehouse of_) Split(of_) {}

    function _gather(address token, uint256, uint256 kept) internal override {
        if (kept > 0) warehouse.withdraw(address(this), token);
    }

    function _distribute(Parts calldata parts, address token, uint256 amount, address distributor) internal override {
        uint256 reward = _reward(parts, amount);
        for (uint256 i; i < parts.recipients.length; i++) {
            uint256 part = _part(parts, amount - reward, i);
            address to = parts.recipients[i];
            if (token != NATIVE) {
                IERC20(token).transfer(to, part);
                continue;
            }
            (bool done,) = to.call{value: part, gas: 100_000}("");
            if (!done) warehouse.deposit{value: part}(to, token, part);
        }
        if (reward > 0) {
            if (token != NATIVE) IERC20(token).transfer(distributor, reward);
            else payable(distributor).transfer(reward);
        }
        emit SplitDistributed(token, distributor, amount);
    }
}

/// `salted`: V2's announcement by salt, else by nonce.
contract Factory {
    event SplitCreated(address indexed split, Parts splitParams, address owner, address creator, bytes32 salt);
    event SplitCreated(address indexed split, Parts splitParams, address owner, address creator, uint256 nonce);

    address private immutable implementation;
    uint256 public count;
    mapping(uint256 => address) public splits;

    constructor(Warehouse warehouse, bool push) {
        implementation = push ? address(new PushSplit(warehouse)) : address(new PullSplit(warehouse));
    }

    function createSplit(Parts calldata parts, address owner, bool salted) external {
        address split = Clones.clone(implementation);
        Split(payable(split)).initialize(parts, owner);
        if (salted) emit SplitCreated(split, parts, owner, msg.sender, bytes32(count));
        else emit SplitCreated(split, parts, owner, msg.sender, count);
        splits[count++] = split;
    }
}

/// Takes no coins.
contract Miser {
    function approve(IERC20 token, address spender) external {
        token.approve(spender, type(uint256).max);
    }
}

/// Says what it likes, at an address of its own.
contract Liar {
    event SplitUpdated(Parts split);
    event SplitDistributed(address indexed token, address indexed distributor, uint256 amount);
    event SplitCreated(address indexed split, Parts splitParams, address owner, address creator, bytes32 salt);
    event Withdraw(
        address indexed owner, address indexed token, address indexed withdrawer, uint256 amount, uint256 reward
    );

    function lie(Parts calldata parts, address token, uint256 amount) external {
        emit SplitUpdated(parts);
        emit SplitCreated(address(this), parts, msg.sender, msg.sender, 0);
        emit SplitDistributed(token, msg.sender, amount);
        emit Withdraw(parts.recipients[0], token, msg.sender, amount, 0);
    }
}
