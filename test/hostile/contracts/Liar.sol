// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Emits whatever log it is told to, in the place of a contract whose logs are read
/// @notice An upgraded or broken router: fees of 2^256 - 1 over and over, shares beyond any width, numbers told twice.
contract Liar {
    function emitLog(bytes32[] calldata topics, bytes calldata data) external {
        _emit(topics, data);
    }

    /// @notice `times` fees of the same gross, numbered from `first`; nothing is the protocol's.
    function payFees(uint256 first, uint256 times, uint256 model, address token, uint256 gross) external {
        bytes32 topic = keccak256("FeePaid(uint256,uint256,address,address,uint256,uint256,uint256)");
        for (uint256 i = 0; i < times; i++) {
            bytes32[] memory topics = new bytes32[](4);
            topics[0] = topic;
            topics[1] = bytes32(first + i);
            topics[2] = bytes32(model);
            topics[3] = bytes32(uint256(uint160(msg.sender)));
            _emit(topics, abi.encode(token, gross, uint256(0), gross));
        }
    }

    function _emit(bytes32[] memory topics, bytes memory data) private {
        assembly {
            let at := add(data, 0x20)
            let size := mload(data)
            let t := add(topics, 0x20)
            switch mload(topics)
            case 0 { log0(at, size) }
            case 1 { log1(at, size, mload(t)) }
            case 2 { log2(at, size, mload(t), mload(add(t, 0x20))) }
            case 3 { log3(at, size, mload(t), mload(add(t, 0x20)), mload(add(t, 0x40))) }
            default { log4(at, size, mload(t), mload(add(t, 0x20)), mload(add(t, 0x40)), mload(add(t, 0x60))) }
        }
    }
}
