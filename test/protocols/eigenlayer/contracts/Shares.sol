// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DelegationManager} from "./DelegationManager.sol";
import {OperatorSet, Strategy, WAD} from "./Token.sol";

/// What holds deposit shares: the StrategyManager, and for beacon chain ETH the EigenPodManager.
interface IShares {
    function sharesOf(address staker, address strategy) external view returns (uint256);
    function addShares(address staker, address strategy, uint256 shares) external returns (uint256 before);
    function takeShares(address staker, address strategy, uint256 shares) external returns (uint256 left);
    function payOut(address staker, address strategy, uint256 shares) external;
    function burnable(OperatorSet calldata set, uint256 slashId, address strategy, uint256 shares) external;
}

contract StrategyManager is IShares {
    event Deposit(address staker, address strategy, uint256 shares);
    event BurnOrRedistributableSharesIncreased(OperatorSet operatorSet, uint256 slashId, address strategy, uint256 shares);
    event BurnOrRedistributableSharesDecreased(OperatorSet operatorSet, uint256 slashId, address strategy, uint256 shares);

    DelegationManager private immutable delegation;
    mapping(address => mapping(address => uint256)) public sharesOf;
    mapping(bytes32 => mapping(address => uint256)) private burnables;

    constructor(DelegationManager delegation_) {
        delegation = delegation_;
    }

    function deposit(address staker, Strategy strategy, uint256 amount) external {
        strategy.token().move(staker, address(strategy), amount);
        uint256 shares = strategy.deposit(amount);
        uint256 before = addShares(staker, address(strategy), shares);
        delegation.increase(staker, address(strategy), before, shares);
    }

    function addShares(address staker, address strategy, uint256 shares) public returns (uint256 before) {
        before = sharesOf[staker][strategy];
        sharesOf[staker][strategy] = before + shares;
        emit Deposit(staker, strategy, shares);
    }

    function takeShares(address staker, address strategy, uint256 shares) external returns (uint256) {
        return sharesOf[staker][strategy] -= shares;
    }

    function payOut(address staker, address strategy, uint256 shares) external {
        Strategy(strategy).withdraw(staker, shares);
    }

    function burnable(OperatorSet calldata set, uint256 slashId, address strategy, uint256 shares) external {
        burnables[keccak256(abi.encode(set, slashId))][strategy] += shares;
        emit BurnOrRedistributableSharesIncreased(set, slashId, strategy, shares);
    }

    function burn(OperatorSet calldata set, uint256 slashId, address strategy) external {
        uint256 shares = getBurnOrRedistributableShares(set, slashId, strategy);
        if (shares == 0) return;
        burnables[keccak256(abi.encode(set, slashId))][strategy] = 0;
        emit BurnOrRedistributableSharesDecreased(set, slashId, strategy, shares);
        Strategy(strategy).withdraw(address(0xdead), shares);
    }

    function getBurnOrRedistributableShares(OperatorSet calldata set, uint256 slashId, address strategy)
        public
        view
        returns (uint256)
    {
        return burnables[keccak256(abi.encode(set, slashId))][strategy];
    }
}

contract EigenPodManager is IShares {
    event PodSharesUpdated(address indexed podOwner, int256 sharesDelta);
    event NewTotalShares(address indexed podOwner, int256 newTotalShares);
    event BeaconChainSlashingFactorDecreased(address staker, uint64 prevFactor, uint64 newFactor);
    event BurnableETHSharesIncreased(uint256 shares);

    DelegationManager private immutable delegation;
    mapping(address => uint256) private shares_;
    mapping(address => uint256) private factors;

    constructor(DelegationManager delegation_) {
        delegation = delegation_;
    }

    function factorOf(address staker) public view returns (uint256) {
        return factors[staker] == 0 ? WAD : factors[staker];
    }

    function restake(address staker, uint256 amount) external {
        uint256 before = addShares(staker, address(0), amount);
        delegation.increase(staker, delegation.BEACON(), before, amount);
    }

    /// The beacon chain has left `left` of `whole`.
    function slashed(address staker, uint256 left, uint256 whole) external {
        uint256 before = factorOf(staker);
        factors[staker] = (before * left) / whole;
        emit BeaconChainSlashingFactorDecreased(staker, uint64(before), uint64(factors[staker]));
        delegation.decreaseByBeacon(staker, before, factors[staker]);
    }

    function sharesOf(address staker, address) external view returns (uint256) {
        return shares_[staker];
    }

    function addShares(address staker, address, uint256 shares) public returns (uint256 before) {
        before = shares_[staker];
        shares_[staker] = before + shares;
        emit PodSharesUpdated(staker, int256(shares));
        emit NewTotalShares(staker, int256(before + shares));
    }

    function takeShares(address staker, address, uint256 shares) external returns (uint256 left) {
        left = shares_[staker] -= shares;
        emit NewTotalShares(staker, int256(left));
    }

    function payOut(address, address, uint256) external {}

    function burnable(OperatorSet calldata, uint256, address, uint256 shares) external {
        emit BurnableETHSharesIncreased(shares);
    }
}
