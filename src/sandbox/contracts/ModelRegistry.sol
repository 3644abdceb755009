// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {DirectPool} from "./DirectPool.sol";
import {PoolFactory} from "./PoolFactory.sol";

/// @title AI models as NFTs, each with its content hash and the models it was made from
/// @notice Ids ascend from 1 and a parent on this chain exists before its child, so id order is a topological
/// order. Parents on other chains are named, never checked: they may be minted later, or never. Who holds the
/// token earns what the model keeps of its fees; the standard `Transfer` is the change of owner.
contract ModelRegistry is ERC721 {
    using SafeERC20 for IERC20;

    /// @notice A model came to be, by `register` or `fork`; it is version 1. The mint's `Transfer` follows.
    /// @param contentHash hash of the weights or of their manifest, as the owner states it
    /// @param uri where the metadata is
    /// @param forkRoyaltyPpm what forks owe this model, in ppm of what reaches them (1e6 = 100 %)
    event ModelRegistered(
        uint256 indexed modelId,
        address indexed owner,
        bytes32 contentHash,
        string name,
        string uri,
        uint32 forkRoyaltyPpm
    );

    /// @notice The parents of a fork, all in one event, after `ModelRegistered` in the same transaction.
    /// @param parentIds parents on this chain
    /// @param foreignParents parents elsewhere, such as `eip155:31338/reference:12`
    /// @param sharesPpm what the child owes each: those of parentIds first, then those of foreignParents
    /// @param roles in the same order: 0 parent, 1 dataset, 2 component, 3 service
    event ModelForked(
        uint256 indexed childId,
        uint256[] parentIds,
        string[] foreignParents,
        uint32[] sharesPpm,
        uint8[] roles
    );

    /// @notice The owner published other weights of the same model.
    /// @param number from 2 ascending: registration is version 1
    event VersionPublished(uint256 indexed modelId, uint32 number, bytes32 contentHash, string uri);

    /// @notice Somebody states something about the model, such as an evaluation or a verified computation.
    /// @param uid the attester's identifier, used once
    /// @param schema what kind of statement it is
    event ModelAttested(
        uint256 indexed modelId,
        address indexed attester,
        bytes32 uid,
        bytes32 schema,
        bytes32 dataHash,
        string uri
    );

    /// @notice The attester withdrew the statement.
    event AttestationRevoked(bytes32 indexed uid, address indexed attester);

    struct Draft {
        bytes32 contentHash;
        string uri;
        string name;
        uint32 forkRoyaltyPpm;
    }

    struct ForeignParent {
        string id;
        uint32 sharePpm;
    }

    struct Model {
        string name;
        string uri;
        bytes32 contentHash;
        uint32 versions;
        uint32 forkRoyaltyPpm;
        uint256[] parentIds;
        uint32[] sharesPpm;
        string[] foreignParents;
        uint32[] foreignSharesPpm;
    }

    error PpmOutOfRange(uint256 ppm);
    error ParentCount(uint256 count);
    error UnknownParent(uint256 parentId);
    error DuplicateParent(uint256 parentId);
    error InvalidForeignParent(string id);
    error RoleCount(uint256 roles, uint256 parents);
    error UnknownRole(uint8 role);
    error NotModelOwner(uint256 modelId, address caller);
    error AttestationExists(bytes32 uid);
    error NotAttester(bytes32 uid, address caller);

    uint256 public constant MAX_PARENTS = 8;
    uint256 private constant MAX_FOREIGN_ID_BYTES = 128;
    uint256 private constant PPM = 1_000_000;
    uint8 private constant LAST_ROLE = 3;

    PoolFactory public immutable factory;
    IERC20 public immutable stakeToken;
    /// @notice What a forker stakes on his own fork, in the stake token's smallest unit.
    uint256 public immutable forkStake;

    uint256 public modelCount;
    mapping(uint256 modelId => Model) private _models;
    mapping(bytes32 uid => address) public attesterOf;

    constructor(PoolFactory factory_, IERC20 stakeToken_, uint256 forkStake_) ERC721("Provenance Model", "MODEL") {
        factory = factory_;
        stakeToken = stakeToken_;
        forkStake = forkStake_;
    }

    /// @notice Registers a model without parents.
    function register(Draft calldata draft) external returns (uint256 modelId) {
        modelId = _create(draft);
        _mint(msg.sender, modelId);
    }

    /// @notice Forks without asking anyone, for gas and `forkStake`, which is staked for the caller on the fork.
    /// @param parents on this chain: each is owed its own forkRoyaltyPpm
    /// @param foreignParents elsewhere: each is owed what the caller declares
    /// @param roles one for each parent, local ones first
    function fork(
        Draft calldata draft,
        uint256[] calldata parents,
        ForeignParent[] calldata foreignParents,
        uint8[] calldata roles
    ) external returns (uint256 modelId) {
        modelId = _create(draft);
        _setParents(modelId, parents, foreignParents, roles);
        _mint(msg.sender, modelId);

        DirectPool pool = DirectPool(factory.createPool(modelId, factory.DIRECT(), address(stakeToken)));
        stakeToken.safeTransferFrom(msg.sender, address(this), forkStake);
        stakeToken.forceApprove(address(pool), forkStake);
        pool.deposit(forkStake, msg.sender);
    }

    function publishVersion(uint256 modelId, bytes32 contentHash, string calldata uri) external {
        if (ownerOf(modelId) != msg.sender) revert NotModelOwner(modelId, msg.sender);
        Model storage model = _models[modelId];
        model.contentHash = contentHash;
        model.uri = uri;
        emit VersionPublished(modelId, ++model.versions, contentHash, uri);
    }

    function attest(uint256 modelId, bytes32 uid, bytes32 schema, bytes32 dataHash, string calldata uri) external {
        _requireOwned(modelId);
        if (attesterOf[uid] != address(0)) revert AttestationExists(uid);
        attesterOf[uid] = msg.sender;
        emit ModelAttested(modelId, msg.sender, uid, schema, dataHash, uri);
    }

    /// @notice The uid stays taken: a withdrawn statement cannot be made again under the same name.
    function revokeAttestation(bytes32 uid) external {
        if (attesterOf[uid] != msg.sender) revert NotAttester(uid, msg.sender);
        attesterOf[uid] = address(uint160(1));
        emit AttestationRevoked(uid, msg.sender);
    }

    /// @notice What a model owes to whom; parents on this chain, then those elsewhere.
    function parentsOf(uint256 modelId)
        external
        view
        returns (
            uint256[] memory parentIds,
            uint32[] memory sharesPpm,
            string[] memory foreignParents,
            uint32[] memory foreignSharesPpm
        )
    {
        Model storage model = _models[modelId];
        return (model.parentIds, model.sharesPpm, model.foreignParents, model.foreignSharesPpm);
    }

    function modelOf(uint256 modelId) external view returns (Model memory) {
        _requireOwned(modelId);
        return _models[modelId];
    }

    function tokenURI(uint256 modelId) public view override returns (string memory) {
        _requireOwned(modelId);
        return _models[modelId].uri;
    }

    function _create(Draft calldata draft) private returns (uint256 modelId) {
        if (draft.forkRoyaltyPpm > PPM) revert PpmOutOfRange(draft.forkRoyaltyPpm);
        modelId = ++modelCount;
        Model storage model = _models[modelId];
        model.name = draft.name;
        model.uri = draft.uri;
        model.contentHash = draft.contentHash;
        model.versions = 1;
        model.forkRoyaltyPpm = draft.forkRoyaltyPpm;
        emit ModelRegistered(modelId, msg.sender, draft.contentHash, draft.name, draft.uri, draft.forkRoyaltyPpm);
    }

    function _setParents(
        uint256 modelId,
        uint256[] calldata parents,
        ForeignParent[] calldata foreignParents,
        uint8[] calldata roles
    ) private {
        uint256 count = parents.length + foreignParents.length;
        if (count == 0 || count > MAX_PARENTS) revert ParentCount(count);
        if (roles.length != count) revert RoleCount(roles.length, count);
        for (uint256 i = 0; i < count; i++) {
            if (roles[i] > LAST_ROLE) revert UnknownRole(roles[i]);
        }

        Model storage model = _models[modelId];
        uint32[] memory shares = new uint32[](count);
        string[] memory foreignIds = new string[](foreignParents.length);
        uint256 sum = 0;
        for (uint256 i = 0; i < parents.length; i++) {
            uint256 parentId = parents[i];
            if (_ownerOf(parentId) == address(0)) revert UnknownParent(parentId);
            for (uint256 j = 0; j < i; j++) {
                if (parents[j] == parentId) revert DuplicateParent(parentId);
            }
            shares[i] = _models[parentId].forkRoyaltyPpm;
            sum += shares[i];
            model.parentIds.push(parentId);
            model.sharesPpm.push(shares[i]);
        }
        for (uint256 i = 0; i < foreignParents.length; i++) {
            ForeignParent calldata foreignParent = foreignParents[i];
            _checkForeignId(foreignParent.id);
            for (uint256 j = 0; j < i; j++) {
                if (Strings.equal(foreignIds[j], foreignParent.id)) revert InvalidForeignParent(foreignParent.id);
            }
            foreignIds[i] = foreignParent.id;
            shares[parents.length + i] = foreignParent.sharePpm;
            sum += foreignParent.sharePpm;
            model.foreignParents.push(foreignParent.id);
            model.foreignSharesPpm.push(foreignParent.sharePpm);
        }
        if (sum > PPM) revert PpmOutOfRange(sum);
        emit ModelForked(modelId, parents, foreignIds, shares, roles);
    }

    /// A model of this chain named as a foreign one would escape the rule that parents come first.
    function _checkForeignId(string calldata id) private view {
        bytes calldata text = bytes(id);
        bytes memory here = bytes(string.concat("eip155:", Strings.toString(block.chainid), "/"));
        bool valid = text.length > 0 && text.length <= MAX_FOREIGN_ID_BYTES;
        if (valid && text.length >= here.length) {
            valid = keccak256(text[:here.length]) != keccak256(here);
        }
        if (!valid) revert InvalidForeignParent(id);
    }
}
