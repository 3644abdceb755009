// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

// Stand-ins that emit Story's events in Story's order. A module says what it is told to; only the vault does its own
// arithmetic, since tests ask it what can be claimed.

contract NftEmitter {
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);

    mapping(uint256 => address) private owners;

    function move(address from, address to, uint256 tokenId) external {
        owners[tokenId] = to;
        emit Transfer(from, to, tokenId);
    }

    function ownerOf(uint256 tokenId) external view returns (address owner) {
        owner = owners[tokenId];
        require(owner != address(0));
    }
}

contract CoinEmitter {
    event Transfer(address indexed from, address indexed to, uint256 value);

    function move(address from, address to, uint256 value) external {
        emit Transfer(from, to, value);
    }
}

contract RegistryEmitter {
    event IPRegistered(
        address ipId,
        uint256 indexed chainId,
        address indexed tokenContract,
        uint256 indexed tokenId,
        string name,
        string uri,
        uint256 registrationDate
    );

    function register(address ipId, uint256 chainId, address nft, uint256 tokenId, string calldata name) external {
        emit IPRegistered(ipId, chainId, nft, tokenId, name, "ipfs://model", block.timestamp);
    }
}

contract LicensingEmitter {
    event DerivativeRegistered(
        address indexed caller,
        address indexed childIpId,
        uint256[] licenseTokenIds,
        address[] parentIpIds,
        uint256[] licenseTermsIds,
        address licenseTemplate
    );
    event LicenseTermsAttached(
        address indexed caller, address indexed ipId, address licenseTemplate, uint256 licenseTermsId
    );

    function derive(address child, address[] calldata parents, uint256[] calldata terms) external {
        emit DerivativeRegistered(msg.sender, child, new uint256[](0), parents, terms, address(this));
    }

    function attach(address ipId, uint256 terms) external {
        emit LicenseTermsAttached(msg.sender, ipId, address(this), terms);
    }
}

/// Holds revenue for the holders of its royalty tokens. Pays nothing: it says so.
contract VaultEmitter {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event RevenueTokenAddedToVault(address token, uint256 amount);
    event RevenueTokenClaimed(address claimer, address token, uint256 amount);
    event RevenueDebtUpdated(address claimer, address token, int256 revenueDebt);

    uint256 public constant SUPPLY = 100e6;
    mapping(address holder => uint256) public shares;
    mapping(address token => uint256) public accumulated;
    mapping(address holder => mapping(address token => int256)) public debt;
    address[] private _tokens;

    constructor(address receiver) {
        shares[receiver] = SUPPLY;
        emit Transfer(address(0), receiver, SUPPLY);
    }

    function add(address token, uint256 amount) public {
        if (accumulated[token] == 0) _tokens.push(token);
        accumulated[token] += amount;
        emit RevenueTokenAddedToVault(token, amount);
    }

    function move(address from, address to, uint256 amount) external {
        require(shares[from] > 0 && shares[from] >= amount, "too few royalty tokens");
        for (uint256 i; i < _tokens.length; ++i) {
            int256 earned = int256(accumulated[_tokens[i]] * amount);
            debt[to][_tokens[i]] += earned;
            emit RevenueDebtUpdated(to, _tokens[i], debt[to][_tokens[i]]);
            debt[from][_tokens[i]] -= earned;
            emit RevenueDebtUpdated(from, _tokens[i], debt[from][_tokens[i]]);
        }
        shares[from] -= amount;
        shares[to] += amount;
        emit Transfer(from, to, amount);
    }

    function claim(address claimer, address token) public returns (uint256 amount) {
        amount = claimable(claimer, token);
        require(amount > 0, "nothing to claim");
        emit RevenueTokenClaimed(claimer, token, amount);
        debt[claimer][token] += int256(amount * SUPPLY);
        emit RevenueDebtUpdated(claimer, token, debt[claimer][token]);
    }

    /// This vault holds royalty tokens of the other one.
    function claimAsSelf(VaultEmitter other, address token) external {
        add(token, other.claim(address(this), token));
    }

    function claimable(address holder, address token) public view returns (uint256) {
        return uint256(int256(accumulated[token] * shares[holder]) - debt[holder][token]) / SUPPLY;
    }
}

contract RoyaltyEmitter {
    event IpRoyaltyVaultDeployed(address ipId, address ipRoyaltyVault);
    event LinkedToParents(
        address ipId,
        address[] parentIpIds,
        address[] licenseRoyaltyPolicies,
        uint32[] licensesPercent,
        bytes externalData
    );
    event RoyaltyPaid(
        address receiverIpId,
        address payerIpId,
        address sender,
        address token,
        uint256 amount,
        uint256 amountAfterFee
    );
    event LicenseMintingFeePaid(
        address receiverIpId, address payerAddress, address token, uint256 amount, uint256 amountAfterFee
    );

    uint256 private constant WHOLE = 100e6;
    mapping(address ipId => VaultEmitter) public vaults;
    mapping(address ipId => uint32) public stack;
    mapping(address ipId => mapping(address token => uint256)) public received;

    function deployVault(address ipId, address receiver) external {
        vaults[ipId] = new VaultEmitter(receiver);
        emit IpRoyaltyVaultDeployed(ipId, address(vaults[ipId]));
    }

    /// @param wholeStack what all ancestors get of the child's payments; 1 % = 1e6
    function link(
        address child,
        address[] calldata parents,
        address[] calldata policies,
        uint32[] calldata percents,
        uint32 wholeStack
    ) external {
        stack[child] = wholeStack;
        emit LinkedToParents(child, parents, policies, percents, "");
    }

    function pay(address to, address payerIp, address sender, address token, uint256 amount, uint256 fee) external {
        _receive(to, token, amount - fee);
        emit RoyaltyPaid(to, payerIp, sender, token, amount, amount - fee);
    }

    function payLicense(address to, address payer, address token, uint256 amount, uint256 fee) external {
        _receive(to, token, amount - fee);
        emit LicenseMintingFeePaid(to, payer, token, amount, amount - fee);
    }

    function _receive(address to, address token, uint256 net) private {
        received[to][token] += net;
        uint256 own = net - (net * stack[to]) / WHOLE;
        if (own > 0) vaults[to].add(token, own);
    }
}

contract PolicyEmitter {
    event RevenueTransferredToVault(address ipId, address ancestorIpId, address token, uint256 amount);

    function transferToVault(RoyaltyEmitter module, address ipId, address ancestor, address token, uint256 amount)
        external
    {
        module.vaults(ancestor).add(token, amount);
        emit RevenueTransferredToVault(ipId, ancestor, token, amount);
    }
}

contract DisputeEmitter {
    event DisputeRaised(
        uint256 disputeId,
        address targetIpId,
        address caller,
        address disputeInitiator,
        uint256 disputeTimestamp,
        address arbitrationPolicy,
        bytes32 disputeEvidenceHash,
        bytes32 targetTag,
        bytes data
    );
    event DisputeJudgementSet(uint256 disputeId, bool decision, bytes data);
    event DisputeResolved(uint256 disputeId, bytes data);
    event DisputeCancelled(uint256 disputeId, bytes data);
    event IpTaggedOnRelatedIpInfringement(
        uint256 disputeId,
        address infringingIpId,
        address ipIdToTag,
        uint256 infringerDisputeId,
        bytes32 tag,
        uint256 disputeTimestamp
    );

    function raise(uint256 id, address target, bytes32 tag) external {
        emit DisputeRaised(
            id, target, address(this), msg.sender, block.timestamp, address(0), keccak256("evidence"), tag, ""
        );
    }

    function judge(uint256 id, bool decision) external {
        emit DisputeJudgementSet(id, decision, "");
    }

    function resolve(uint256 id) external {
        emit DisputeResolved(id, "");
    }

    function cancel(uint256 id) external {
        emit DisputeCancelled(id, "");
    }

    function tagRelated(uint256 id, address infringing, address target, uint256 infringerDispute, bytes32 tag)
        external
    {
        emit IpTaggedOnRelatedIpInfringement(id, infringing, target, infringerDispute, tag, block.timestamp);
    }
}

contract GroupingEmitter {
    event IPGroupRegistered(address indexed groupId, address indexed groupPool);
    event AddedIpToGroup(address indexed groupId, address[] ipIds);
    event RemovedIpFromGroup(address indexed groupId, address[] ipIds);

    function group(address groupId, address pool) external {
        emit IPGroupRegistered(groupId, pool);
    }

    function addIp(address groupId, address[] calldata ipIds) external {
        emit AddedIpToGroup(groupId, ipIds);
    }

    function removeIp(address groupId, address[] calldata ipIds) external {
        emit RemovedIpFromGroup(groupId, ipIds);
    }
}

/// Several calls in one transaction, as Story's periphery contracts make them.
contract Workflow {
    function run(address[] calldata targets, bytes[] calldata calls) external {
        for (uint256 i; i < targets.length; ++i) {
            (bool done, bytes memory answer) = targets[i].call(calls[i]);
            if (!done) {
                assembly {
                    revert(add(answer, 32), mload(answer))
                }
            }
        }
    }
}
