/**
 * Drives one anvil: queues signed transactions and mines them as one block, in the queue's order and at a given
 * time, so that the same calls make the same chain.
 */
import type { AbiFunction, FunctionArguments, FunctionReturn } from '@subsquid/evm-abi'
import type { Hex, LocalAccount, PrivateKeyAccount } from 'viem'
import { JsonRpc } from './jsonRpc'
import { revertReason } from './revertReason'
import { TransactionRefused } from './sandboxError'

/** A log as our adapters' ABI facades decode it. */
export interface ChainLog {
  address: string
  topics: string[]
  data: string
  block: number
  transaction: string
}

export interface MinedBlock {
  number: number
  /** seconds since 1970 */
  time: number
  logs: ChainLog[]
}

export interface Call {
  from: LocalAccount
  /** absent: the data is a contract's creation code */
  to?: string
  data: string
  /** what it is, for the message when it fails */
  what: string
  /** gas limit; the default is enough for everything but the creation of contracts */
  gas?: bigint
}

interface RpcLog {
  address: string
  topics: string[]
  data: string
  blockNumber: string
  transactionHash: string
}

interface RpcReceipt {
  transactionHash: string
  status: string
  logs: RpcLog[]
}

// biome-ignore lint/suspicious/noExplicitAny: the facades' own bound for "any function"
type AnyFunction = AbiFunction<any, any>

const DEFAULT_GAS = 2_000_000n
/** Of anvil's 30 million, so that a block's transactions always fit. */
const BLOCK_GAS = 29_000_000n
/** Far above any base fee that a chain of nearly empty blocks can reach. */
const MAX_FEE = 1_000_000_000_000n
const TIP_STEP = 1_000_000n
/** Blocks asked for at once. */
const LOG_RANGE = 5_000
const BALANCE = `0x${(10n ** 24n).toString(16)}`

export class ChainDriver {
  private nonces = new Map<string, number>()
  private queue: Call[] = []

  private constructor(
    private readonly chain: JsonRpc,
    readonly chainId: number,
    /** height and time of the newest block */
    public head: { number: number; time: number },
  ) {}

  /** Connects, takes the mining into its own hands, and gives the accounts gas money. */
  static async connect(url: string, accounts: LocalAccount[]): Promise<ChainDriver> {
    const chain = new JsonRpc(url)
    const chainId = Number(await chain.call<string>('eth_chainId'))
    const connected = new ChainDriver(chain, chainId, await newestBlock(chain))
    await connected.takeOverMining()
    await chain.batch(
      accounts.map(({ address }) => ({ method: 'anvil_setBalance', params: [address, BALANCE] })),
    )
    await connected.takeNonces(accounts)
    return connected
  }

  /** Asks for the accounts' nonces, which others with the same keys may have used. */
  async takeNonces(accounts: LocalAccount[]): Promise<void> {
    const counts = await this.chain.batch<string>(
      accounts.map(({ address }) => ({ method: 'eth_getTransactionCount', params: [address, 'pending'] })),
    )
    accounts.forEach(({ address }, index) => {
      this.nonces.set(address, Number(counts[index]))
    })
  }

  /** Lets anvil mine each transaction as it comes again, as a user with a wallet expects. */
  async release(): Promise<void> {
    await this.rpc('evm_setAutomine', [true])
  }

  queued(): number {
    return this.queue.length
  }

  /** Queues a transaction for the next block. */
  send(call: Call): void {
    this.queue.push(call)
  }

  /** Queues a call of a contract's function. */
  call<F extends AnyFunction>(
    from: LocalAccount,
    to: string,
    fun: F,
    args: FunctionArguments<F>,
    gas?: bigint,
  ): void {
    this.send({ from, to, data: fun.encode(args), what: fun.signature, gas })
  }

  /** Asks a view function, at the newest block or at `block`. */
  async read<F extends AnyFunction>(
    to: string,
    fun: F,
    args: FunctionArguments<F>,
    block?: number,
  ): Promise<FunctionReturn<F>> {
    const at = block === undefined ? 'latest' : hex(block)
    const result = await this.rpc<string>('eth_call', [{ to, data: fun.encode(args) }, at])
    return fun.decodeResult(result) as FunctionReturn<F>
  }

  /**
   * Mines the queue: one block `seconds` after the newest (none if the queue is empty and `evenIfEmpty` is not
   * said), or as many as the gas needs, a second apart. Throws when a transaction fails.
   */
  async mine(seconds = 1, evenIfEmpty = false): Promise<MinedBlock[]> {
    const blocks: MinedBlock[] = []
    let wait = seconds
    do {
      if (this.queue.length === 0 && !evenIfEmpty) break
      blocks.push(await this.mineOne(this.takeBlock(), this.head.time + wait))
      wait = 1
    } while (this.queue.length > 0)
    return blocks
  }

  /** Logs of some contracts from `fromBlock` to the head, in chain order. */
  async logs(addresses: string[], fromBlock: number): Promise<ChainLog[]> {
    const found: ChainLog[] = []
    for (let from = fromBlock; from <= this.head.number; from += LOG_RANGE) {
      const to = Math.min(from + LOG_RANGE - 1, this.head.number)
      const filter = { address: addresses, fromBlock: hex(from), toBlock: hex(to) }
      for (const log of await this.rpc<RpcLog[]>('eth_getLogs', [filter])) found.push(toChainLog(log))
    }
    return found
  }

  /** Any other method of the node. */
  rpc<T>(method: string, params: unknown[] = []): Promise<T> {
    return this.chain.call<T>(method, params)
  }

  private async takeOverMining(): Promise<void> {
    await this.rpc('evm_setIntervalMining', [0])
    await this.rpc('evm_setAutomine', [false])
  }

  private takeBlock(): Call[] {
    let gas = 0n
    const fits = this.queue.findIndex(call => {
      gas += call.gas ?? DEFAULT_GAS
      return gas > BLOCK_GAS
    })
    return this.queue.splice(0, fits === -1 ? this.queue.length : fits)
  }

  private async mineOne(calls: Call[], time: number): Promise<MinedBlock> {
    const signed = await Promise.all(calls.map((call, index) => this.sign(call, calls.length - index)))
    const hashes = await this.chain.batch<string>(
      signed.map(raw => ({ method: 'eth_sendRawTransaction', params: [raw] })),
    )
    await this.rpc('evm_setNextBlockTimestamp', [time])
    await this.rpc('evm_mine')
    this.head = await newestBlock(this.chain)
    const receipts = await this.rpc<RpcReceipt[]>('eth_getBlockReceipts', [hex(this.head.number)])
    await this.checkReceipts(calls, hashes, receipts)
    return { ...this.head, logs: receipts.flatMap(receipt => receipt.logs.map(toChainLog)) }
  }

  /** A block orders its transactions by tip: `rank` makes that the queue's order. */
  private sign(call: Call, rank: number): Promise<Hex> {
    const nonce = this.nonces.get(call.from.address)
    if (nonce === undefined) throw new Error(`${call.from.address} is none of this driver's accounts`)
    this.nonces.set(call.from.address, nonce + 1)
    return (call.from as PrivateKeyAccount).signTransaction({
      type: 'eip1559',
      chainId: this.chainId,
      nonce,
      to: call.to as Hex | undefined,
      data: call.data as Hex,
      gas: call.gas ?? DEFAULT_GAS,
      maxFeePerGas: MAX_FEE,
      maxPriorityFeePerGas: BigInt(rank) * TIP_STEP,
    })
  }

  private async checkReceipts(calls: Call[], hashes: string[], receipts: RpcReceipt[]): Promise<void> {
    const byHash = new Map(receipts.map(receipt => [receipt.transactionHash, receipt]))
    for (const [index, call] of calls.entries()) {
      const receipt = byHash.get(hashes[index] ?? '')
      if (receipt?.status === '0x1') continue
      const reason = receipt ? await this.reasonOf(call) : 'it was not mined'
      throw new TransactionRefused(
        `${call.what} by ${call.from.address} in block ${this.head.number} of chain ${this.chainId} failed: ${reason}`,
        'start over from a fresh chain (`npm start -- --fresh`); if it fails again, report it with the seed',
      )
    }
  }

  /** Asked at the block that refused it, so it can differ from the cause where the block itself changed it. */
  private async reasonOf({ from, to, data }: Call): Promise<string> {
    const call = { from: from.address, to, data }
    const objection = await this.chain.objection({ method: 'eth_call', params: [call, 'latest'] })
    if (!objection) return 'reverted (out of gas, or no longer reproducible)'
    return revertReason(objection.data) ?? objection.message
  }
}

async function newestBlock(chain: JsonRpc): Promise<{ number: number; time: number }> {
  const block = await chain.call<{ number: string; timestamp: string }>('eth_getBlockByNumber', [
    'latest',
    false,
  ])
  return { number: Number(block.number), time: Number(block.timestamp) }
}

function hex(number: number): string {
  return `0x${number.toString(16)}`
}

function toChainLog(log: RpcLog): ChainLog {
  return {
    address: log.address.toLowerCase(),
    topics: log.topics,
    data: log.data,
    block: Number(log.blockNumber),
    transaction: log.transactionHash,
  }
}
