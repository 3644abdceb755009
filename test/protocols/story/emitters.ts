import { resolve } from 'node:path'
import { decodeFunctionResult, encodeDeployData, encodeFunctionData, type Hex } from 'viem'
import type { Deployment, ProtocolLog } from '../../../src/protocols/protocol'
import { story } from '../../../src/protocols/story/story'
import { type TestChain, testChain } from '../../fixtures/chain'
import { type Artifact, compileSolidity } from '../../fixtures/solidity'
import { MemoryStore } from './memoryStore'

/** A call of one of the emitters. */
export interface Call {
  to: Hex
  data: Hex
}

interface RpcLog {
  address: Hex
  topics: Hex[]
  data: Hex
  blockNumber: Hex
  blockHash: Hex
  transactionHash: Hex
  logIndex: Hex
}

const chainNumber = 1514
const names = {
  nft: 'NftEmitter',
  coin: 'CoinEmitter',
  registry: 'RegistryEmitter',
  licensing: 'LicensingEmitter',
  royalty: 'RoyaltyEmitter',
  lap: 'PolicyEmitter',
  lrp: 'PolicyEmitter',
  disputes: 'DisputeEmitter',
  grouping: 'GroupingEmitter',
  workflow: 'Workflow',
} as const
export type Emitter = keyof typeof names

/** A local chain with an emitter in the place of each of Story's contracts. */
export class StoryChain {
  private constructor(
    private chain: TestChain,
    private artifacts: Map<string, Artifact>,
    readonly at: Record<Emitter, Hex>,
    private sender: Hex,
  ) {}

  static async start(): Promise<StoryChain> {
    const chain = await testChain({ chainId: chainNumber })
    try {
      return await StoryChain.on(chain)
    } catch (error) {
      await chain.close()
      throw error
    }
  }

  /** Deploys the emitters on a chain that is there. */
  static async on(chain: TestChain): Promise<StoryChain> {
    const artifacts = compileSolidity(resolve(__dirname, 'contracts/StoryEmitters.sol'))
    const [sender] = await chain.rpc<Hex[]>('eth_accounts')
    const started = new StoryChain(chain, artifacts, {} as Record<Emitter, Hex>, sender!)
    for (const [key, name] of Object.entries(names)) started.at[key as Emitter] = await started.deploy(name)
    return started
  }

  /** Role -> address, as a config file names them. */
  get contracts(): Deployment['contracts'] {
    return {
      ipAssetRegistry: this.at.registry,
      licensingModule: this.at.licensing,
      royaltyModule: this.at.royalty,
      royaltyPolicyLap: this.at.lap,
      royaltyPolicyLrp: this.at.lrp,
      disputeModule: this.at.disputes,
      groupingModule: this.at.grouping,
    }
  }

  stop(): Promise<void> {
    return this.chain.close()
  }

  /** @returns the new contract's address, lower case */
  async deploy(name: string, args: readonly unknown[] = []): Promise<Hex> {
    const { abi, bytecode } = this.artifact(name)
    const { contractAddress } = await this.mine({ data: encodeDeployData({ abi, bytecode, args }) })
    return contractAddress!
  }

  call(emitter: Emitter, functionName: string, ...args: unknown[]): Call {
    const { abi } = this.artifact(names[emitter])
    return { to: this.at[emitter], data: encodeFunctionData({ abi, functionName, args }) }
  }

  callVault(vault: Hex, functionName: string, ...args: unknown[]): Call {
    return {
      to: vault,
      data: encodeFunctionData({ abi: this.artifact('VaultEmitter').abi, functionName, args }),
    }
  }

  /** One transaction of one or several calls. */
  async send(...calls: Call[]): Promise<void> {
    if (calls.length === 1) await this.mine(calls[0]!)
    else
      await this.mine(
        this.call(
          'workflow',
          'run',
          calls.map(one => one.to),
          calls.map(one => one.data),
        ),
      )
  }

  /** What a contract's view function answers. */
  async view<T>(contract: string, to: Hex, functionName: string, ...args: unknown[]): Promise<T> {
    const { abi } = this.artifact(contract)
    const data = await this.chain.rpc<Hex>('eth_call', [
      { to, data: encodeFunctionData({ abi, functionName, args }) },
      'latest',
    ])
    return decodeFunctionResult({ abi, functionName, data }) as T
  }

  async vaultOf(ip: Hex): Promise<Hex> {
    return (await this.view<Hex>('RoyaltyEmitter', this.at.royalty, 'vaults', ip)).toLowerCase() as Hex
  }

  async height(): Promise<number> {
    return Number(await this.chain.rpc<Hex>('eth_blockNumber'))
  }

  /** Everything that was logged after a block and is not left out, indexed. */
  async index(
    after: number,
    blocksInBatch = 0,
    read: (log: { topics: string[] }) => boolean = () => true,
  ): Promise<MemoryStore> {
    const logs = await this.chain.rpc<RpcLog[]>('eth_getLogs', [
      { fromBlock: `0x${(after + 1).toString(16)}`, toBlock: 'latest' },
    ])
    const source = { protocol: story, deployment: { contracts: this.contracts, firstBlock: 1 } }
    return new MemoryStore(`eip155:${chainNumber}`, source).index(
      logs.filter(read).map(asProtocolLog),
      blocksInBatch,
    )
  }

  private async mine(transaction: { to?: Hex; data: Hex }): Promise<{ contractAddress: Hex | null }> {
    const hash = await this.chain.rpc<Hex>('eth_sendTransaction', [
      { from: this.sender, gas: '0x1000000', ...transaction },
    ])
    let receipt: { status: Hex; contractAddress: Hex | null } | null = null
    // Anvil answers with the hash before it has mined the block.
    while (receipt === null) receipt = await this.chain.rpc('eth_getTransactionReceipt', [hash])
    if (receipt.status !== '0x1') throw new Error(`transaction ${hash} was reverted`)
    return receipt
  }

  private artifact(name: string): Artifact {
    const artifact = this.artifacts.get(name)
    if (!artifact) throw new Error(`there is no contract ${name} in StoryEmitters.sol`)
    return artifact
  }
}

/** An address that is easy to tell from others, lower case. */
export function address(number: number): Hex {
  return `0x${number.toString(16).padStart(40, 'a')}`
}

function asProtocolLog(log: RpcLog): ProtocolLog {
  return {
    address: log.address.toLowerCase(),
    topics: log.topics,
    data: log.data,
    block: Number(log.blockNumber),
    blockHash: log.blockHash,
    time: 1_700_000_000_000 + Number(log.blockNumber) * 1000,
    transaction: log.transactionHash,
    logIndex: Number(log.logIndex),
  }
}
