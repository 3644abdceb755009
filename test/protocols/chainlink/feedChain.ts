import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { createLogger } from '@subsquid/logger'
import { type Abi, decodeFunctionResult, encodeDeployData, encodeFunctionData, type Hex } from 'viem'
import type { Source } from '../../../src/indexer/contracts'
import { filtersOf } from '../../../src/indexer/filters'
import { ChainReader } from '../../../src/indexer/reads/chainReader'
import { wantedBy } from '../../../src/rpc/chainLogs'
import { RangeFetcher } from '../../../src/rpc/fetchRange'
import { RangeSizer } from '../../../src/rpc/rangeSizer'
import { RpcPool } from '../../../src/rpc/rpcPool'
import { type TestChain, testChain } from '../../fixtures/chain'
import { finalBatch, type TestPipeline, testPipeline } from '../../indexer/pipeline/fixture'

const CHAIN = { id: 31_337, caip2: 'eip155:31337' }
const log = createLogger('test:feeds')

/** A local chain with aggregators and proxies on it. */
export class FeedChain {
  private constructor(
    readonly chain: TestChain,
    private readonly sender: Hex,
    private readonly contracts: Record<string, { abi: Abi; bytecode: Hex }>,
    private readonly rpc: RpcPool,
  ) {}

  static async start(): Promise<FeedChain> {
    const chain = await testChain({ chainId: CHAIN.id })
    const [sender] = await chain.rpc<Hex[]>('eth_accounts')
    return new FeedChain(chain, sender!, compileFeeds(), new RpcPool([{ url: chain.url }], CHAIN.id, log))
  }

  aggregator(decimals: number): Promise<Hex> {
    return this.deploy('Aggregator', [decimals])
  }

  proxy(): Promise<Hex> {
    return this.deploy('Proxy', [])
  }

  async does(
    contract: 'Aggregator' | 'Proxy',
    to: Hex,
    functionName: string,
    ...args: unknown[]
  ): Promise<void> {
    await this.mine({
      to,
      data: encodeFunctionData({ abi: this.contracts[contract]!.abi, functionName, args }),
    })
  }

  /** What the proxy's latestRoundData() says at a block's end; undefined: it reverts. */
  async latest(
    proxy: Hex,
    block: number,
  ): Promise<{ round: bigint; value: bigint; updatedAt: bigint } | undefined> {
    const { abi } = this.contracts.Proxy!
    const functionName = 'latestRoundData'
    const call = { to: proxy, data: encodeFunctionData({ abi, functionName }) }
    const data = await this.chain
      .rpc<Hex>('eth_call', [call, `0x${block.toString(16)}`])
      .catch(() => undefined)
    if (!data || data === '0x') return undefined
    const [round, value, , updatedAt] = decodeFunctionResult({ abi, functionName, data }) as bigint[]
    return { round: round!, value: value!, updatedAt: updatedAt! }
  }

  async block(number: number): Promise<{ height: number; hash: string; time: number }> {
    const block = await this.chain.rpc<{ hash: Hex; timestamp: Hex }>('eth_getBlockByNumber', [
      `0x${number.toString(16)}`,
      false,
    ])
    return { height: number, hash: block.hash, time: Number(block.timestamp) * 1000 }
  }

  async height(): Promise<number> {
    return Number(await this.chain.rpc<Hex>('eth_blockNumber'))
  }

  pipeline(source: Source): Promise<TestPipeline> {
    const reader = new ChainReader({ rpc: this.rpc, log, chain: 'test' })
    return testPipeline(CHAIN, { sources: [source], reader })
  }

  /** Reads and writes what follows a block, in batches of so many blocks. */
  async index(indexed: TestPipeline, source: Source, size: number): Promise<void> {
    const head = await this.height()
    for (let from = indexed.store.last.height + 1; from <= head; from += size) {
      const range = { from: Math.max(1, from), to: Math.min(head, from + size - 1) }
      const blocks = await new RangeFetcher(this.rpc, new RangeSizer()).fetch(
        range,
        wantedBy(filtersOf(source)),
      )
      await indexed.pipeline.run([finalBatch(blocks)])
    }
  }

  async close(): Promise<void> {
    this.rpc.close()
    await this.chain.close()
  }

  private async deploy(name: string, args: unknown[]): Promise<Hex> {
    const receipt = await this.mine({ data: encodeDeployData({ ...this.contracts[name]!, args }) })
    return receipt.contractAddress!.toLowerCase() as Hex
  }

  private async mine(transaction: { to?: Hex; data: Hex }): Promise<{ contractAddress: Hex | null }> {
    const sent = { from: this.sender, gas: '0x500000', ...transaction }
    const hash = await this.chain.rpc<Hex>('eth_sendTransaction', [sent])
    let receipt: { status: Hex; contractAddress: Hex | null } | null = null
    // Anvil answers with the hash before it has mined the block.
    while (receipt === null) receipt = await this.chain.rpc('eth_getTransactionReceipt', [hash])
    if (receipt.status !== '0x1') throw new Error(`transaction ${hash} was reverted`)
    return receipt
  }
}

function compileFeeds(): Record<string, { abi: Abi; bytecode: Hex }> {
  const solc = createRequire(__filename)('solc') as { compile(input: string): string }
  const content = readFileSync(resolve(__dirname, 'contracts/Feeds.sol'), 'utf8')
  const settings = { evmVersion: 'cancun', outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } }
  const input = { language: 'Solidity', sources: { 'Feeds.sol': { content } }, settings }
  const { contracts, errors } = JSON.parse(solc.compile(JSON.stringify(input)))
  if (!contracts?.['Feeds.sol']) throw new Error(JSON.stringify(errors))
  return Object.fromEntries(
    Object.entries(
      contracts['Feeds.sol'] as Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>,
    ).map(([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` as Hex }]),
  )
}
