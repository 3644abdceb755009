// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Makes many calls in one transaction, so that one transaction fills a block with logs
contract Batcher {
    error CallFailed(uint256 index, bytes reason);

    function run(address[] calldata targets, bytes[] calldata data) external {
        for (uint256 i = 0; i < targets.length; i++) {
            (bool done, bytes memory reason) = targets[i].call(data[i]);
            if (!done) revert CallFailed(i, reason);
        }
    }
}
