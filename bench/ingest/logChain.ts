/**
 * A chain full of the reference protocol's logs: stakes into direct and liquid pools for 2,000 accounts, transfers of
 * liquid shares, and fees of which a parent gets its royalty and the patrons theirs.
 */
import { getContractAddress } from 'viem'
import * as directAbi from '../../src/abi/reference/directPool'
import * as liquidAbi from '../../src/abi/reference/liquidPool'
import * as registryAbi from '../../src/abi/reference/modelRegistry'
import * as factoryAbi from '../../src/abi/reference/poolFactory'
import * as routerAbi from '../../src/abi/reference/royaltyRouter'
import * as tokenAbi from '../../src/abi/reference/testToken'
import { everybody, theCast } from '../../src/sandbox/cast'
import { ChainDriver } from '../../src/sandbox/chainDriver'
import { deployReference, type ReferenceContracts } from '../../src/sandbox/deploy'
import { JsonRpc } from '../../src/sandbox/jsonRpc'
import { batcherBytecode, type Call, inOneTransaction } from './batcher'

export interface ChainShape {
  blocks: number
  /** a multiple of 10 */
  logsPerBlock: number
}

export interface LogChain {
  contracts: ReferenceContracts
  /** first block with a log of the protocol, and last one with any */
  firstBlock: number
  lastBlock: number
  /** from firstBlock to lastBlock, of all contracts */
  logs: number
}

const ROOTS = 10
const FORKS = 40
/** Of each pool. More would make generation slow: anvil hashes its whole storage for each block. */
const PATRONS = 50
/** Logs of one round of activity, whichever. */
export const ROUND_LOGS = 10
/** A fee every so many rounds. */
const FEE_EVERY = 5
/** anvil's block gas limit: a transaction that may use all of it has a block to itself. */
const BLOCK_GAS = 30_000_000n
/** Transactions in wait at once: anvil looks at all of them for each block, and takes no request above 2 MB. */
const IN_WAIT = 20
/** Empty blocks on top, so that with a finality of `FINALITY` every log is final. */
const TAIL = 12
export const FINALITY = 10

const MOST = 2n ** 256n - 1n
const DIRECT = 0
const LIQUID = 1

/** Fills a fresh anvil. */
export async function fillChain(url: string, shape: ChainShape): Promise<LogChain> {
  const driver = await ChainDriver.connect(url, everybody())
  const { contracts, firstBlock } = await deployReference(driver)
  const rpc = new JsonRpc(url)
  const batcher = await deployBatcher(driver, rpc)
  const pools = await setUp(driver, contracts, batcher)
  await mineRounds(rpc, shape, batcher, contracts, pools)
  await rpc.call('anvil_mine', [hex(TAIL)])
  const lastBlock = Number(await rpc.call<string>('eth_blockNumber')) - TAIL
  const logs = await countLogs(rpc, firstBlock, lastBlock)
  const rounds = await countLogs(rpc, lastBlock - shape.blocks + 1, lastBlock)
  if (rounds !== shape.blocks * shape.logsPerBlock) {
    throw new Error(`the chain has ${rounds} logs, expected ${shape.blocks * shape.logsPerBlock}`)
  }
  return { contracts, firstBlock, lastBlock, logs }
}

async function deployBatcher(driver: ChainDriver, rpc: JsonRpc): Promise<string> {
  const { deployer } = theCast()
  const nonce = await rpc.call<string>('eth_getTransactionCount', [deployer.address, 'latest'])
  driver.send({ from: deployer, data: batcherBytecode(), what: 'creation of Batcher' })
  await driver.mine()
  return getContractAddress({ from: deployer.address, nonce: BigInt(nonce) })
}

interface Pools {
  direct: string[]
  liquid: string[]
  /** the fork that each pool of the same place belongs to */
  models: bigint[]
}

/** Models 1 to ROOTS, then a fork of one of them each, with a direct pool and a liquid one that holds the fees' token. */
async function setUp(driver: ChainDriver, contracts: ReferenceContracts, batcher: string): Promise<Pools> {
  const { registry, poolFactory, router, stakeToken, usd } = contracts
  const { mint, approve } = tokenAbi.functions
  const run = async (calls: Call[], atOnce: number) => {
    for (let start = 0; start < calls.length; start += atOnce) {
      const data = inOneTransaction(calls.slice(start, start + atOnce))
      driver.send({ from: theCast().deployer, to: batcher, data, what: 'a batch', gas: 28_000_000n })
    }
    await driver.mine()
  }
  const allow = (token: string, spender: string) => ({
    to: token,
    data: approve.encode({ spender, value: MOST }),
  })
  const draft = (name: string) => ({
    contentHash: `0x${Buffer.from(name).toString('hex').padStart(64, '0')}`,
    uri: `ipfs://${name}`,
    name,
    forkRoyaltyPpm: 100_000,
  })

  const purse = 10n ** 40n
  await run(
    [
      { to: stakeToken, data: mint.encode({ to: batcher, amount: purse }) },
      { to: usd, data: mint.encode({ to: batcher, amount: purse }) },
      allow(stakeToken, registry),
      allow(usd, router),
      ...range(ROOTS).map(i => ({
        to: registry,
        data: registryAbi.functions.register.encode({ draft: draft(`root-${i}`) }),
      })),
    ],
    20,
  )
  await run(
    range(FORKS).map(i => ({
      to: registry,
      data: registryAbi.functions.fork.encode({
        draft: draft(`fork-${i}`),
        parents: [BigInt((i % ROOTS) + 1)],
        foreignParents: [],
        roles: [0],
      }),
    })),
    5,
  )
  const models = range(FORKS).map(i => BigInt(ROOTS + 1 + i))
  await run(
    models.map(modelId => ({
      to: poolFactory,
      data: factoryAbi.functions.createPool.encode({ modelId, kind: LIQUID, asset: usd }),
    })),
    5,
  )
  const poolOf = (modelId: bigint, kind: number) =>
    driver.read(poolFactory, factoryAbi.functions.poolOf, { modelId, kind })
  const direct = await Promise.all(models.map(model => poolOf(model, DIRECT)))
  const liquid = await Promise.all(models.map(model => poolOf(model, LIQUID)))
  await run(
    [
      ...direct.map(pool => allow(stakeToken, pool)),
      ...liquid.map(pool => allow(usd, pool)),
      // The batcher's own shares, which it then hands out.
      ...liquid.map(pool => ({
        to: pool,
        data: liquidAbi.functions.deposit.encode({ assets: 10n ** 30n, receiver: batcher }),
      })),
    ],
    40,
  )
  return { direct, liquid, models }
}

/** One round: 10 logs. A stake into a direct pool makes 2, a deposit into a liquid one 3, a fee 9, a transfer 1. */
function round(i: number, contracts: ReferenceContracts, { direct, liquid, models }: Pools): Call[] {
  const place = (i * 7) % FORKS
  const patron = (place: number, k: number) => accountOf(place * PATRONS + ((i * 13 + k * 17) % PATRONS))
  const pool = liquid[place]!
  const transfer = (k: number): Call => ({
    to: pool,
    data: liquidAbi.functions.transfer.encode({ to: patron(place, k), value: 1_000n + BigInt(i % 997) }),
  })
  if (i % FEE_EVERY === 0) {
    const fee = { modelId: models[place]!, token: contracts.usd, gross: 1_000_000n + BigInt(i % 1_009) }
    return [{ to: contracts.router, data: routerAbi.functions.payFee.encode(fee) }, transfer(0)]
  }
  const stake = (k: number): Call => {
    const other = (place + k) % FORKS
    const args = { assets: 10n ** 18n + BigInt(i), onBehalf: patron(other, k) }
    return { to: direct[other]!, data: directAbi.functions.deposit.encode(args) }
  }
  const deposit: Call = {
    to: pool,
    data: liquidAbi.functions.deposit.encode({
      assets: 5_000_000n + BigInt(i % 103),
      receiver: patron(place, 3),
    }),
  }
  return [deposit, stake(1), stake(2), transfer(4), transfer(5), transfer(6)]
}

async function mineRounds(
  rpc: JsonRpc,
  { blocks, logsPerBlock }: ChainShape,
  batcher: string,
  contracts: ReferenceContracts,
  pools: Pools,
): Promise<void> {
  const from = theCast().deployer.address
  let nonce = Number(await rpc.call<string>('eth_getTransactionCount', [from, 'latest']))
  const rounds = logsPerBlock / ROUND_LOGS
  for (let mined = 0; mined < blocks; mined += IN_WAIT) {
    const requests = range(Math.min(IN_WAIT, blocks - mined)).map(i => {
      const calls = range(rounds).flatMap(k => round((mined + i) * rounds + k, contracts, pools))
      // An account of anvil's own: the node signs.
      const transaction = {
        from,
        to: batcher,
        data: inOneTransaction(calls),
        gas: `0x${BLOCK_GAS.toString(16)}`,
        nonce: hex(nonce++),
        maxFeePerGas: '0x174876e800', // 100 gwei
        maxPriorityFeePerGas: '0x1',
      }
      return { method: 'eth_sendTransaction', params: [transaction] }
    })
    await rpc.batch(requests)
    await rpc.call('anvil_mine', [hex(requests.length), '0x1'])
  }
}

async function countLogs(rpc: JsonRpc, first: number, last: number): Promise<number> {
  let count = 0
  for (let from = first; from <= last; from += 100) {
    const filter = { fromBlock: hex(from), toBlock: hex(Math.min(last, from + 99)) }
    count += (await rpc.call<unknown[]>('eth_getLogs', [filter])).length
  }
  return count
}

function accountOf(i: number): string {
  return `0x${(0x1000000 + i).toString(16).padStart(40, '0')}`
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}

function hex(number: number): string {
  return `0x${number.toString(16)}`
}
