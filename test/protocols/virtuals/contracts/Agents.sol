// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Coin, VeToken} from "./Tokens.sol";

contract Nft {
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);

    mapping(uint256 => address) public ownerOf;

    function give(address to, uint256 id) public {
        emit Transfer(ownerOf[id], to, id);
        ownerOf[id] = to;
    }
}

contract AgentNft is Nft {
    event AgentBlacklisted(uint256 indexed virtualId, bool value);

    mapping(uint256 => bool) public isBlacklisted;

    function blacklist(uint256 id, bool value) external {
        isBlacklisted[id] = value;
        emit AgentBlacklisted(id, value);
    }
}

struct Agent {
    Coin token;
    address dao;
    address tba;
    VeToken veToken;
    Coin lp;
    address founder;
}

/// Makes agents and their clones, and makes them anew.
contract Factory {
    event NewPersona(uint256 virtualId, address token, address dao, address tba, address veToken, address lp);

    AgentNft private immutable nft;
    uint256 public count;
    mapping(uint256 => Agent) public agents;

    constructor(AgentNft nft_) {
        nft = nft_;
    }

    function create(address founder, uint256 liquidity) external returns (uint256 id) {
        id = ++count;
        Agent storage agent = agents[id];
        clone(agent, id, founder, liquidity);
        agent.tba = address(uint160(0x7ba0000 + id));
        nft.give(address(0xbeef), id);
        emit NewPersona(id, address(agent.token), agent.dao, agent.tba, address(agent.veToken), address(agent.lp));
    }

    function renew(uint256 id, uint256 liquidity) external returns (Agent memory) {
        clone(agents[id], id, agents[id].founder, liquidity);
        return agents[id];
    }

    function clone(Agent storage agent, uint256 id, address founder, uint256 liquidity) private {
        agent.token = new Coin();
        agent.lp = new Coin();
        agent.veToken = new VeToken(agent.lp);
        agent.founder = founder;
        agent.dao = address(uint160(0xda00000 + id + uint160(address(agent.lp)) % 4096 * 4096));
        agent.token.move(address(0), address(agent.token), 1e27);
        agent.lp.move(address(0), address(this), liquidity);
        agent.veToken.stake(address(this), liquidity, founder, founder);
    }
}

contract Migrator {
    event AgentMigrated(uint256 virtualId, address dao, address token, address lp, address veToken);

    function migrate(Factory factory, uint256 id, uint256 liquidity) external {
        Agent memory agent = factory.renew(id, liquidity);
        emit AgentMigrated(id, agent.dao, address(agent.token), address(agent.lp), address(agent.veToken));
    }
}

contract ContributionNft is Nft {
    event NewContribution(uint256 tokenId, uint256 virtualId, uint256 parentId, uint256 datasetId);

    mapping(uint256 => bool) public isModel;
    mapping(uint256 => uint8) public getCore;
    mapping(uint256 => uint256) public getParentId;
    mapping(uint256 => uint256) public getDatasetId;

    function mint(address to, uint256 id, uint256 agent, uint8 core, uint256 parent, bool model, uint256 dataset) external {
        require(parent != id && ownerOf[id] == address(0));
        give(to, id);
        (isModel[id], getCore[id], getParentId[id]) = (model, core, parent);
        if (model) getDatasetId[id] = dataset;
        emit NewContribution(id, agent, parent, dataset);
    }
}

/// Accepted contributions: a version's impact is by how much it betters its core, of which its dataset has a part.
contract ServiceNft is Nft {
    event CoreServiceUpdated(uint256 virtualId, uint8 coreType, uint256 serviceId);
    event SetServiceScore(uint256 serviceId, uint256 eloRating, uint256 impact);
    event NewService(uint256 tokenId, uint8 coreId, uint256 maturity, uint256 impact, bool isModel);

    ContributionNft private immutable contributions;
    uint256 private constant DATASET_WEIGHT = 7000;
    mapping(uint256 => uint256) public getMaturity;
    mapping(uint256 => uint256) public getImpact;
    mapping(uint256 => mapping(uint8 => uint256)) public getCoreService;

    constructor(ContributionNft contributions_) {
        contributions = contributions_;
    }

    function accept(uint256 agent, uint256 id, uint256 maturity) external {
        uint8 core = contributions.getCore(id);
        bool model = contributions.isModel(id);
        give(address(uint160(0x7ba0000 + agent)), id);
        if (model) {
            uint256 before = getMaturity[getCoreService[agent][core]];
            getMaturity[id] = maturity;
            getCoreService[agent][core] = id;
            emit CoreServiceUpdated(agent, core, id);
            score(id, maturity > before ? maturity - before : 0);
        }
        emit NewService(id, core, getMaturity[id], getImpact[id], model);
    }

    function updateImpact(uint256 agent, uint256 id) external {
        uint256 before = getMaturity[getCoreService[agent][contributions.getCore(id)]];
        score(id, getMaturity[id] > before ? getMaturity[id] - before : 0);
    }

    function score(uint256 id, uint256 raw) private {
        uint256 dataset = contributions.getDatasetId(id);
        getImpact[id] = raw;
        if (dataset > 0) {
            getImpact[dataset] = (raw * DATASET_WEIGHT) / 10000;
            getImpact[id] = raw - getImpact[dataset];
            getMaturity[dataset] = getMaturity[id];
            emit SetServiceScore(dataset, getMaturity[id], getImpact[dataset]);
        }
        emit SetServiceScore(id, getMaturity[id], getImpact[id]);
    }
}

contract Inference {
    event Prompt(address indexed sender, bytes32 promptHash, uint256 agentId, uint256 cost, uint8[] coreIds);

    /// Agent 0 stands for the one before.
    function prompt(Coin coin, Factory factory, address who, uint256[] calldata ids, uint256[] calldata costs) external {
        address tba;
        for (uint256 i; i < ids.length; i++) {
            if (ids[i] != 0) (,, tba,,,) = factory.agents(ids[i]);
            coin.move(who, tba, costs[i]);
            emit Prompt(who, keccak256("prompt"), ids[i], costs[i], new uint8[](1));
        }
    }
}

contract AgentTax {
    event SwapExecuted(uint256 indexed agentId, uint256 taxTokenAmount, uint256 assetTokenAmount);

    function swap(Coin coin, uint256 id, address creator, uint256 amount) external {
        coin.move(address(0), address(this), amount);
        emit SwapExecuted(id, amount * 2, amount);
        coin.move(address(this), creator, amount - (amount * 3000) / 10000);
        coin.move(address(this), address(0xfee), (amount * 3000) / 10000);
    }
}

contract Rewards {
    event StakerRewardClaimed(uint256 indexed virtualId, address indexed staker, uint256 numRewards, uint256 amount);

    function claim(Coin coin, uint256 id, address who, uint256 amount) external {
        coin.move(address(0), who, amount);
        emit StakerRewardClaimed(id, who, 1, amount);
    }
}
