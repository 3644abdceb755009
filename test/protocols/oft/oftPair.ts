import { resolve } from 'node:path'
import { type Hex, keccak256, toHex } from 'viem'
import { Prng } from '../../../src/sandbox/scenario/prng'
import { type TestChain, testChain } from '../../fixtures/chain'
import { Contracts, type Deployed } from '../../fixtures/contracts'
import { compileSolidity } from '../../fixtures/solidity'

/** A message, in the six decimals that messages have. */
interface Message {
  guid: Hex
  from: Side
  amountSD: bigint
  sentAt: number
}

export interface Side {
  name: 'alpha' | 'beta'
  eid: number
  contracts: Contracts
  /** adapter on alpha, OFT on beta */
  oft: Deployed
  token: Deployed
  /** wei of this chain for one of the message's */
  rate: bigint
}

const ALPHA = { eid: 30_001, rate: 10n ** 12n }
const BETA = { eid: 30_002, rate: 10n ** 3n }
/** Of a million, on alpha. */
const FEE = 777n

/** A coin locked on alpha and minted on beta, and the endpoint between both: it hands over what it wants, when it wants. */
export class OftPair {
  private readonly chance = new Prng('oft')
  /** sent on a chain, by guid, as the chains are now */
  readonly sent = new Map<Hex, Message>()
  /** arrived on the other */
  readonly arrived = new Map<Hex, Message>()

  private constructor(
    readonly alpha: Side,
    readonly beta: Side,
    readonly nothing: Deployed,
  ) {}

  static async create(): Promise<OftPair> {
    const artifacts = compileSolidity(resolve(__dirname, 'contracts/Oft.sol'))
    const [home, away] = await Promise.all(
      [31_337, 31_338].map(async chainId => Contracts.on(await testChain({ chainId }))),
    )
    const coin = await home!.deploy(artifacts.get('Coin')!)
    const adapter = await home!.deploy(artifacts.get('OftAdapter')!, ALPHA.eid, ALPHA.rate, FEE, coin.address)
    const oft = await away!.deploy(artifacts.get('Oft')!, BETA.eid, BETA.rate, 0n)
    const nothing = await home!.deploy(artifacts.get('Nothing')!)
    for (const who of home!.accounts.slice(1, 4)) {
      await home!.send(who, coin, 'mint', who, 10n ** 24n)
      await home!.send(who, coin, 'approve', adapter.address, 2n ** 255n)
    }
    return new OftPair(
      { name: 'alpha', ...ALPHA, contracts: home!, oft: adapter, token: coin },
      { name: 'beta', ...BETA, contracts: away!, oft, token: oft },
      nothing,
    )
  }

  get sides(): [Side, Side] {
    return [this.alpha, this.beta]
  }

  other(side: Side): Side {
    return side === this.alpha ? this.beta : this.alpha
  }

  get underWay(): Message[] {
    return [...this.sent.values()].filter(({ guid }) => !this.arrived.has(guid))
  }

  /** Sends or hands over at random. */
  async play(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      const under = this.underWay
      if (under.length > 0 && this.chance.int(0, 2) === 0) await this.deliver(this.chance.pick(under))
      else await this.send(this.chance.pick(this.sides))
    }
  }

  async send(side: Side): Promise<void> {
    const { contracts, oft, token } = side
    const who = contracts.accounts[this.chance.int(1, 3)]!
    const held = await contracts.view<bigint>(token, 'balanceOf', [who])
    const amount = (held * BigInt(this.chance.int(1, 999_983))) / 9_999_991n
    if (amount < side.rate) return
    await contracts.send(who, oft, 'send', this.other(side).eid, amount)
    const { number } = await contracts.head()
    // The coin's own log comes before it, where the OFT is the coin.
    const logs = await contracts.chain.rpc<{ topics: Hex[]; data: Hex }[]>('eth_getLogs', [
      { address: oft.address, fromBlock: toHex(number), toBlock: toHex(number) },
    ])
    const sent = logs.at(-1)!
    const received = BigInt(`0x${sent.data.slice(-64)}`)
    const guid = sent.topics[1]!
    this.sent.set(guid, { guid, from: side, amountSD: received / side.rate, sentAt: number })
  }

  async deliver(message: Message): Promise<void> {
    const { contracts, oft } = this.other(message.from)
    const to = contracts.accounts[this.chance.int(1, 3)]!
    await contracts.send(
      contracts.accounts[0]!,
      oft,
      'lzReceive',
      message.guid,
      message.from.eid,
      to,
      message.amountSD,
    )
    this.arrived.set(message.guid, message)
  }

  /** Takes a chain back to a block: what it sent since is not sent, what came to it has not arrived. */
  async rollBack(side: Side, to: number, before: { sent: Hex[]; arrived: Hex[] }): Promise<void> {
    const { number } = await side.contracts.head()
    await side.contracts.chain.rpc('anvil_rollback', [number - to])
    for (const [guid, { from }] of this.sent)
      if (from === side && !before.sent.includes(guid)) this.sent.delete(guid)
    for (const [guid, { from }] of this.arrived)
      if (from !== side && !before.arrived.includes(guid)) this.arrived.delete(guid)
  }

  async pretend(): Promise<void> {
    const { contracts } = this.alpha
    await contracts.send(contracts.accounts[0]!, this.nothing, 'pretend', keccak256('0x01'), 10n ** 30n)
  }

  async close(): Promise<void> {
    await Promise.all(this.sides.map(({ contracts }) => (contracts.chain as TestChain).close()))
  }
}
