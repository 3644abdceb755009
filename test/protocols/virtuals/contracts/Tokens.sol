// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

// The arithmetic and the order of logs of Virtuals' contracts in contracts of ours, with views that answer from their own
// state. No permissions: what a test calls is what happens.

contract Coin {
    event Transfer(address indexed from, address indexed to, uint256 value);

    mapping(address => uint256) public balanceOf;
    uint256 public totalSupply;

    function move(address from, address to, uint256 value) public virtual {
        if (from == address(0)) totalSupply += value;
        else balanceOf[from] -= value;
        if (to == address(0)) totalSupply -= value;
        else balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}

abstract contract Votes {
    event DelegateChanged(address indexed delegator, address indexed fromDelegate, address indexed toDelegate);
    event DelegateVotesChanged(address indexed delegate, uint256 previousVotes, uint256 newVotes);

    mapping(address => address) public delegates;
    mapping(address => uint256) public getVotes;
    mapping(address => uint256) internal units;

    function delegate(address who, address to) public {
        address from = delegates[who];
        delegates[who] = to;
        emit DelegateChanged(who, from, to);
        moveVotes(from, to, units[who]);
    }

    function moveUnits(address from, address to, uint256 amount) internal {
        if (from != address(0)) units[from] -= amount;
        if (to != address(0)) units[to] += amount;
        moveVotes(delegates[from], delegates[to], amount);
    }

    function moveVotes(address from, address to, uint256 amount) private {
        if (from == to || amount == 0) return;
        if (from != address(0)) set(from, getVotes[from] - amount);
        if (to != address(0)) set(to, getVotes[to] + amount);
    }

    function set(address who, uint256 votes) private {
        emit DelegateVotesChanged(who, getVotes[who], votes);
        getVotes[who] = votes;
    }
}

/// Stake in an agent: LP tokens, one for one.
contract VeToken is Coin, Votes {
    Coin public immutable lp;

    constructor(Coin lp_) {
        lp = lp_;
    }

    function stake(address payer, uint256 amount, address receiver, address delegatee) external {
        lp.move(payer, address(this), amount);
        move(address(0), receiver, amount);
        moveUnits(address(0), receiver, amount);
        delegate(receiver, delegatee);
    }

    function withdraw(address who, uint256 amount) external {
        move(who, address(0), amount);
        moveUnits(who, address(0), amount);
        lp.move(address(this), who, amount);
    }
}

/// Locks of VIRTUAL.
contract VeVirtual is Votes {
    event Stake(address indexed user, uint256 id, uint256 amount, uint8 numWeeks);
    event Extend(address indexed user, uint256 id, uint8 numWeeks);
    event AutoRenew(address indexed user, uint256 id, bool autoRenew);
    event Withdraw(address indexed user, uint256 id, uint256 amount);

    struct Lock {
        uint256 amount;
        uint256 start;
        uint256 end;
        uint8 numWeeks;
        bool autoRenew;
        uint256 id;
    }

    uint8 public constant maxWeeks = 104;
    Coin private immutable coin;
    uint256 private next = 1;
    mapping(address => Lock[]) private locks;

    constructor(Coin coin_) {
        coin = coin_;
    }

    function stake(address who, uint256 amount, uint8 numWeeks, bool autoRenew) external {
        require(numWeeks <= maxWeeks);
        coin.move(who, address(this), amount);
        if (autoRenew) numWeeks = maxWeeks;
        uint256 end = block.timestamp + uint256(numWeeks) * 1 weeks;
        locks[who].push(Lock(amount, block.timestamp, end, numWeeks, autoRenew, next));
        moveUnits(address(0), who, amount);
        emit Stake(who, next++, amount, numWeeks);
    }

    function extend(address who, uint256 i, uint8 numWeeks) external {
        Lock storage lock = locks[who][i];
        require(!lock.autoRenew && block.timestamp < lock.end && lock.numWeeks + numWeeks <= maxWeeks);
        lock.numWeeks += numWeeks;
        lock.end += uint256(numWeeks) * 1 weeks;
        emit Extend(who, lock.id, numWeeks);
    }

    function toggle(address who, uint256 i) external {
        Lock storage lock = locks[who][i];
        lock.autoRenew = !lock.autoRenew;
        (lock.numWeeks, lock.start, lock.end) = (maxWeeks, block.timestamp, block.timestamp + uint256(maxWeeks) * 1 weeks);
        emit AutoRenew(who, lock.id, lock.autoRenew);
    }

    function withdraw(address who, uint256 i) external {
        Lock memory lock = locks[who][i];
        require(block.timestamp >= lock.end && !lock.autoRenew);
        locks[who][i] = locks[who][locks[who].length - 1];
        locks[who].pop();
        coin.move(address(this), who, lock.amount);
        moveUnits(who, address(0), lock.amount);
        emit Withdraw(who, lock.id, lock.amount);
    }

    function getPositions(address who, uint256 start, uint256 count) external view returns (Lock[] memory found) {
        found = new Lock[](count);
        for (uint256 i = start; i < start + count && i < locks[who].length; i++) found[i - start] = locks[who][i];
    }

    function numPositions(address who) external view returns (uint256) {
        return locks[who].length;
    }

    function balanceOfAt(address who, uint256 time) external view returns (uint256 sum) {
        for (uint256 i; i < locks[who].length; i++) {
            Lock storage lock = locks[who][i];
            uint256 rate = lock.numWeeks >= maxWeeks ? 10000 : (uint256(lock.numWeeks) * 10000) / maxWeeks;
            uint256 value = (lock.amount * rate) / 10000;
            if (lock.autoRenew) sum += value;
            else if (time >= lock.start && time < lock.end)
                sum += value - ((time - lock.start) * ((value * 10000) / (lock.end - lock.start))) / 10000;
        }
    }
}
