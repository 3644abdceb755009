// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// An aggregator that answers what it is told, with the events and views of Chainlink's.
contract Aggregator {
    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    uint8 public immutable decimals;
    uint80 public round;
    int256 public answer;
    uint256 public updatedAt;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function report(int256 answer_, uint256 age) external {
        round++;
        answer = answer_;
        updatedAt = block.timestamp - age;
        emit AnswerUpdated(answer_, round, updatedAt);
    }

    /// With a time that is still to come.
    function foretell(int256 answer_) external {
        emit AnswerUpdated(answer_, ++round, block.timestamp + 1 hours);
    }
}

/// A proxy with phases: rounds are numbered phase × 2^64 + the aggregator's.
contract Proxy {
    event AggregatorConfirmed(address indexed previous, address indexed latest);

    Aggregator public aggregator;
    uint16 public phaseId;

    function confirm(Aggregator latest, bool announces) external {
        if (announces) emit AggregatorConfirmed(address(aggregator), address(latest));
        aggregator = latest;
        phaseId++;
    }

    function decimals() external view returns (uint8) {
        return aggregator.decimals();
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(aggregator.round() > 0, "No data present");
        uint80 id = (uint80(phaseId) << 64) | aggregator.round();
        return (id, aggregator.answer(), aggregator.updatedAt(), aggregator.updatedAt(), id);
    }
}
