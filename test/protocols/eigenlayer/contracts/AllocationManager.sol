// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DelegationManager} from "./DelegationManager.sol";
import {OperatorSet, Token, WAD, divWad, mulWadUp} from "./Token.sol";

contract AllocationManager {
    event AllocationUpdated(address operator, OperatorSet operatorSet, address strategy, uint64 magnitude, uint32 effectBlock);
    event EncumberedMagnitudeUpdated(address operator, address strategy, uint64 encumberedMagnitude);
    event MaxMagnitudeUpdated(address operator, address strategy, uint64 maxMagnitude);
    event AllocationDelaySet(address operator, uint32 delay, uint32 effectBlock);
    event OperatorSlashed(address operator, OperatorSet operatorSet, address[] strategies, uint256[] wadSlashed, string description);

    struct Allocation {
        uint256 current;
        int256 diff;
        uint256 effect;
    }

    struct Delay {
        uint32 current;
        bool isSet;
        uint32 next;
        uint256 effect;
    }

    struct Checkpoint {
        uint256 atBlock;
        uint256 magnitude;
    }

    uint256 private immutable wait;
    DelegationManager private immutable delegation;
    address private immutable avs;
    uint32 private immutable sets;
    uint256 private slashes;
    mapping(address => mapping(address => Checkpoint[])) private history;
    mapping(address => mapping(address => mapping(uint32 => Allocation))) private allocations;
    mapping(address => Delay) private delays;

    constructor(DelegationManager delegation_, uint256 wait_, address avs_, uint32 sets_) {
        (delegation, wait, avs, sets) = (delegation_, wait_, avs_, sets_);
    }

    function getMaxMagnitude(address operator, address strategy) public view returns (uint256) {
        return getMaxMagnitudeAt(operator, strategy, block.number);
    }

    function getMaxMagnitudeAt(address operator, address strategy, uint256 at) public view returns (uint256) {
        Checkpoint[] storage all = history[operator][strategy];
        for (uint256 i = all.length; i > 0; i--) if (all[i - 1].atBlock <= at) return all[i - 1].magnitude;
        return WAD;
    }

    function getAllocation(address operator, uint32 set, address strategy)
        public
        view
        returns (uint256 current, int256 diff, uint256 effect)
    {
        Allocation storage one = allocations[operator][strategy][set];
        if (block.number < one.effect) return (one.current, one.diff, one.effect);
        return (uint256(int256(one.current) + one.diff), 0, 0);
    }

    function getEncumberedMagnitude(address operator, address strategy) public view returns (uint256 sum) {
        for (uint32 set; set < sets; set++) {
            (uint256 current, int256 diff,) = getAllocation(operator, set, strategy);
            sum += diff > 0 ? uint256(int256(current) + diff) : current;
        }
    }

    function getAllocationDelay(address operator) public view returns (bool isSet, uint32 delay) {
        Delay storage one = delays[operator];
        if (one.effect != 0 && block.number >= one.effect) return (true, one.next);
        return (one.isSet, one.current);
    }

    function setAllocationDelay(address operator, uint32 delay) external {
        Delay storage one = delays[operator];
        (one.isSet, one.current) = getAllocationDelay(operator);
        (one.next, one.effect) = (delay, block.number + wait);
        emit AllocationDelaySet(operator, delay, uint32(one.effect));
    }

    /// Increases wait as decreases do; there is one change at a time.
    function allocate(address operator, uint32 set, address strategy, uint256 magnitude) external {
        (uint256 current, int256 diff,) = getAllocation(operator, set, strategy);
        require(diff == 0 && magnitude != current);
        allocations[operator][strategy][set] =
            Allocation(current, int256(magnitude) - int256(current), block.number + wait);
        require(getEncumberedMagnitude(operator, strategy) <= getMaxMagnitude(operator, strategy));
        tellEncumbered(operator, strategy);
        tell(operator, set, strategy, magnitude, block.number + wait);
    }

    function slashOperator(address operator, uint32 set, address[] calldata from, uint256 wad) external {
        uint256[] memory taken = new uint256[](from.length);
        uint256 id = slashes++;
        for (uint256 i; i < from.length; i++) taken[i] = slashIn(operator, OperatorSet(avs, set), id, from[i], wad);
        emit OperatorSlashed(operator, OperatorSet(avs, set), from, taken, "for the test");
    }

    function slashIn(address operator, OperatorSet memory set, uint256 id, address strategy, uint256 wad)
        private
        returns (uint256)
    {
        (uint256 current, int256 diff, uint256 effect) = getAllocation(operator, set.id, strategy);
        if (current == 0) return 0;
        uint256 slashed = mulWadUp(current, wad);
        uint256 before = getMaxMagnitude(operator, strategy);
        if (diff < 0) {
            diff += int256(mulWadUp(uint256(-diff), wad));
            tell(operator, set.id, strategy, uint256(int256(current - slashed) + diff), effect);
        }
        allocations[operator][strategy][set.id] = Allocation(current - slashed, diff, effect);
        tell(operator, set.id, strategy, current - slashed, block.number);
        tellEncumbered(operator, strategy);
        history[operator][strategy].push(Checkpoint(block.number, before - slashed));
        emit MaxMagnitudeUpdated(operator, strategy, uint64(before - slashed));
        delegation.slash(operator, set, id, strategy, before, before - slashed);
        return divWad(slashed, before);
    }

    function tell(address operator, uint32 set, address strategy, uint256 magnitude, uint256 effect) private {
        emit AllocationUpdated(operator, OperatorSet(avs, set), strategy, uint64(magnitude), uint32(effect));
    }

    function tellEncumbered(address operator, address strategy) private {
        emit EncumberedMagnitudeUpdated(operator, strategy, uint64(getEncumberedMagnitude(operator, strategy)));
    }
}

contract RewardsCoordinator {
    event RewardsClaimed(bytes32 root, address indexed earner, address indexed claimer, address indexed recipient, address token, uint256 claimedAmount);

    mapping(address => mapping(address => uint256)) public cumulativeClaimed;

    function claim(address earner, address recipient, Token token, uint256 amount) external {
        cumulativeClaimed[earner][address(token)] += amount;
        token.move(address(0), recipient, amount);
        emit RewardsClaimed(keccak256("root"), earner, earner, recipient, address(token), amount);
    }
}
