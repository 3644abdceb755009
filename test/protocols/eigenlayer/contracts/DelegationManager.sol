// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AllocationManager} from "./AllocationManager.sol";
import {EigenPodManager, IShares} from "./Shares.sol";
import {OperatorSet, WAD, ceilDiv, divWad, mulWad} from "./Token.sol";

struct Withdrawal {
    address staker;
    address delegatedTo;
    address withdrawer;
    uint256 nonce;
    uint32 startBlock;
    address[] strategies;
    uint256[] scaledShares;
}

contract DelegationManager {
    event StakerDelegated(address indexed staker, address indexed operator);
    event StakerUndelegated(address indexed staker, address indexed operator);
    event DepositScalingFactorUpdated(address staker, address strategy, uint256 newDepositScalingFactor);
    event OperatorSharesIncreased(address indexed operator, address staker, address strategy, uint256 shares);
    event OperatorSharesDecreased(address indexed operator, address staker, address strategy, uint256 shares);
    event OperatorSharesSlashed(address indexed operator, address strategy, uint256 totalSlashedShares);
    event SlashingWithdrawalQueued(bytes32 withdrawalRoot, Withdrawal withdrawal, uint256[] sharesToWithdraw);
    event SlashingWithdrawalCompleted(bytes32 withdrawalRoot);

    struct Queued {
        uint256 atBlock;
        uint256 scaled;
    }

    address public constant BEACON = 0xbeaC0eeEeeeeEEeEeEEEEeeEEeEeeeEeeEEBEaC0;
    uint32 public immutable minWithdrawalDelayBlocks;
    IShares private strategies;
    EigenPodManager private pods;
    AllocationManager private allocations;
    address[] private known;

    mapping(address => address) public delegatedTo;
    mapping(address => mapping(address => uint256)) public operatorShares;
    mapping(address => mapping(address => uint256)) private factors;
    mapping(address => mapping(address => Queued[])) private queue;
    mapping(bytes32 => bool) private pending;
    mapping(address => Withdrawal[]) private withdrawals;

    constructor(uint32 delay) {
        minWithdrawalDelayBlocks = delay;
    }

    function set(IShares strategies_, EigenPodManager pods_, AllocationManager allocations_, address[] calldata known_)
        external
    {
        (strategies, pods, allocations, known) = (strategies_, pods_, allocations_, known_);
    }

    function managerOf(address strategy) private view returns (IShares) {
        return strategy == BEACON ? IShares(pods) : strategies;
    }

    function depositScalingFactor(address staker, address strategy) public view returns (uint256) {
        return factors[staker][strategy] == 0 ? WAD : factors[staker][strategy];
    }

    /// What slashes have left, now.
    function slashingFactor(address staker, address operator, address strategy) public view returns (uint256 left) {
        left = operator == address(0) ? WAD : allocations.getMaxMagnitude(operator, strategy);
        if (strategy == BEACON) left = mulWad(left, pods.factorOf(staker));
    }

    function getWithdrawableShares(address staker, address strategy) public view returns (uint256) {
        uint256 scaled = mulWad(managerOf(strategy).sharesOf(staker, strategy), depositScalingFactor(staker, strategy));
        return mulWad(scaled, slashingFactor(staker, delegatedTo[staker], strategy));
    }

    function getDepositedShares(address staker, address strategy) external view returns (uint256) {
        return managerOf(strategy).sharesOf(staker, strategy);
    }

    /// Shares of a queued withdrawal as it would pay them.
    function getQueuedShares(bytes32 root) external view returns (uint256[] memory shares) {
        Withdrawal storage one = withdrawalOf[root];
        shares = new uint256[](one.strategies.length);
        for (uint256 i; i < shares.length; i++) shares[i] = payable_(one, i);
    }

    mapping(bytes32 => Withdrawal) private withdrawalOf;

    function payable_(Withdrawal storage one, uint256 i) private view returns (uint256) {
        uint32 until = one.startBlock + minWithdrawalDelayBlocks;
        uint256 left = one.delegatedTo == address(0)
            ? WAD
            : until < block.number
            ? allocations.getMaxMagnitudeAt(one.delegatedTo, one.strategies[i], until)
            : allocations.getMaxMagnitude(one.delegatedTo, one.strategies[i]);
        if (one.strategies[i] == BEACON) left = mulWad(left, pods.factorOf(one.staker));
        return mulWad(one.scaledShares[i], left);
    }

    function getSlashableSharesInQueue(address operator, address strategy) public view returns (uint256) {
        return mulWad(queuedScaled(operator, strategy), allocations.getMaxMagnitude(operator, strategy));
    }

    function queuedScaled(address operator, address strategy) private view returns (uint256 scaled) {
        Queued[] storage all = queue[operator][strategy];
        for (uint256 i; i < all.length; i++)
            if (all[i].atBlock + minWithdrawalDelayBlocks >= block.number) scaled += all[i].scaled;
    }

    function delegate(address staker, address operator) external {
        require(delegatedTo[staker] == address(0));
        delegatedTo[staker] = operator;
        emit StakerDelegated(staker, operator);
        for (uint256 i; i < known.length; i++) {
            uint256 shares = managerOf(known[i]).sharesOf(staker, known[i]);
            if (shares == 0) continue;
            // Beacon chain slashes are in the operator's shares from the first.
            if (known[i] == BEACON) shares = mulWad(mulWad(shares, depositScalingFactor(staker, BEACON)), pods.factorOf(staker));
            increaseFor(operator, staker, known[i], 0, shares);
        }
    }

    function undelegate(address staker) external {
        address operator = delegatedTo[staker];
        delegatedTo[staker] = address(0);
        emit StakerUndelegated(staker, operator);
        for (uint256 i; i < known.length; i++) {
            uint256 shares = managerOf(known[i]).sharesOf(staker, known[i]);
            if (shares == 0) continue;
            address[] memory one = new address[](1);
            uint256[] memory all = new uint256[](1);
            (one[0], all[0]) = (known[i], shares);
            queueFrom(staker, operator, one, all);
        }
    }

    function increase(address staker, address strategy, uint256 before, uint256 added) external {
        increaseFor(delegatedTo[staker], staker, strategy, before, added);
    }

    function increaseFor(address operator, address staker, address strategy, uint256 before, uint256 added) private {
        uint256 left = slashingFactor(staker, operator, strategy);
        uint256 factor = depositScalingFactor(staker, strategy);
        if (before == 0) factor = divWad(factor, left);
        else factor = divWad(divWad(mulWad(mulWad(before, factor), left) + added, before + added), left);
        factors[staker][strategy] = factor;
        emit DepositScalingFactorUpdated(staker, strategy, factor);
        if (operator == address(0)) return;
        operatorShares[operator][strategy] += added;
        emit OperatorSharesIncreased(operator, staker, strategy, added);
    }

    function decreaseByBeacon(address staker, uint256 before, uint256 factor) external {
        address operator = delegatedTo[staker];
        uint256 scaled = mulWad(pods.sharesOf(staker, BEACON), depositScalingFactor(staker, BEACON));
        if (operator == address(0) || scaled == 0) return;
        uint256 left = allocations.getMaxMagnitude(operator, BEACON);
        uint256 lost = mulWad(scaled, mulWad(left, before)) - mulWad(scaled, mulWad(left, factor));
        operatorShares[operator][BEACON] -= lost;
        emit OperatorSharesDecreased(operator, staker, BEACON, lost);
    }

    function queueWithdrawal(address staker, address[] calldata from, uint256[] calldata shares)
        external
        returns (bytes32)
    {
        return queueFrom(staker, delegatedTo[staker], from, shares);
    }

    function queueFrom(address staker, address operator, address[] memory from, uint256[] memory shares)
        private
        returns (bytes32 root)
    {
        uint256[] memory scaled = new uint256[](from.length);
        uint256[] memory now_ = new uint256[](from.length);
        for (uint256 i; i < from.length; i++) {
            scaled[i] = mulWad(shares[i], depositScalingFactor(staker, from[i]));
            now_[i] = mulWad(scaled[i], slashingFactor(staker, operator, from[i]));
            if (operator != address(0)) {
                queue[operator][from[i]].push(Queued(block.number, scaled[i]));
                operatorShares[operator][from[i]] -= now_[i];
                emit OperatorSharesDecreased(operator, staker, from[i], now_[i]);
            }
            if (managerOf(from[i]).takeShares(staker, from[i], shares[i]) > 0) continue;
            factors[staker][from[i]] = WAD;
            emit DepositScalingFactorUpdated(staker, from[i], WAD);
        }
        Withdrawal memory one =
            Withdrawal(staker, operator, staker, withdrawals[staker].length, uint32(block.number), from, scaled);
        root = keccak256(abi.encode(one));
        withdrawals[staker].push(one);
        withdrawalOf[root] = one;
        pending[root] = true;
        emit SlashingWithdrawalQueued(root, one, now_);
    }

    function complete(bytes32 root, bool asTokens) external {
        Withdrawal storage one = withdrawalOf[root];
        require(pending[root] && block.number > one.startBlock + minWithdrawalDelayBlocks);
        uint256[] memory shares = new uint256[](one.strategies.length);
        for (uint256 i; i < shares.length; i++) shares[i] = payable_(one, i);
        pending[root] = false;
        emit SlashingWithdrawalCompleted(root);
        for (uint256 i; i < shares.length; i++) {
            if (shares[i] == 0) continue;
            address strategy = one.strategies[i];
            if (asTokens) {
                managerOf(strategy).payOut(one.staker, strategy, shares[i]);
                continue;
            }
            uint256 before = managerOf(strategy).addShares(one.staker, strategy, shares[i]);
            increaseFor(delegatedTo[one.staker], one.staker, strategy, before, shares[i]);
        }
    }

    function slash(address operator, OperatorSet calldata set_, uint256 id, address strategy, uint256 before, uint256 left)
        external
    {
        uint256 shares = operatorShares[operator][strategy];
        uint256 lost = shares - ceilDiv(shares * left, before);
        uint256 queued = mulWad(queuedScaled(operator, strategy), before);
        uint256 lostInQueue = queued - ceilDiv(queued * left, before);
        operatorShares[operator][strategy] -= lost;
        emit OperatorSharesDecreased(operator, address(0), strategy, lost);
        emit OperatorSharesSlashed(operator, strategy, lost + lostInQueue);
        managerOf(strategy).burnable(set_, id, strategy, lost + lostInQueue);
    }
}
