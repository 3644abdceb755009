import { resolve } from 'node:path'
import { type Hex, keccak256, toHex } from 'viem'
import type { Contracts, Deployed } from '../../fixtures/contracts'
import { compileSolidity } from '../../fixtures/solidity'

export const CHAIN = 'eip155:31337'
export const model = (n: bigint) => `${CHAIN}/erc8004:${n}`
export const nobody = `0x${'0'.repeat(40)}`

const NAMES = {
  identity: 'Identity',
  reputation: 'Reputation',
  validation: 'Validation',
  coin: 'PaidCoin',
  accounts: 'Accounts',
  intelligent: 'Intelligent',
} as const
type Name = keyof typeof NAMES

/** ERC-8004's registries, a coin with EIP-3009 and what stands beside them, with people who do all that can be done. */
export class AgentChain {
  /** what came to a wallet otherwise than by an authorization */
  readonly gifts = new Map<Hex, bigint>()
  private nonce = 0

  private constructor(
    readonly contracts: Contracts,
    readonly at: Record<Name, Deployed>,
    private readonly passer: Deployed,
  ) {}

  static async on(contracts: Contracts): Promise<AgentChain> {
    const artifacts = compileSolidity(resolve(__dirname, 'contracts/Registries.sol'))
    const at = {} as Record<Name, Deployed>
    for (const [name, contract] of Object.entries(NAMES))
      at[name as Name] = await contracts.deploy(artifacts.get(contract)!)
    const passer = await contracts.deploy(
      artifacts.get('Passer')!,
      at.identity.address,
      contracts.accounts[2],
    )
    return new AgentChain(contracts, at, passer)
  }

  /** as a config file names them */
  get config(): Record<string, string> {
    const { identity, reputation, validation, coin, accounts, intelligent } = this.at
    return {
      identityRegistry: identity.address,
      reputationRegistry: reputation.address,
      validationRegistry: validation.address,
      paymentToken: coin.address,
      accountRegistry: accounts.address,
      intelligentNft: intelligent.address,
    }
  }

  get people(): Hex[] {
    return this.contracts.accounts.slice(0, 4)
  }

  /** of agents 0 and 1 */
  get wallets(): Hex[] {
    return this.contracts.accounts.slice(5, 7)
  }

  does(who: Hex, name: Name, functionName: string, ...args: unknown[]): Promise<void> {
    return this.contracts.send(who, this.at[name], functionName, ...args)
  }

  view<T>(name: Name, functionName: string, ...args: unknown[]): Promise<T> {
    return this.contracts.view<T>(this.at[name], functionName, args)
  }

  async registerAgents(): Promise<void> {
    const [ann, ben, cat] = this.people as [Hex, Hex, Hex]
    const entries = [{ metadataKey: 'evaluation', metadataValue: '0x1234' }]
    await this.does(ann, 'identity', 'register', 'ipfs://zero')
    await this.does(ben, 'identity', 'register', 'ipfs://one', entries)
    await this.does(cat, 'identity', 'register')
    await this.does(ann, 'identity', 'upgrade')
    await this.does(ann, 'identity', 'register', 'ipfs://three')
    await this.contracts.send(cat, this.passer, 'register')
    await this.does(cat, 'identity', 'register', 'ipfs://five')
    for (const uri of ['ipfs://zero-2', '']) await this.does(ann, 'identity', 'setAgentURI', 0n, uri)
    await this.setWallet(ann, 0n, this.wallets[0]!)
    await this.setWallet(ben, 1n, ann)
    await this.setWallet(ben, 1n, this.wallets[1]!)
    // Its wallet is taken away.
    await this.does(ann, 'identity', 'transferFrom', ann, ben, 3n)
  }

  async giveFeedback(step: number): Promise<void> {
    if (step === 12 || step === 24) await this.does(this.people[0]!, 'reputation', 'upgrade')
    const who = this.people[step % 4]!
    const agent = BigInt(step % 2)
    const isNewest = (await this.view<number>('reputation', 'version')) === 2
    const value = isNewest ? [-(2n ** 127n), 2n ** 127n - 1n, 9977n, -32n][step % 4]! : BigInt(step)
    const tags = [
      ['tradingYield', 'month'],
      ['', ''],
      ['=cmd|"x"', '🜁 模型'],
    ][step % 3]!
    const decimals = isNewest ? [0, 18, 2, 1][step % 4]! : 0
    await this.does(
      who,
      'reputation',
      'giveFeedback',
      agent,
      value,
      decimals,
      tags[0],
      tags[1],
      `ipfs://${step}`,
    )
    const last = await this.view<bigint>('reputation', 'getLastIndex', agent, who)
    if (step % 5 === 3) await this.does(who, 'reputation', 'revokeFeedback', agent, last)
    if (step % 4 === 1)
      await this.does(
        this.people[(step + 1) % 4]!,
        'reputation',
        'appendResponse',
        agent,
        who,
        1n,
        `ipfs://re-${step}`,
      )
  }

  async pay(): Promise<void> {
    const [ann, ben, cat, dan] = this.people as [Hex, Hex, Hex, Hex]
    const [zero, one] = this.wallets as [Hex, Hex]
    for (const who of [cat, dan]) await this.does(who, 'coin', 'mint', who, 10n ** 9n)
    await this.does(ben, 'coin', 'transferWithAuthorization', cat, zero, 1_000n, this.fresh())
    // Agents 2 and 5 have the same wallet, ann is an owner and no wallet, the coin itself is a stranger.
    for (const to of [cat, ann, this.at.coin.address])
      await this.does(ben, 'coin', 'transferWithAuthorization', dan, to, 50n, this.fresh())
    await this.does(
      ben,
      'coin',
      'settle',
      [cat, dan, cat],
      [zero, one, zero],
      [7n, 2n ** 20n, 0n],
      this.fresh(),
    )
    await this.does(cat, 'coin', 'transfer', zero, 3n)
    await this.does(dan, 'coin', 'markTwice', dan, one, 5n)
    // Of the two marks the second stands before the money.
    this.gifts.set(zero, (this.gifts.get(zero) ?? 0n) + 3n)
  }

  forgetGifts(): void {
    this.gifts.clear()
  }

  private fresh(): Hex {
    return keccak256(toHex(`nonce ${this.nonce++}`))
  }

  private async setWallet(owner: Hex, agentId: bigint, newWallet: Hex): Promise<void> {
    const { address } = this.at.identity
    const chainId = Number(await this.contracts.chain.rpc<Hex>('eth_chainId'))
    const deadline = 2n ** 40n
    const fields = (all: string) =>
      all.split(', ').map(one => ({ type: one.split(' ')[0], name: one.split(' ')[1] }))
    const signed = {
      types: {
        EIP712Domain: fields('string name, string version, uint256 chainId, address verifyingContract'),
        AgentWalletSet: fields('uint256 agentId, address newWallet, address owner, uint256 deadline'),
      },
      primaryType: 'AgentWalletSet',
      domain: { name: 'ERC8004IdentityRegistry', version: '1', chainId, verifyingContract: address },
      message: { agentId: `${agentId}`, newWallet, owner, deadline: `${deadline}` },
    }
    const signature = await this.contracts.chain.rpc<Hex>('eth_signTypedData_v4', [newWallet, signed])
    await this.does(owner, 'identity', 'setAgentWallet', agentId, newWallet, deadline, signature)
  }
}
