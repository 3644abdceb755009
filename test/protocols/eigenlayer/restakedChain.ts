import { join } from 'node:path'
import type { Hex } from 'viem'
import { DrivenChain } from '../../fixtures/drivenChain'

/** Blocks that a withdrawal, and a change of an allocation, waits. */
const DELAY = 4
const WAIT = 3
export const SETS = 2
const WAD = 10n ** 18n
export const BEACON = '0xbeac0eeeeeeeeeeeeeeeeeeeeeeeeeeeeeebeac0'

/** An address that is easy to tell from others. */
const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
export const stakers = [0xa1, 0xa2, 0xa3, 0xa4].map(address)
export const operators = [0xb1, 0xb2].map(address)
export const avs = address(0xc1)

type Role = 'delegation' | 'manager' | 'pods' | 'allocation' | 'rewards'

/** EigenLayer's contracts as contracts/ has them, on a local chain, with people who do all that can be done. */
export class RestakedChain {
  readonly roots: Hex[] = []
  /** slashes so far, with the operator set */
  private slashes = 0
  private random: () => number

  private constructor(
    readonly driven: DrivenChain,
    readonly at: Record<Role, Hex>,
    readonly tokens: Hex[],
    readonly strategies: Hex[],
    seed: number,
  ) {
    this.random = randomOf(seed)
  }

  static async start(seed: number, chainId = 31_337, begin?: number): Promise<RestakedChain> {
    const driven = await DrivenChain.start(join(__dirname, 'contracts'), chainId, begin)
    const delegation = await driven.deploy('DelegationManager', DELAY)
    const at = {
      delegation,
      manager: await driven.deploy('StrategyManager', delegation),
      pods: await driven.deploy('EigenPodManager', delegation),
      allocation: await driven.deploy('AllocationManager', delegation, WAIT, avs, SETS),
      rewards: await driven.deploy('RewardsCoordinator'),
    }
    const tokens = [await driven.deploy('Token'), await driven.deploy('Token')]
    const strategies = [
      await driven.deploy('Strategy', tokens[0]),
      await driven.deploy('Strategy', tokens[1]),
    ]
    await driven.send(delegation, 'set', at.manager, at.pods, at.allocation, [...strategies, BEACON])
    for (const [i, token] of tokens.entries())
      for (const staker of stakers)
        await driven.send(token, 'move', address(0), staker, 10n ** 24n + BigInt(i))
    const chain = new RestakedChain(driven, at, tokens, strategies, seed)
    for (const operator of operators) await chain.send('delegation', 'delegate', operator, operator)
    return chain
  }

  /** Roles as a config file names them. */
  get contracts(): Record<string, string> {
    const { delegation, manager, pods, allocation, rewards } = this.at
    return {
      delegationManager: delegation,
      strategyManager: manager,
      eigenPodManager: pods,
      allocationManager: allocation,
      rewardsCoordinator: rewards,
    }
  }

  send(role: Role, name: string, ...args: unknown[]): Promise<boolean> {
    return this.driven.send(this.at[role], name, ...args)
  }

  view<T>(role: Role, name: string, args: unknown[], block?: number): Promise<T> {
    return this.driven.view<T>(this.at[role], name, args, block)
  }

  /** Transactions of anybody, some of which revert. */
  async play(steps: number, secondsBetween = 0): Promise<void> {
    for (let i = 0; i < steps; i++) {
      if (secondsBetween > 0) await this.driven.chain.rpc('evm_increaseTime', [secondsBetween])
      await this.step()
    }
  }

  private async step(): Promise<void> {
    const staker = this.oneOf(stakers)
    const operator = this.oneOf(operators)
    const n = this.below(this.strategies.length)
    const [token, strategy] = [this.tokens[n]!, this.strategies[n]!]
    const anywhere = this.oneOf([...this.strategies, BEACON])
    const shares = () => this.view<bigint>('delegation', 'getDepositedShares', [staker, anywhere])
    switch (this.below(15)) {
      case 0:
      case 1:
        return void (await this.send('manager', 'deposit', staker, strategy, this.amount()))
      case 2:
        return void (await this.send('pods', 'restake', staker, this.amount()))
      case 3:
        return void (await this.send('delegation', 'delegate', staker, operator))
      case 4:
        if (this.below(3) === 0) await this.send('delegation', 'undelegate', staker)
        return
      case 5:
      case 6: {
        const all = await shares()
        if (all === 0n) return
        const part = this.below(3) === 0 ? all : 1n + (this.amount() % all)
        // Half of them name the strategy twice.
        const twice = this.below(2) === 0 && part < all
        const [from, taken] = twice
          ? [
              [anywhere, anywhere],
              [part, all - part],
            ]
          : [[anywhere], [part]]
        return void (await this.queue(staker, from, taken))
      }
      case 7:
      case 8:
      case 9: {
        await this.knowRoots()
        const root = this.roots[this.below(this.roots.length || 1)]
        if (root) await this.send('delegation', 'complete', root, this.below(2) === 0)
        return
      }
      case 10: {
        const free = 4n * (this.amount() % (WAD / 4n))
        const set = this.below(SETS)
        return void (await this.send('allocation', 'allocate', operator, set, anywhere, free / 2n))
      }
      case 11:
      case 12: {
        const wad = this.below(4) === 0 ? WAD / 2n : 1n + (this.amount() % (WAD / 3n))
        const from = this.below(2) === 0 ? [anywhere] : [...this.strategies]
        const set = this.below(SETS)
        if (await this.send('allocation', 'slashOperator', operator, set, from, wad)) {
          if (this.below(2) === 0) await this.send('manager', 'burn', { avs, id: set }, this.slashes, from[0])
          this.slashes++
        }
        return
      }
      case 13:
        if (this.below(4) === 0) await this.send('allocation', 'setAllocationDelay', operator, this.below(50))
        return
      default:
        if (this.below(2) === 0) await this.driven.send(token, 'move', staker, strategy, this.amount())
        else if (this.below(3) === 0) await this.send('pods', 'slashed', staker, 31n, 32n)
        else await this.send('rewards', 'claim', staker, operator, token, this.amount())
    }
  }

  private async queue(staker: Hex, from: string[], shares: bigint[]): Promise<void> {
    await this.send('delegation', 'queueWithdrawal', staker, from, shares)
  }

  /** Roots of all withdrawals that were queued, of undelegations too. */
  async knowRoots(): Promise<void> {
    const topics = [this.driven.topic(this.at.delegation, 'SlashingWithdrawalQueued')]
    const filter = { address: this.at.delegation, topics, fromBlock: '0x0', toBlock: 'latest' }
    const logs = await this.driven.chain.rpc<{ data: Hex }[]>('eth_getLogs', [filter])
    this.roots.splice(0, this.roots.length, ...logs.map(({ data }) => data.slice(0, 66) as Hex))
  }

  /** Uneven, so that every division has a rest. */
  private amount(): bigint {
    return BigInt(Math.floor(this.random() * 2 ** 52)) * 12_347n + 1n
  }

  private below(n: number): number {
    return Math.floor(this.random() * n)
  }

  private oneOf<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!
  }
}

/** Numbers from 0 to 1, the same for a seed: the linear congruence of Numerical Recipes. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
