// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {IPool} from "./IPool.sol";
import {ModelRegistry} from "./ModelRegistry.sol";
import {PoolFactory} from "./PoolFactory.sol";

/// @title Where a model's use is paid, and from where its ancestors, patrons and owner are paid
/// @notice Of what reaches a model, each parent is owed its share (floored); of what the model keeps, its patrons
/// get `patronsPpm` (floored) and its owner the rest. A fee ends up whole:
/// net = credited to owners + compounded for patrons + sent to other chains.
/// Amounts are in the token's smallest unit. A movement of 0 moves nothing and has no event.
contract RoyaltyRouter is AccessControl, ReentrancyGuard {
    using SafeERC20 for IERC20;

    /// @notice A token that fees may be paid in, with what a reader needs to print amounts.
    event TokenAllowed(address indexed token, bool allowed, string symbol, uint8 decimals);

    /// @notice A usage fee. What becomes of `net` follows, in events with the same feeId.
    /// @param feeId from 1 ascending; receipts of royalties from other chains take numbers too
    /// @param protocolFee floor(gross * protocolFeePpm / 1e6), to the treasury
    /// @param net gross - protocolFee
    event FeePaid(
        uint256 indexed feeId,
        uint256 indexed modelId,
        address indexed payer,
        address token,
        uint256 gross,
        uint256 protocolFee,
        uint256 net
    );

    /// @notice One hop from a model to a parent on this chain.
    /// @param amount floor(what reached fromModel * sharePpm / 1e6), of which toModel's own parents get theirs in turn
    event RoyaltyAccrued(
        uint256 indexed feeId,
        uint256 indexed fromModel,
        uint256 indexed toModel,
        address token,
        uint256 amount,
        uint32 sharePpm
    );

    /// @notice One hop from a model to a parent on another chain: the tokens stay locked here, the message leaves.
    /// @param guid keccak256(abi.encode(chain id, this router, running number))
    /// @param toModel as the child named it, such as `eip155:31338/reference:12`
    event RoyaltySent(
        bytes32 indexed guid,
        uint256 indexed feeId,
        uint256 indexed fromModel,
        string toModel,
        address token,
        uint256 amount,
        uint32 sharePpm
    );

    /// @notice A message arrived; what becomes of `amount` follows, in events with this feeId.
    /// @param fromModel the child on the other chain, such as `eip155:31337/reference:7`
    event RoyaltyReceived(
        bytes32 indexed guid,
        uint256 indexed toModel,
        string fromModel,
        address token,
        uint256 amount,
        uint256 feeId
    );

    /// @notice What a model keeps of a fee. The patrons' part is the pool's `Compounded` too: it is one movement.
    /// @param beneficiary the model's owner at this moment
    /// @param amount now claimable by the beneficiary
    /// @param patronsAmount compounded into the model's pool: the liquid one, else the curve, else the direct one, else 0
    /// @param entryModel where the money entered this chain: the model that was paid, or the message's toModel
    /// @param guid of the message that brought the money; 0 for a fee that was paid here
    /// @param fromModel the message's fromModel; empty for a fee that was paid here
    event RevenueCredited(
        uint256 indexed feeId,
        uint256 indexed modelId,
        address indexed beneficiary,
        address token,
        uint256 amount,
        uint256 patronsAmount,
        uint256 entryModel,
        bytes32 guid,
        string fromModel
    );

    /// @notice All that was claimable in the token was paid out.
    event RoyaltyClaimed(address indexed beneficiary, address indexed token, uint256 amount);

    /// One fee on its way through the ancestors; models still to be paid are in `ids`, with what reached them.
    struct Distribution {
        uint256 feeId;
        address token;
        uint256 entryModel;
        bytes32 guid;
        string fromModel;
        uint256 pending;
        uint256 visited;
        uint256[] ids;
        uint256[] amounts;
    }

    error TokenNotAllowed(address token);
    error NothingPaid();
    error NothingToClaim(address beneficiary, address token);
    error AlreadyReceived(bytes32 guid);
    error TooManyAncestors(uint256 modelId);
    error PpmOutOfRange(uint32 ppm);

    bytes32 public constant BRIDGE_ROLE = keccak256("BRIDGE_ROLE");
    uint256 public constant MAX_NODES = 64;
    uint256 private constant PPM = 1_000_000;

    ModelRegistry public immutable registry;
    PoolFactory public immutable factory;
    address public immutable treasury;
    uint32 public immutable protocolFeePpm;
    uint32 public immutable patronsPpm;

    uint256 public lastFeeId;
    uint256 public messageCount;
    mapping(address token => bool) public allowed;
    mapping(address account => mapping(address token => uint256)) public claimable;
    mapping(bytes32 guid => bool) public received;

    constructor(
        ModelRegistry registry_,
        PoolFactory factory_,
        address treasury_,
        uint32 protocolFeePpm_,
        uint32 patronsPpm_,
        address admin
    ) {
        if (protocolFeePpm_ > PPM) revert PpmOutOfRange(protocolFeePpm_);
        if (patronsPpm_ > PPM) revert PpmOutOfRange(patronsPpm_);
        registry = registry_;
        factory = factory_;
        treasury = treasury_;
        protocolFeePpm = protocolFeePpm_;
        patronsPpm = patronsPpm_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice Tokens that take a fee on transfer or rebase must stay out: amounts received are taken at their word.
    function setToken(address token, bool isAllowed) external onlyRole(DEFAULT_ADMIN_ROLE) {
        allowed[token] = isAllowed;
        emit TokenAllowed(token, isAllowed, IERC20Metadata(token).symbol(), IERC20Metadata(token).decimals());
    }

    /// @notice Pays for a use of the model.
    function payFee(uint256 modelId, address token, uint256 gross) external nonReentrant returns (uint256 feeId) {
        if (!allowed[token]) revert TokenNotAllowed(token);
        if (gross == 0) revert NothingPaid();
        registry.ownerOf(modelId); // reverts for a model that does not exist
        IERC20(token).safeTransferFrom(msg.sender, address(this), gross);

        uint256 protocolFee = Math.mulDiv(gross, protocolFeePpm, PPM);
        if (protocolFee > 0) IERC20(token).safeTransfer(treasury, protocolFee);
        feeId = ++lastFeeId;
        uint256 net = gross - protocolFee;
        emit FeePaid(feeId, modelId, msg.sender, token, gross, protocolFee, net);
        _distribute(_begin(feeId, token, modelId, 0, ""), net);
    }

    /// @notice The bridge brings what a child on another chain owes; it is distributed like a fee, without another
    /// protocol fee.
    function receiveRoyalty(bytes32 guid, string calldata fromModel, uint256 toModel, address token, uint256 amount)
        external
        onlyRole(BRIDGE_ROLE)
        nonReentrant
        returns (uint256 feeId)
    {
        if (!allowed[token]) revert TokenNotAllowed(token);
        if (amount == 0) revert NothingPaid();
        if (received[guid]) revert AlreadyReceived(guid);
        registry.ownerOf(toModel);
        received[guid] = true;
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);

        feeId = ++lastFeeId;
        emit RoyaltyReceived(guid, toModel, fromModel, token, amount, feeId);
        _distribute(_begin(feeId, token, toModel, guid, fromModel), amount);
    }

    /// @notice Pays the caller all that is his in one token.
    function claim(address token) external nonReentrant returns (uint256 amount) {
        amount = claimable[msg.sender][token];
        if (amount == 0) revert NothingToClaim(msg.sender, token);
        claimable[msg.sender][token] = 0;
        IERC20(token).safeTransfer(msg.sender, amount);
        emit RoyaltyClaimed(msg.sender, token, amount);
    }

    function _begin(uint256 feeId, address token, uint256 entryModel, bytes32 guid, string memory fromModel)
        private
        pure
        returns (Distribution memory d)
    {
        (d.feeId, d.token, d.entryModel, d.guid, d.fromModel) = (feeId, token, entryModel, guid, fromModel);
        d.ids = new uint256[](MAX_NODES);
        d.amounts = new uint256[](MAX_NODES);
    }

    /// Youngest model first: a parent's id is below its child's, so whatever reaches a model has been added up
    /// before its turn, and a diamond pays its top once.
    function _distribute(Distribution memory d, uint256 amount) private {
        _add(d, d.entryModel, amount);
        while (d.pending > 0) {
            (uint256 id, uint256 reached) = _takeYoungest(d);
            uint256 up = _payLocalParents(d, id, reached) + _payForeignParents(d, id, reached);
            _keep(d, id, reached - up);
        }
    }

    function _payLocalParents(Distribution memory d, uint256 id, uint256 reached) private returns (uint256 paid) {
        (uint256[] memory parents, uint32[] memory shares,,) = registry.parentsOf(id);
        for (uint256 i = 0; i < parents.length; i++) {
            uint256 up = Math.mulDiv(reached, shares[i], PPM);
            if (up == 0) continue;
            paid += up;
            _add(d, parents[i], up);
            emit RoyaltyAccrued(d.feeId, id, parents[i], d.token, up, shares[i]);
        }
    }

    function _payForeignParents(Distribution memory d, uint256 id, uint256 reached) private returns (uint256 paid) {
        (,, string[] memory parents, uint32[] memory shares) = registry.parentsOf(id);
        for (uint256 i = 0; i < parents.length; i++) {
            uint256 up = Math.mulDiv(reached, shares[i], PPM);
            if (up == 0) continue;
            paid += up;
            bytes32 guid = keccak256(abi.encode(block.chainid, address(this), ++messageCount));
            emit RoyaltySent(guid, d.feeId, id, parents[i], d.token, up, shares[i]);
        }
    }

    function _keep(Distribution memory d, uint256 id, uint256 kept) private {
        if (kept == 0) return;
        uint256 patronsAmount = Math.mulDiv(kept, patronsPpm, PPM);
        address pool = patronsAmount == 0 ? address(0) : _rewardedPool(id, d.token);
        if (pool == address(0)) {
            patronsAmount = 0;
        } else {
            IERC20(d.token).forceApprove(pool, patronsAmount);
            IPool(pool).compound(patronsAmount);
        }
        address beneficiary = registry.ownerOf(id);
        claimable[beneficiary][d.token] += kept - patronsAmount;
        emit RevenueCredited(
            d.feeId,
            id,
            beneficiary,
            d.token,
            kept - patronsAmount,
            patronsAmount,
            d.entryModel,
            d.guid,
            d.fromModel
        );
    }

    /// A curve that has graduated takes no more: its patrons are those of the liquid pool.
    function _rewardedPool(uint256 id, address token) private view returns (address) {
        uint8[3] memory kinds = [factory.LIQUID(), factory.CURVE(), factory.DIRECT()];
        for (uint256 i = 0; i < kinds.length; i++) {
            address pool = factory.poolOf(id, kinds[i]);
            if (_canReward(pool, token)) return pool;
        }
        return address(0);
    }

    function _canReward(address pool, address token) private view returns (bool) {
        return pool != address(0) && IPool(pool).asset() == token && IPool(pool).acceptsRewards();
    }

    /// The bound is on all models of one fee, so that a long lineage cannot make a fee unpayable by surprise of gas.
    function _add(Distribution memory d, uint256 id, uint256 amount) private pure {
        for (uint256 i = 0; i < d.pending; i++) {
            if (d.ids[i] == id) {
                d.amounts[i] += amount;
                return;
            }
        }
        if (++d.visited > MAX_NODES) revert TooManyAncestors(id);
        d.ids[d.pending] = id;
        d.amounts[d.pending++] = amount;
    }

    function _takeYoungest(Distribution memory d) private pure returns (uint256 id, uint256 amount) {
        uint256 youngest = 0;
        for (uint256 i = 1; i < d.pending; i++) {
            if (d.ids[i] > d.ids[youngest]) youngest = i;
        }
        (id, amount) = (d.ids[youngest], d.amounts[youngest]);
        uint256 last = --d.pending;
        d.ids[youngest] = d.ids[last];
        d.amounts[youngest] = d.amounts[last];
    }
}
