import { resolve } from 'node:path'
import type { Hex } from 'viem'
import { Prng } from '../../../src/sandbox/scenario/prng'
import type { Contracts, Deployed } from '../../fixtures/contracts'
import { type Artifact, compileSolidity } from '../../fixtures/solidity'

export const NATIVE = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee' as Hex
const fresh = (n: number) => `0x${(0xf00000 + n).toString(16).padStart(40, '0')}` as Hex
/** They have nothing but what splits give them; anybody can withdraw for them. */
export const [ANN, BEN, CAT, DAN, EVE] = [1, 2, 3, 4, 5].map(fresh) as [Hex, Hex, Hex, Hex, Hex]

interface Parts {
  recipients: Hex[]
  allocations: bigint[]
  totalAllocation: bigint
  distributionIncentive: number
}

const partsOf = (incentive: number, ...parts: [Hex, bigint][]): Parts => ({
  recipients: parts.map(([who]) => who),
  allocations: parts.map(([, allocation]) => allocation),
  totalAllocation: parts.reduce((sum, [, allocation]) => sum + allocation, 0n),
  distributionIncentive: incentive,
})

export type Name = 'pull' | 'nested' | 'push'

/** Splits of both kinds with their factories and the warehouse, and people who do all that can be done. */
export class SplitsChain {
  private readonly chance = new Prng('splits')
  /** what each split is now */
  readonly parts = new Map<Hex, Parts>()

  private constructor(
    readonly contracts: Contracts,
    private readonly artifacts: Map<string, Artifact>,
    readonly at: Record<'coin' | 'warehouse' | 'pullFactory' | 'pushFactory' | 'miser' | 'liar', Deployed>,
    readonly split: Record<Name, Hex>,
  ) {}

  static async on(contracts: Contracts): Promise<SplitsChain> {
    const artifacts = compileSolidity(resolve(__dirname, 'contracts/Splits.sol'))
    const make = (name: string, ...args: unknown[]) => contracts.deploy(artifacts.get(name)!, ...args)
    const warehouse = await make('Warehouse')
    const at = {
      warehouse,
      coin: await make('Coin'),
      pullFactory: await make('Factory', warehouse.address, false),
      pushFactory: await make('Factory', warehouse.address, true),
      miser: await make('Miser'),
      liar: await make('Liar'),
    }
    const chain = new SplitsChain(contracts, artifacts, at, {} as Record<Name, Hex>)
    for (const who of contracts.accounts.slice(0, 2))
      await contracts.send(who, at.coin, 'mint', who, 10n ** 30n)
    const nested = await chain.create('pullFactory', partsOf(0, [CAT, 1n], [DAN, 2n]), true)
    // One account twice, a third that no scale of a million has, and a split as a recipient.
    const parts = partsOf(10_000, [ANN, 1n], [nested, 3n], [ANN, 1n], [chain.saver, 2n], [BEN, 0n])
    const pull = await chain.create('pullFactory', parts, false)
    const push = await chain.create(
      'pushFactory',
      partsOf(777, [DAN, 5n], [EVE, 7n], [at.miser.address, 1n]),
      true,
    )
    Object.assign(chain.split, { pull, nested, push })
    return chain
  }

  /** Has an incentive for who withdraws for it. */
  get saver(): Hex {
    return this.contracts.accounts[6]!
  }

  /** Withdraws for others, and is paid for it; has nothing else. */
  get keeper(): Hex {
    return this.contracts.accounts[7]!
  }

  async create(factory: 'pullFactory' | 'pushFactory', parts: Parts, salted: boolean): Promise<Hex> {
    const count = await this.contracts.view<bigint>(this.at[factory], 'count')
    await this.contracts.send(this.owner, this.at[factory], 'createSplit', parts, this.owner, salted)
    const split = (await this.contracts.view<Hex>(this.at[factory], 'splits', [count])).toLowerCase() as Hex
    this.parts.set(split, parts)
    return split
  }

  async play(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) await this.step()
  }

  kept(who: Hex, token: Hex): Promise<bigint> {
    return this.contracts.view<bigint>(this.at.warehouse, 'balanceOf', [who, BigInt(token)])
  }

  async held(who: Hex, token: Hex): Promise<bigint> {
    if (token !== NATIVE) return this.contracts.view<bigint>(this.at.coin, 'balanceOf', [who])
    return BigInt(await this.contracts.chain.rpc<Hex>('eth_getBalance', [who, 'latest']))
  }

  get tokens(): Hex[] {
    return [NATIVE, this.at.coin.address]
  }

  private async step(): Promise<void> {
    const split = Object.values(this.split)[this.upTo(3)]!
    const token = this.tokens[this.upTo(2)]!
    const amount = BigInt(1 + this.upTo(1_000_000)) * 10n ** BigInt(this.upTo(13)) + BigInt(this.upTo(9))
    switch (this.upTo(6)) {
      case 0:
      case 1:
        return this.pay(split, token, amount)
      case 2:
      case 3:
        return void (await this.distribute(split, token))
      case 4: {
        const who = [ANN, BEN, CAT, DAN, this.split.nested, this.split.push][this.upTo(6)]!
        return void (await this.contracts.tried(this.owner, this.at.warehouse, 'withdraw', who, token))
      }
      default:
        return this.upTo(3) === 0 ? this.update(split) : this.withdrawForSaver(token)
    }
  }

  async pay(split: Hex, token: Hex, amount: bigint): Promise<void> {
    const { accounts, chain } = this.contracts
    if (token !== NATIVE) return this.contracts.send(accounts[1]!, this.at.coin, 'transfer', split, amount)
    const value = `0x${amount.toString(16)}`
    await this.mined(await chain.rpc<Hex>('eth_sendTransaction', [{ from: accounts[1], to: split, value }]))
  }

  distribute(split: Hex, token: Hex): Promise<boolean> {
    return this.contracts.tried(
      this.owner,
      this.as(split),
      'distribute',
      this.parts.get(split),
      token,
      this.owner,
    )
  }

  private async update(split: Hex): Promise<void> {
    const { recipients, distributionIncentive } = this.parts.get(split)!
    const some = recipients.slice(0, 1 + this.upTo(recipients.length))
    const parts = partsOf(
      distributionIncentive,
      ...some.map((who): [Hex, bigint] => [who, BigInt(1 + this.upTo(10))]),
    )
    // Others come back with the next.
    if (some.length < recipients.length && this.upTo(2) === 0) return
    await this.contracts.send(this.owner, this.as(split), 'updateSplit', parts)
    this.parts.set(split, parts)
  }

  private async withdrawForSaver(token: Hex): Promise<void> {
    if (token === NATIVE) return // its coins pay for its transactions
    await this.contracts.send(this.saver, this.at.warehouse, 'setWithdrawConfig', {
      incentive: 50_000,
      paused: false,
    })
    const some = (await this.kept(this.saver, token)) / BigInt(1 + this.upTo(3))
    await this.contracts.send(
      this.owner,
      this.at.warehouse,
      'withdraw',
      this.saver,
      [token],
      [some],
      this.keeper,
    )
  }

  private as(split: Hex): Deployed {
    return { address: split, abi: this.artifacts.get('PullSplit')!.abi }
  }

  get owner(): Hex {
    return this.contracts.accounts[0]!
  }

  private upTo(n: number): number {
    return this.chance.next() % n
  }

  private async mined(hash: Hex): Promise<void> {
    // Anvil answers with the hash before it has mined the block.
    while ((await this.contracts.chain.rpc('eth_getTransactionReceipt', [hash])) === null);
  }
}
