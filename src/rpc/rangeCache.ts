import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import type { LogFilter, RangeBlock } from './chainLogs'
import { type BlockSpan, firstLine } from './rpcFault'

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

interface Options {
  pool: Pool
  log: Logger
  /** CAIP-2 */
  chain: string
  filters: LogFilter[]
  /** size of what is kept for the chain */
  mostBytes: number
}

/**
 * Checked answers about ranges of final blocks, kept in the database (schema `rpc_cache`), so that indexing the chain
 * again asks the endpoints for none of them. Kept by what was asked for: other filters make other answers. Lost without
 * harm; never the reason for a failure.
 */
export class RangeCache {
  private readonly filter: string
  /** ascending, disjoint */
  private ranges: BlockSpan[] = []
  private bytes = 0
  private broken = false

  constructor(private readonly options: Options) {
    const canonical = options.filters
      .map(({ addresses, topics, fromBlock }) => [
        [...(addresses ?? [])].sort(),
        [...topics].sort(),
        fromBlock,
      ])
      .map(filter => JSON.stringify(filter))
      .sort()
    this.filter = createHash('sha256').update(`${FORMAT} ${canonical.join()}`).digest('hex').slice(0, 32)
  }

  /**
   * Reads what is there. The highest block of it must still be the chain's: its hash commits to all before it, so one
   * question vouches for the whole; otherwise (a local chain that was started anew, a deep reorganisation) all is
   * dropped.
   *
   * @param hashAt the chain's hash at a height
   */
  async open(hashAt: (height: number) => Promise<string | undefined>): Promise<void> {
    await this.guarded('open', async () => {
      const { pool, chain, log } = this.options
      await pool.query(SCHEMA)
      const { rows: highest } = await pool.query<{ to_block: string; last_hash: string }>(
        `SELECT to_block, last_hash FROM rpc_cache.log_range WHERE chain = $1 ORDER BY to_block DESC LIMIT 1`,
        [chain],
      )
      if (highest[0] && (await hashAt(Number(highest[0].to_block))) !== highest[0].last_hash) {
        log.info(`the answers kept for ${chain} are of another chain or fork: they are dropped`)
        await this.drop()
      }
      // What former filters asked for makes room once room is short.
      await pool.query(
        `DELETE FROM rpc_cache.log_range WHERE chain = $1 AND filter <> $2
          AND (SELECT sum(length(body)) FROM rpc_cache.log_range WHERE chain = $1) >= $3`,
        [chain, this.filter, this.options.mostBytes],
      )
      const { rows } = await pool.query<{ from_block: string; to_block: string }>(
        `SELECT from_block, to_block FROM rpc_cache.log_range WHERE chain = $1 AND filter = $2 ORDER BY from_block`,
        [chain, this.filter],
      )
      this.ranges = []
      for (const { from_block, to_block } of rows) {
        const range = { from: Number(from_block), to: Number(to_block) }
        if (range.from > (this.ranges.at(-1)?.to ?? -1)) this.ranges.push(range)
      }
      const { rows: sums } = await pool.query<{ bytes: string }>(
        `SELECT coalesce(sum(length(body)), 0) AS bytes FROM rpc_cache.log_range WHERE chain = $1`,
        [chain],
      )
      this.bytes = Number(sums[0]!.bytes)
    })
  }

  /** Forgets all of the chain, since it does not fit together. */
  async drop(): Promise<void> {
    this.ranges = []
    this.bytes = 0
    await this.guarded('drop', () =>
      this.options.pool.query(`DELETE FROM rpc_cache.log_range WHERE chain = $1`, [this.options.chain]),
    )
  }

  /** The kept range that holds a block, from that block on. */
  rangeAt(block: number): BlockSpan | undefined {
    const range = this.ranges[this.indexAfter(block) - 1]
    return range && range.to >= block ? { from: block, to: range.to } : undefined
  }

  /** First block of the next kept range. */
  nextAfter(block: number): number | undefined {
    return this.ranges[this.indexAfter(block)]?.from
  }

  /** The range's blocks; undefined where they cannot be read after all. */
  async read({ from, to }: BlockSpan): Promise<RangeBlock[] | undefined> {
    return this.guarded('read', async () => {
      const { rows } = await this.options.pool.query<{ body: Buffer }>({
        name: 'rpc-cache-read',
        text: `SELECT body FROM rpc_cache.log_range WHERE chain = $1 AND filter = $2 AND to_block = $3`,
        values: [this.options.chain, this.filter, to],
      })
      if (!rows[0]) return undefined
      const blocks = unpack((await inflate(rows[0].body)).toString())
      return blocks.filter(({ header }) => header.height >= from)
    })
  }

  /** Keeps a range's blocks, if there is room: at the limit what comes later is left out, since a reindex starts early. */
  async keep({ from, to }: BlockSpan, blocks: RangeBlock[]): Promise<void> {
    if (this.broken || this.bytes >= this.options.mostBytes) return
    await this.guarded('keep', async () => {
      const body = await deflate(pack(blocks), { level: 1 })
      this.bytes += body.length
      await this.options.pool.query({
        name: 'rpc-cache-keep',
        text: `INSERT INTO rpc_cache.log_range (chain, filter, from_block, to_block, last_hash, body)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
        values: [this.options.chain, this.filter, from, to, blocks.at(-1)!.header.hash, body],
      })
    })
  }

  /** Index of the first range that begins after the block. */
  private indexAfter(block: number): number {
    let low = 0
    let high = this.ranges.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.ranges[middle]!.from <= block) low = middle + 1
      else high = middle
    }
    return low
  }

  private async guarded<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    if (this.broken) return undefined
    try {
      return await work()
    } catch (error) {
      this.broken = true
      this.ranges = []
      this.options.log.warn(`answers are no longer kept: ${what}: ${firstLine(error)}`)
      return undefined
    }
  }
}

/** A new number leaves former rows unread. */
const FORMAT = 1

/** Unlogged: a crash of Postgres empties it, and it costs no write-ahead log. The body is compressed already. */
const SCHEMA = `
  SELECT pg_advisory_xact_lock(hashtext('rpc_cache')); -- other chains' processors start at the same time
  CREATE SCHEMA IF NOT EXISTS rpc_cache;
  CREATE UNLOGGED TABLE IF NOT EXISTS rpc_cache.log_range (
    chain text NOT NULL,
    filter text NOT NULL,
    from_block int8 NOT NULL,
    to_block int8 NOT NULL,
    last_hash text NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (chain, filter, to_block)
  );
  ALTER TABLE rpc_cache.log_range ALTER COLUMN body SET STORAGE EXTERNAL;
  CREATE INDEX IF NOT EXISTS log_range_to_block ON rpc_cache.log_range (chain, to_block)`

/** Addresses and topics recur: each is written once and then by its number, which halves the text before compression. */
function pack(blocks: RangeBlock[]): string {
  const words: string[] = []
  const numbers = new Map<string, number>()
  const numberOf = (word: string) => {
    let n = numbers.get(word)
    if (n === undefined) {
      n = words.push(word) - 1
      numbers.set(word, n)
    }
    return n
  }
  const rows = blocks.map(({ header, logs }) => [
    header.height,
    header.hash,
    header.parentHash,
    header.timestamp,
    logs.map(({ address, topics, data, transactionHash, logIndex }) => [
      numberOf(address),
      topics.map(numberOf),
      data,
      numberOf(transactionHash),
      logIndex,
    ]),
  ])
  return JSON.stringify([words, rows])
}

type PackedLog = [address: number, topics: number[], data: string, transaction: number, logIndex: number]
type PackedBlock = [height: number, hash: string, parentHash: string, timestamp: number, logs: PackedLog[]]

function unpack(text: string): RangeBlock[] {
  const [words, rows] = JSON.parse(text) as [string[], PackedBlock[]]
  return rows.map(([height, hash, parentHash, timestamp, logs]) => ({
    header: { height, hash, parentHash, timestamp },
    logs: logs.map(([address, topics, data, transaction, logIndex]) => ({
      address: words[address]!,
      topics: topics.map(topic => words[topic]!),
      data,
      transactionHash: words[transaction]!,
      logIndex,
    })),
  }))
}
