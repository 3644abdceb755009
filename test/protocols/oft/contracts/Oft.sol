// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.23;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

// LayerZero's OFT and OFTAdapter as @layerzerolabs/oft-evm has them (OFTCore.sol): what they emit and how they round.
// The test is the endpoint: it hands each message over.

contract Coin is ERC20 {
    constructor() ERC20("Coin", "COIN") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

abstract contract OftCore {
    event OFTSent(
        bytes32 indexed guid,
        uint32 dstEid,
        address indexed fromAddress,
        uint256 amountSentLD,
        uint256 amountReceivedLD
    );
    event OFTReceived(bytes32 indexed guid, uint32 srcEid, address indexed toAddress, uint256 amountReceivedLD);

    uint32 public immutable eid;
    /// Messages carry six decimals, whatever the token has.
    uint256 public immutable decimalConversionRate;
    /// Of a million, that stays on this chain with the OFT's owner.
    uint256 public immutable fee;
    address public immutable owner = msg.sender;
    uint64 public nonce;

    constructor(uint32 eid_, uint256 rate, uint256 fee_) {
        eid = eid_;
        decimalConversionRate = rate;
        fee = fee_;
    }

    function token() public view virtual returns (address);

    function send(uint32 dstEid, uint256 amountLD) external returns (bytes32 guid) {
        uint256 received = amountLD - (amountLD * fee) / 1_000_000;
        received -= received % decimalConversionRate;
        // Without a fee the dust stays with the sender.
        uint256 sent = fee == 0 ? received : amountLD;
        _debit(msg.sender, sent, sent - received);
        guid = keccak256(abi.encode(++nonce, eid, address(this), dstEid));
        emit OFTSent(guid, dstEid, msg.sender, sent, received);
    }

    function lzReceive(bytes32 guid, uint32 srcEid, address to, uint256 amountSD) external {
        uint256 amount = amountSD * decimalConversionRate;
        _credit(to, amount);
        emit OFTReceived(guid, srcEid, to, amount);
    }

    function _debit(address from, uint256 sent, uint256 kept) internal virtual;

    function _credit(address to, uint256 amount) internal virtual;
}

contract Oft is OftCore, ERC20 {
    constructor(uint32 eid_, uint256 rate, uint256 fee_) OftCore(eid_, rate, fee_) ERC20("Oft", "OFT") {}

    function token() public view override returns (address) {
        return address(this);
    }

    function _debit(address from, uint256 sent, uint256 kept) internal override {
        _burn(from, sent - kept);
        if (kept > 0) _transfer(from, owner, kept);
    }

    function _credit(address to, uint256 amount) internal override {
        _mint(to, amount);
    }
}

contract OftAdapter is OftCore {
    ERC20 private immutable inner;

    constructor(uint32 eid_, uint256 rate, uint256 fee_, ERC20 inner_) OftCore(eid_, rate, fee_) {
        inner = inner_;
    }

    function token() public view override returns (address) {
        return address(inner);
    }

    function _debit(address from, uint256 sent, uint256 kept) internal override {
        inner.transferFrom(from, address(this), sent);
        if (kept > 0) inner.transfer(owner, kept);
    }

    function _credit(address to, uint256 amount) internal override {
        inner.transfer(to, amount);
    }
}

/// No OFT: its token() is nobody.
contract Nothing {
    event OFTSent(
        bytes32 indexed guid,
        uint32 dstEid,
        address indexed fromAddress,
        uint256 amountSentLD,
        uint256 amountReceivedLD
    );

    function token() external pure returns (address) {
        return address(0);
    }

    function pretend(bytes32 guid, uint256 amount) external {
        emit OFTSent(guid, 1, msg.sender, amount, amount);
    }
}
