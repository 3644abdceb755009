// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

// ERC-8004's registries as erc-8004-contracts has them: what they emit, in which order, and what their views say.

contract Identity is ERC721, EIP712 {
    struct Entry {
        string metadataKey;
        bytes metadataValue;
    }

    event Registered(uint256 indexed agentId, string agentURI, address indexed owner);
    event URIUpdated(uint256 indexed agentId, string newURI, address indexed updatedBy);
    event MetadataSet(uint256 indexed agentId, string indexed indexedMetadataKey, string metadataKey, bytes metadataValue);

    bytes32 private constant SET_WALLET =
        keccak256("AgentWalletSet(uint256 agentId,address newWallet,address owner,uint256 deadline)");
    uint256 public count;
    /// From 2.0 on a registration tells its wallet.
    bool public tellsWallet;
    mapping(uint256 => string) private uris;
    mapping(uint256 => address) private wallets;

    constructor() ERC721("AgentIdentity", "AGENT") EIP712("ERC8004IdentityRegistry", "1") {}

    function upgrade() external {
        tellsWallet = true;
    }

    function register() external returns (uint256) {
        return _register("", new Entry[](0));
    }

    function register(string calldata uri) external returns (uint256) {
        return _register(uri, new Entry[](0));
    }

    function register(string calldata uri, Entry[] calldata entries) external returns (uint256) {
        return _register(uri, entries);
    }

    function _register(string memory uri, Entry[] memory entries) private returns (uint256 agentId) {
        agentId = count++;
        wallets[agentId] = msg.sender;
        uris[agentId] = uri;
        emit Registered(agentId, uri, msg.sender);
        if (tellsWallet) _tell(agentId, abi.encodePacked(msg.sender));
        for (uint256 i; i < entries.length; i++) {
            string memory key = entries[i].metadataKey;
            require(keccak256(bytes(key)) != keccak256("agentWallet"), "reserved key");
            emit MetadataSet(agentId, key, key, entries[i].metadataValue);
        }
        _safeMint(msg.sender, agentId);
    }

    function setAgentURI(uint256 agentId, string calldata uri) external {
        _checkAuthorized(ownerOf(agentId), msg.sender, agentId);
        uris[agentId] = uri;
        emit URIUpdated(agentId, uri, msg.sender);
    }

    function setAgentWallet(uint256 agentId, address wallet, uint256 deadline, bytes calldata signature) external {
        address owner = ownerOf(agentId);
        _checkAuthorized(owner, msg.sender, agentId);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(SET_WALLET, agentId, wallet, owner, deadline)));
        require(ECDSA.recover(digest, signature) == wallet, "invalid wallet sig");
        wallets[agentId] = wallet;
        _tell(agentId, abi.encodePacked(wallet));
    }

    function getAgentWallet(uint256 agentId) external view returns (address) {
        return wallets[agentId];
    }

    function tokenURI(uint256 agentId) public view override returns (string memory) {
        return uris[agentId];
    }

    function _tell(uint256 agentId, bytes memory wallet) private {
        emit MetadataSet(agentId, "agentWallet", "agentWallet", wallet);
    }

    function _update(address to, uint256 agentId, address auth) internal override returns (address from) {
        from = super._update(to, agentId, auth);
        if (from == address(0) || to == address(0) || from == to) return from;
        wallets[agentId] = address(0);
        _tell(agentId, "");
    }
}

/// Sends on what it registers, before the registration is over.
contract Passer {
    Identity private immutable identity;
    address private immutable heir;

    constructor(Identity at, address to) {
        (identity, heir) = (at, to);
    }

    function register() external {
        identity.register("ipfs://passed-on");
    }

    function onERC721Received(address, address, uint256 agentId, bytes calldata) external returns (bytes4) {
        identity.transferFrom(address(this), heir, agentId);
        return this.onERC721Received.selector;
    }
}

contract Reputation {
    struct Given {
        int128 value;
        uint8 decimals;
        bool revoked;
        string tag1;
        string tag2;
    }

    event NewFeedback(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        int128 value,
        uint8 valueDecimals,
        string indexed indexedTag1,
        string tag1,
        string tag2,
        string endpoint,
        string feedbackURI,
        bytes32 feedbackHash
    );
    event NewFeedback(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        uint8 score,
        string indexed indexedTag1,
        string tag1,
        string tag2,
        string endpoint,
        string feedbackURI,
        bytes32 feedbackHash
    );
    event NewFeedback(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        uint8 score,
        string indexed tag1,
        string tag2,
        string endpoint,
        string feedbackURI,
        bytes32 feedbackHash
    );
    event FeedbackRevoked(uint256 indexed agentId, address indexed clientAddress, uint64 indexed feedbackIndex);
    event ResponseAppended(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        address indexed responder,
        string responseURI,
        bytes32 responseHash
    );

    /// What the proxy stands for: 0 is 1.0, 1 is 1.1, 2 is 2.0.
    uint8 public version;
    mapping(uint256 => mapping(address => Given[])) private all;
    mapping(uint256 => mapping(address => mapping(uint64 => uint64))) private responses;

    function upgrade() external {
        version++;
    }

    function giveFeedback(
        uint256 agentId,
        int128 value,
        uint8 decimals,
        string calldata tag1,
        string calldata tag2,
        string calldata uri
    ) external {
        Given[] storage mine = all[agentId][msg.sender];
        mine.push(Given(value, decimals, false, tag1, tag2));
        uint64 n = uint64(mine.length);
        bytes32 hash = keccak256(bytes(uri));
        if (version == 2) {
            emit NewFeedback(agentId, msg.sender, n, value, decimals, tag1, tag1, tag2, "mcp", uri, hash);
            return;
        }
        require(value >= 0 && value <= 100 && decimals == 0, "score>100");
        uint8 score = uint8(uint128(value));
        if (version == 1) emit NewFeedback(agentId, msg.sender, n, score, tag1, tag1, tag2, "mcp", uri, hash);
        else emit NewFeedback(agentId, msg.sender, n, score, tag1, tag2, "mcp", uri, hash);
    }

    function revokeFeedback(uint256 agentId, uint64 n) external {
        Given storage given = all[agentId][msg.sender][n - 1];
        require(!given.revoked, "Already revoked");
        given.revoked = true;
        emit FeedbackRevoked(agentId, msg.sender, n);
    }

    function appendResponse(uint256 agentId, address client, uint64 n, string calldata uri) external {
        require(n > 0 && n <= all[agentId][client].length, "index out of bounds");
        responses[agentId][client][n]++;
        emit ResponseAppended(agentId, client, n, msg.sender, uri, keccak256(bytes(uri)));
    }

    function getLastIndex(uint256 agentId, address client) external view returns (uint64) {
        return uint64(all[agentId][client].length);
    }

    function readFeedback(uint256 agentId, address client, uint64 n)
        external
        view
        returns (int128, uint8, string memory, string memory, bool)
    {
        Given storage given = all[agentId][client][n - 1];
        return (given.value, given.decimals, given.tag1, given.tag2, given.revoked);
    }

    function getResponseCount(uint256 agentId, address client, uint64 n) external view returns (uint64) {
        return responses[agentId][client][n];
    }
}

contract Validation {
    struct Status {
        address validator;
        uint256 agentId;
        uint8 response;
        bytes32 responseHash;
        string tag;
    }

    event ValidationRequest(
        address indexed validatorAddress, uint256 indexed agentId, string requestURI, bytes32 indexed requestHash
    );
    event ValidationResponse(
        address indexed validatorAddress,
        uint256 indexed agentId,
        bytes32 indexed requestHash,
        uint8 response,
        string responseURI,
        bytes32 responseHash,
        string tag
    );

    mapping(bytes32 => Status) private all;

    function validationRequest(address validator, uint256 agentId, string calldata uri, bytes32 hash) external {
        require(all[hash].validator == address(0), "exists");
        all[hash].validator = validator;
        all[hash].agentId = agentId;
        emit ValidationRequest(validator, agentId, uri, hash);
    }

    function validationResponse(bytes32 hash, uint8 response, string calldata uri, string calldata tag) external {
        Status storage status = all[hash];
        require(msg.sender == status.validator && response <= 100, "not validator");
        (status.response, status.responseHash, status.tag) = (response, keccak256(bytes(uri)), tag);
        emit ValidationResponse(msg.sender, status.agentId, hash, response, uri, status.responseHash, tag);
    }

    function getValidationStatus(bytes32 hash)
        external
        view
        returns (address, uint256, uint8, bytes32, string memory)
    {
        Status storage status = all[hash];
        return (status.validator, status.agentId, status.response, status.responseHash, status.tag);
    }
}

/// As FiatTokenV2 does it, but for the signature's check.
contract PaidCoin is ERC20 {
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

    mapping(address => mapping(bytes32 => bool)) public authorizationState;

    constructor() ERC20("USD Coin", "USDC") {}

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function transferWithAuthorization(address from, address to, uint256 value, bytes32 nonce) public {
        require(!authorizationState[from][nonce], "authorization is used or canceled");
        authorizationState[from][nonce] = true;
        emit AuthorizationUsed(from, nonce);
        _transfer(from, to, value);
    }

    /// A facilitator settles several payments at once.
    function settle(address[] calldata from, address[] calldata to, uint256[] calldata value, bytes32 nonce) external {
        for (uint256 i; i < from.length; i++) {
            transferWithAuthorization(from[i], to[i], value[i], keccak256(abi.encode(nonce, i)));
            _transfer(from[i], msg.sender, 1); // and takes something that is no payment
        }
    }

    /// Marks without moving: no FiatToken does.
    function markTwice(address from, address to, uint256 value) external {
        emit AuthorizationUsed(from, bytes32(uint256(1)));
        emit AuthorizationUsed(from, bytes32(uint256(2)));
        _transfer(from, to, value);
    }
}

contract Accounts {
    event ERC6551AccountCreated(
        address account,
        address indexed implementation,
        bytes32 salt,
        uint256 chainId,
        address indexed tokenContract,
        uint256 indexed tokenId
    );

    function createAccount(address implementation, bytes32 salt, uint256 chainId, address token, uint256 id) external {
        emit ERC6551AccountCreated(account(implementation, salt, chainId, token, id), implementation, salt, chainId, token, id);
    }

    function account(address implementation, bytes32 salt, uint256 chainId, address token, uint256 id)
        public
        pure
        returns (address)
    {
        return address(uint160(uint256(keccak256(abi.encode(implementation, salt, chainId, token, id)))));
    }
}

contract Intelligent is ERC721 {
    event Cloned(uint256 indexed tokenId, uint256 indexed newTokenId, address from, address to);

    uint256 public count;

    constructor() ERC721("iNFT", "INFT") {}

    function mint(address to) external {
        _mint(to, ++count);
    }

    function iClone(address to, uint256 tokenId) external {
        address from = _requireOwned(tokenId);
        _mint(to, ++count);
        emit Cloned(tokenId, count, from, to);
    }
}
