/** Requests and bytes an hour that following vaults costs on a chain full of other contracts' logs. */
import { createLogger } from '@subsquid/logger'
import type { Source } from '../../src/indexer/contracts'
import { filtersOf } from '../../src/indexer/filters'
import { Following } from '../../src/indexer/following/following'
import { Rules } from '../../src/indexer/following/rules'
import { WholeRanges } from '../../src/indexer/following/wholeRanges'
import { ColdSource } from '../../src/indexer/sources/coldSource'
import { Heads } from '../../src/indexer/sources/heads'
import { HotLogs } from '../../src/indexer/sources/hotLogs'
import { HotSource } from '../../src/indexer/sources/hotSource'
import { Problems } from '../../src/indexer/sources/problems'
import { announcing } from '../../src/protocols/erc4626/announcements'
import { erc4626 } from '../../src/protocols/erc4626/erc4626'
import { RangeSizer } from '../../src/rpc/rangeSizer'
import { RpcPool } from '../../src/rpc/rpcPool'
import type { BenchOptions } from '../main'
import { report, say } from '../report'
import { BusyChain, vaultOf } from './busyChain'

const CHAIN = 'eip155:1'
const FACTORY = `0x${'fa'.repeat(20)}`
/** A block in 2 s. */
const BLOCKS_AN_HOUR = 1_800
const FIRST_BLOCK = 1_000
const FINALITY = 10
const VAULTS = [100, 10_000, 100_000]

const source: Source = {
  protocol: announcing(erc4626, ['VaultCreated(address vault)']),
  deployment: { contracts: { 'factory@1': FACTORY }, firstBlock: 0 },
}

export async function busy({ blocks }: BenchOptions): Promise<void> {
  for (const vaults of VAULTS) {
    say(`busy: ${blocks} blocks of 2,000 other contracts' logs, ${vaults} vaults`)
    const found = Array.from({ length: vaults }, (_, i) => {
      return { protocol: 'erc4626', role: 'vault', by: FACTORY, address: vaultOf(i), block: 1 }
    })
    const everybody = new Following(new Rules({ filters: filtersOf(source) }))
    const followed = new Following(Rules.of(CHAIN, [source]))
    followed.note(followed.known().with(found))
    for (const [how, read] of Object.entries({ history: readHistory, head: followHead })) {
      const name = `busy.${vaults}.${how}`
      const topic = await costOf(vaults, everybody, blocks, read)
      const address = await costOf(vaults, followed, blocks, read)
      if (topic.logs !== address.logs) throw new Error(`${topic.logs} and ${address.logs} logs of vaults`)
      for (const unit of ['requests', 'MB'] as const) {
        const before = report(`${name}.byTopic.${unit}`, topic[unit], `${unit}/h`)
        report(`${name}.followed.${unit}`, address[unit], `${unit}/h`, before)
      }
    }
  }
}

/** Of an hour. */
interface Cost {
  requests: number
  MB: number
  /** of vaults, in all */
  logs: number
}

type Read = (sources: ReturnType<typeof sourcesOf>, chain: BusyChain, blocks: number) => Promise<number>

async function costOf(vaults: number, following: Following, blocks: number, read: Read): Promise<Cost> {
  const chain = await BusyChain.start(vaults)
  const sources = sourcesOf(chain, following)
  try {
    const logs = await read(sources, chain, blocks)
    const hours = blocks / BLOCKS_AN_HOUR
    return { requests: chain.requests / hours, MB: chain.bytes / 1e6 / hours, logs }
  } finally {
    sources.pool.close()
    await chain.stop()
  }
}

function sourcesOf({ url }: BusyChain, following: Following) {
  const log = createLogger('bench:busy')
  const pool = new RpcPool([{ url }], 1, log)
  const problems = new Problems(log, () => pool.problem())
  const pollIntervalMs = 1
  const heads = new Heads({ pool, problems, log, finality: FINALITY, pollIntervalMs })
  const sizer = new RangeSizer()
  const ranges = new WholeRanges(pool, sizer)
  const follow = async () => following
  const cold = new ColdSource({ heads, problems, sizer, ranges, follow, pollIntervalMs })
  const logs = new HotLogs({ pool, log })
  const hot = new HotSource({ pool, heads, problems, logs, follow, cold, pollIntervalMs })
  return { pool, cold, hot }
}

async function readHistory({ cold }: ReturnType<typeof sourcesOf>, chain: BusyChain, blocks: number) {
  const to = FIRST_BLOCK + blocks - 1
  chain.head = to + FINALITY
  let logs = 0
  for await (const batch of cold.getFinalizedBlocks([{ range: { from: FIRST_BLOCK, to } }], true))
    logs += vaultLogsIn(batch.blocks)
  return logs
}

/** A block more at each look. */
async function followHead({ hot }: ReturnType<typeof sourcesOf>, chain: BusyChain, blocks: number) {
  chain.head = FIRST_BLOCK
  const to = FIRST_BLOCK + blocks - 1
  const before = { height: FIRST_BLOCK - 1, hash: chain.hashAt(FIRST_BLOCK - 1), nonce: 0, top: [] }
  let logs = 0
  await hot.processHotBlocks([{ range: { from: FIRST_BLOCK, to } }], before, async update => {
    logs += vaultLogsIn(update.blocks)
    chain.head++
  })
  return logs
}

function vaultLogsIn(blocks: { logs: { address: string }[] }[]): number {
  const first = vaultOf(0)
  return blocks.reduce(
    (sum, { logs }) => sum + logs.filter(({ address }) => isVault(address, first)).length,
    0,
  )
}

function isVault(address: string, first: string): boolean {
  return address.startsWith(first.slice(0, 31))
}
