import { join } from 'node:path'
import type { Hex } from 'viem'
import { DrivenChain } from '../../fixtures/drivenChain'

const WEEK = 604_800
const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const NOBODY = address(0)
/** An address that is easy to tell from others. */
export const people = [0xa1, 0xa2, 0xa3, 0xa4].map(address)

const names = {
  virtual: 'Coin',
  agentNft: 'AgentNft',
  contributionNft: 'ContributionNft',
  agentMigrator: 'Migrator',
  agentInference: 'Inference',
  agentTax: 'AgentTax',
  agentRewardV3: 'Rewards',
} as const
type Role = keyof typeof names | 'agentFactoryV3' | 'serviceNft' | 'bonding' | 'veVirtual'

export interface Agent {
  id: number
  token: Hex
  tba: Hex
  veToken: Hex
  lp: Hex
  founder: Hex
}

/** Virtuals' contracts as contracts/ has them, on a local chain, with people who do all that can be done. */
export class VirtualsChain {
  /** proposals, made and not, and whose DAO they are of */
  readonly contributions = new Map<bigint, number>()
  readonly curves: Hex[] = []
  private state: number

  private constructor(
    readonly driven: DrivenChain,
    readonly at: Record<Role, Hex>,
    seed: number,
  ) {
    this.state = seed
  }

  static async start(seed: number, chainId = 31_337, begin?: number): Promise<VirtualsChain> {
    const driven = await DrivenChain.start(join(__dirname, 'contracts'), chainId, begin)
    const at = {} as Record<Role, Hex>
    for (const [role, name] of Object.entries(names)) at[role as Role] = await driven.deploy(name)
    at.agentFactoryV3 = await driven.deploy('Factory', at.agentNft)
    at.serviceNft = await driven.deploy('ServiceNft', at.contributionNft)
    at.bonding = await driven.deploy('Bonding', at.virtual, at.agentFactoryV3)
    at.veVirtual = await driven.deploy('VeVirtual', at.virtual)
    for (const who of people) await driven.send(at.virtual, 'move', NOBODY, who, 10n ** 25n)
    const chain = new VirtualsChain(driven, at, seed)
    for (const founder of people.slice(0, 2))
      await chain.send('agentFactoryV3', 'create', founder, 10n ** 21n)
    return chain
  }

  send(role: Role, name: string, ...args: unknown[]): Promise<boolean> {
    return this.driven.send(this.at[role], name, ...args)
  }

  view<T>(role: Role, name: string, ...args: unknown[]): Promise<T> {
    return this.driven.view<T>(this.at[role], name, args)
  }

  async agents(): Promise<Agent[]> {
    const count = Number(await this.view<bigint>('agentFactoryV3', 'count'))
    const found: Agent[] = []
    for (let id = 1; id <= count; id++) {
      const [token, , tba, veToken, lp, founder] = await this.view<Hex[]>('agentFactoryV3', 'agents', id)
      this.driven.know('VeToken', veToken!)
      this.driven.know('Coin', lp!)
      const lower = (of: Hex | undefined) => of!.toLowerCase() as Hex
      found.push({
        id,
        token: lower(token),
        tba: lower(tba),
        veToken: lower(veToken),
        lp: lower(lp),
        founder: lower(founder),
      })
    }
    return found
  }

  /** The curve's token is what it is known by. */
  async pairOf(token: Hex): Promise<Hex> {
    return this.driven.know('Pair', await this.view<Hex>('bonding', 'pairOf', token))
  }

  /**
   * Transactions of anybody, some of which revert.
   *
   * @param secondsBetween absent: now and then some weeks pass
   */
  async play(steps: number, secondsBetween?: number): Promise<void> {
    for (let i = 0; i < steps; i++) {
      if (secondsBetween) await this.driven.chain.rpc('evm_increaseTime', [secondsBetween])
      await this.step(secondsBetween === undefined)
    }
  }

  private async step(weeksPass: boolean): Promise<void> {
    const who = this.oneOf(people)
    const other = this.oneOf(people)
    const agents = await this.agents()
    const agent = this.oneOf(agents)
    const curve = this.curves.length > 0 ? this.oneOf(this.curves) : undefined
    const lock = this.below(Math.max(1, Number(await this.view<bigint>('veVirtual', 'numPositions', who))))
    switch (this.below(24)) {
      case 0:
      case 1:
        return this.do(
          'veVirtual',
          'stake',
          who,
          this.amount(),
          this.below(3) ? this.below(105) : 104,
          !this.below(3),
        )
      case 2:
        return this.do('veVirtual', 'extend', who, lock, this.below(30))
      case 3:
        return this.do('veVirtual', 'toggle', who, lock)
      case 4:
        return this.do('veVirtual', 'withdraw', who, lock)
      case 5:
        return this.do('veVirtual', 'delegate', who, this.below(4) ? other : NOBODY)
      case 6:
        if (!weeksPass) return
        return void (await this.driven.chain.rpc('evm_increaseTime', [
          this.below(40) * WEEK + this.below(WEEK),
        ]))
      case 7:
      case 8: {
        const amount = this.amount()
        await this.driven.send(agent.lp, 'move', NOBODY, who, amount)
        return void (await this.driven.send(agent.veToken, 'stake', who, amount, other, this.oneOf(people)))
      }
      case 9: {
        const held = await this.driven.view<bigint>(agent.veToken, 'balanceOf', [who])
        const amount = held === 0n ? 0n : 1n + (this.amount() % held)
        return void (await this.driven.send(agent.veToken, 'withdraw', who, amount))
      }
      case 10:
        return void (await this.driven.send(agent.veToken, 'delegate', who, this.below(4) ? other : NOBODY))
      case 11:
        if (this.below(3)) return this.do('agentFactoryV3', 'create', who, this.amount())
        return this.do('agentMigrator', 'migrate', this.at.agentFactoryV3, agent.id, this.amount())
      case 12:
        return this.do('agentNft', 'blacklist', agent.id, this.below(2) === 0)
      case 13:
      case 14: {
        // As large as a proposal's id is; parents and datasets may come later, or never.
        const id = (1n << 200n) + BigInt(this.contributions.size + 1)
        this.contributions.set(id, agent.id)
        const reference = () => (this.below(3) ? (1n << 200n) + BigInt(this.below(12)) : 0n)
        const core = this.below(2)
        return this.do(
          'contributionNft',
          'mint',
          who,
          id,
          agent.id,
          core,
          reference(),
          !!this.below(3),
          reference(),
        )
      }
      case 15: {
        const [id, of] = [...this.contributions][this.below(this.contributions.size || 1)] ?? []
        if (id && (await this.view<Hex>('serviceNft', 'ownerOf', id)) === NOBODY)
          await this.send('serviceNft', 'accept', of, id, BigInt(this.below(10_000)))
        return
      }
      case 16: {
        const id = [...this.contributions.keys()][this.below(this.contributions.size || 1)]
        if (id) await this.send('serviceNft', 'updateImpact', agent.id, id)
        return
      }
      case 17: {
        const ids = [agent.id, 0, this.oneOf(agents).id].slice(0, 1 + this.below(3))
        const costs = ids.map(() => BigInt(this.below(3)) * this.amount())
        return this.do('agentInference', 'prompt', this.at.virtual, this.at.agentFactoryV3, who, ids, costs)
      }
      case 18:
        if (this.below(2)) return this.do('agentTax', 'swap', this.at.virtual, agent.id, who, this.amount())
        return this.do('agentRewardV3', 'claim', this.at.virtual, agent.id, who, this.amount())
      case 19:
        if (await this.send('bonding', 'launch', who, this.amount()))
          this.curves.push(
            this.driven.know('Coin', await this.view<Hex>('bonding', 'tokens', this.curves.length)),
          )
        return
      case 20:
      case 21:
        if (curve) await this.send('bonding', 'buy', curve, who, this.amount() * (this.below(4) ? 1n : 500n))
        return
      case 22: {
        const held = curve ? await this.driven.view<bigint>(curve, 'balanceOf', [who]) : 0n
        if (!curve || held === 0n) return
        if (this.below(2)) return this.do('bonding', 'sell', curve, who, this.below(4) ? held / 2n : 0n)
        return void (await this.driven.send(curve, 'move', who, other, held / 3n))
      }
      default:
        if (curve) await this.send('bonding', 'unwrap', curve, who)
    }
  }

  private async do(role: Role, name: string, ...args: unknown[]): Promise<void> {
    await this.send(role, name, ...args)
  }

  /** Uneven, so that every division has a rest. */
  private amount(): bigint {
    return BigInt(Math.floor(this.random() * 2 ** 50)) * 91_237n + 1n
  }

  private below(n: number): number {
    return Math.floor(this.random() * n)
  }

  private oneOf<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!
  }

  /** From 0 to 1, the same for a seed: the linear congruence of Numerical Recipes. */
  private random(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0
    return this.state / 2 ** 32
  }
}
