import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import type { LogFilter, RangeBlock } from './chainLogs'
import { filterDigest, type KeptFilters, missingFilters } from './keptFilters'
import { type BlockSpan, firstLine } from './rpcFault'

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

interface Options {
  pool: Pool
  log: Logger
  /** CAIP-2 */
  chain: string
  asked: KeptFilters
  /** size of what is kept for the chain */
  mostBytes: number
}

/** Ranges that are kept of what one set of filters asked for. */
interface KeptSet extends KeptFilters {
  digest: string
  /** ascending, disjoint */
  ranges: BlockSpan[]
}

/**
 * Checked answers about ranges of final blocks, kept in the database (schema `rpc_cache`), so that indexing the chain
 * again asks the endpoints for none of them. Kept by what was asked for; where other filters were asked for before, their
 * answers are given as far as they go, for only what they lack to be asked for. Lost without harm; never the reason for
 * a failure.
 */
export class RangeCache {
  private readonly own: KeptSet
  /** Of other filters that ask for something in common, after the own. */
  private sets: KeptSet[]
  private bytes = 0
  private broken = false

  constructor(private readonly options: Options) {
    const { asked } = options
    this.own = { ...asked, digest: filterDigest(asked, FORMAT), ranges: [] }
    this.sets = [this.own]
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
      await pool.query(
        `INSERT INTO rpc_cache.filter_set (chain, filter, filters) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [chain, this.own.digest, JSON.stringify(this.options.asked)],
      )
      const { rows: highest } = await pool.query<{ to_block: string; last_hash: string }>(
        `SELECT to_block, last_hash FROM rpc_cache.log_range WHERE chain = $1 ORDER BY to_block DESC LIMIT 1`,
        [chain],
      )
      if (highest[0] && (await hashAt(Number(highest[0].to_block))) !== highest[0].last_hash) {
        log.info(`the answers kept for ${chain} are of another chain or fork: they are dropped`)
        await this.drop()
      }
      await this.readSets()
      // What other filters asked for, and is of no use to these, makes room once room is short.
      await pool.query(
        `DELETE FROM rpc_cache.log_range WHERE chain = $1 AND filter <> ALL ($2)
          AND (SELECT sum(length(body)) FROM rpc_cache.log_range WHERE chain = $1) >= $3`,
        [chain, this.sets.map(({ digest }) => digest), this.options.mostBytes],
      )
      const { rows: sums } = await pool.query<{ bytes: string }>(
        `SELECT coalesce(sum(length(body)), 0) AS bytes FROM rpc_cache.log_range WHERE chain = $1`,
        [chain],
      )
      this.bytes = Number(sums[0]!.bytes)
    })
  }

  private async readSets(): Promise<void> {
    const { rows } = await this.options.pool.query<{
      filter: string
      filters: KeptFilters | LogFilter[]
      from_block: string
      to_block: string
    }>(
      `SELECT r.filter, s.filters, r.from_block, r.to_block
         FROM rpc_cache.log_range r JOIN rpc_cache.filter_set s USING (chain, filter)
        WHERE r.chain = $1 ORDER BY r.from_block`,
      [this.options.chain],
    )
    const sets = new Map<string, KeptSet>()
    for (const { filter, filters, from_block, to_block } of rows) {
      let set = sets.get(filter)
      if (!set) {
        set = { ...keptFilters(filters), digest: filter, ranges: [] }
        sets.set(filter, set)
      }
      const range = { from: Number(from_block), to: Number(to_block) }
      if (range.from > (set.ranges.at(-1)?.to ?? -1)) set.ranges.push(range)
    }
    this.own.ranges = sets.get(this.own.digest)?.ranges ?? []
    sets.delete(this.own.digest)
    const lacking = (set: KeptSet) => pairsIn(missingFilters(this.own.filters, set.filters, EVER))
    const all = pairsIn(this.own.filters)
    this.sets = [
      this.own,
      ...[...sets.values()]
        .map(set => ({ set, lacks: lacking(set) }))
        .filter(({ lacks }) => lacks < all)
        .sort((x, y) => x.lacks - y.lacks)
        .map(({ set }) => set),
    ]
  }

  /** Forgets all of the chain, since it does not fit together. */
  async drop(): Promise<void> {
    for (const set of this.sets) set.ranges = []
    this.bytes = 0
    await this.guarded('drop', () =>
      this.options.pool.query(`DELETE FROM rpc_cache.log_range WHERE chain = $1`, [this.options.chain]),
    )
  }

  /** The kept range that holds a block, from that block on. */
  rangeAt(block: number): BlockSpan | undefined {
    for (const { ranges } of this.sets) {
      const range = ranges[indexAfter(ranges, block) - 1]
      if (range && range.to >= block) return { from: block, to: range.to }
    }
    return undefined
  }

  /** First block of the next kept range. */
  nextAfter(block: number): number | undefined {
    const next = this.sets.flatMap(({ ranges }) => ranges[indexAfter(ranges, block)]?.from ?? [])
    return next.length === 0 ? undefined : Math.min(...next)
  }

  /** What is kept of a range; undefined where it cannot be read after all. */
  read(range: BlockSpan): Promise<Kept | undefined> {
    return this.guarded('read', () => this.readKept(range))
  }

  private async readKept({ from, to }: BlockSpan): Promise<Kept | undefined> {
    const { rows } = await this.options.pool.query<{ filter: string; body: Buffer; from_block: string }>({
      name: 'rpc-cache-read',
      text: `SELECT filter, from_block, body FROM rpc_cache.log_range
              WHERE chain = $1 AND filter = ANY ($2) AND to_block = $3 AND from_block <= $4`,
      values: [this.options.chain, this.sets.map(({ digest }) => digest), to, from],
    })
    for (const set of this.sets) {
      const row = rows.find(({ filter }) => filter === set.digest)
      if (!row) continue
      const blocks = unpack((await inflate(row.body)).toString())
      return {
        asked: set,
        isOwn: set === this.own,
        isWhole: Number(row.from_block) === from,
        bytes: row.body.length,
        blocks: blocks.filter(({ header }) => header.height >= from),
      }
    }
    return undefined
  }

  /**
   * Keeps a range's blocks, if there is room: at the limit what comes later is left out, since a reindex starts early.
   *
   * @param former what they were made from, whose place they take
   */
  async keep({ from, to }: BlockSpan, blocks: RangeBlock[], former?: Kept): Promise<void> {
    if (this.broken) return
    await this.guarded('keep', async () => {
      if (former?.isWhole) await this.forget(former, to)
      if (this.bytes >= this.options.mostBytes) return
      const body = await deflate(pack(blocks), { level: 1 })
      this.bytes += body.length
      await this.options.pool.query({
        name: 'rpc-cache-keep',
        text: `INSERT INTO rpc_cache.log_range (chain, filter, from_block, to_block, last_hash, body)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
        values: [this.options.chain, this.own.digest, from, to, blocks.at(-1)!.header.hash, body],
      })
    })
  }

  private async forget({ asked, bytes }: Kept, to: number): Promise<void> {
    await this.options.pool.query({
      name: 'rpc-cache-replaced',
      text: `DELETE FROM rpc_cache.log_range WHERE chain = $1 AND filter = $2 AND to_block = $3`,
      values: [this.options.chain, asked.digest, to],
    })
    this.bytes -= bytes
  }

  private async guarded<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    if (this.broken) return undefined
    try {
      return await work()
    } catch (error) {
      this.broken = true
      for (const set of this.sets) set.ranges = []
      this.options.log.warn(`answers are no longer kept: ${what}: ${firstLine(error)}`)
      return undefined
    }
  }
}

/** A range as it was found. */
export interface Kept {
  blocks: RangeBlock[]
  /** what was asked for it */
  asked: KeptFilters & { digest: string }
  /** that is what is asked for now: nothing is lacking */
  isOwn: boolean
  /** it begins where the range that was asked for does */
  isWhole: boolean
  bytes: number
}

/** Formerly a list: contracts that were found were asked for by topic. */
function keptFilters(kept: KeptFilters | LogFilter[]): KeptFilters {
  return Array.isArray(kept) ? { filters: kept, rules: [] } : kept
}

const EVER = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY }

/** Topics of addresses, or of any. */
function pairsIn(filters: LogFilter[]): number {
  return filters.reduce((sum, { addresses, topics }) => sum + topics.length * (addresses?.length ?? 1), 0)
}

/** Index of the first range that begins after the block. */
function indexAfter(ranges: BlockSpan[], block: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ranges[middle]!.from <= block) low = middle + 1
    else high = middle
  }
  return low
}

/** Forgets the answers about a chain's blocks above a height; for whoever knows that they are of a lost fork. */
export async function dropAnswers(db: Pick<Pool, 'query'>, chain: string, above = -1): Promise<void> {
  const { rows } = await db.query(
    `SELECT to_regclass('rpc_cache.log_range') IS NOT NULL AS ranges, to_regclass('rpc_cache.call_answer') IS NOT NULL AS calls`,
  )
  if (rows[0].ranges)
    await db.query(`DELETE FROM rpc_cache.log_range WHERE chain = $1 AND to_block > $2`, [chain, above])
  if (rows[0].calls)
    await db.query(`DELETE FROM rpc_cache.call_answer WHERE chain = $1 AND block > $2`, [chain, above])
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
  CREATE UNLOGGED TABLE IF NOT EXISTS rpc_cache.filter_set (
    chain text NOT NULL,
    filter text NOT NULL,
    filters jsonb NOT NULL,
    PRIMARY KEY (chain, filter)
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
    logs.map(({ address, topics, data, transactionHash, logIndex, transactionIndex }) => [
      numberOf(address),
      topics.map(numberOf),
      data,
      numberOf(transactionHash),
      logIndex,
      ...(transactionIndex === undefined ? [] : [transactionIndex]),
    ]),
  ])
  return JSON.stringify([words, rows])
}

type PackedLog = [
  address: number,
  topics: number[],
  data: string,
  transaction: number,
  logIndex: number,
  transactionIndex?: number,
]
type PackedBlock = [height: number, hash: string, parentHash: string, timestamp: number, logs: PackedLog[]]

function unpack(text: string): RangeBlock[] {
  const [words, rows] = JSON.parse(text) as [string[], PackedBlock[]]
  return rows.map(([height, hash, parentHash, timestamp, logs]) => ({
    header: { height, hash, parentHash, timestamp },
    logs: logs.map(([address, topics, data, transaction, logIndex, transactionIndex]) => ({
      address: words[address]!,
      topics: topics.map(topic => words[topic]!),
      data,
      transactionHash: words[transaction]!,
      logIndex,
      ...(transactionIndex !== undefined && { transactionIndex }),
    })),
  }))
}
