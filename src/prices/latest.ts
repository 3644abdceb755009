import type { Snapshot } from '../postgres/snapshot'

/** Asks of one source from which on what it has in their time is read at once. */
const MANY = 20

/** The latest price of one source that counts at a moment. */
export interface SourceAsk {
  tokenId: string
  at: { time: Date }
  /** account id; null: a file's */
  feed: string | null
  /** name of a file's source; null: a feed */
  file: string | null
  /** newest block of the feed's chain that counts; null: all */
  until: number | null
}

export interface SourcePrice {
  id: string
  value: string
  decimals: number
  reportedAt: Date
}

/** What is read of a source: its newest prices not after a time, down to what was the latest at another. */
interface Range {
  of: SourceAsk
  /** null: no further down than `most` */
  since: Date | null
  to: Date
  /** newest block that counted at `since`; null: all */
  sinceBlock: number | null
  /** the same at `to` */
  toBlock: number | null
  most: number
}

interface PriceRow {
  /** of the range */
  n: number
  id: string
  value: string
  decimals: number
  reported_at: Date
  /** microseconds: as finely as Postgres tells times apart */
  us: number
  /** or number of the import */
  block: number
}

/**
 * The latest price of a source not after each moment, in the order of the asks. Where many are of one source, what it
 * has in their time is read once, unless that is more than the asks are.
 */
export async function latestPrices(
  db: Pick<Snapshot, 'query'>,
  imports: number,
  asks: readonly SourceAsk[],
): Promise<(SourcePrice | undefined)[]> {
  const bySource = new Map<string, SourceAsk[]>()
  for (const ask of asks) {
    const known = bySource.get(keyOf(ask))
    if (known) known.push(ask)
    else bySource.set(keyOf(ask), [ask])
  }
  const wide = [...bySource.values()].filter(({ length }) => length >= MANY).map(rangeOf)
  const together = new Map<string, PriceRow[]>()
  for (const [n, rows] of (await readRanges(db, imports, wide)).entries()) {
    if (rows.length < wide[n]!.most) together.set(keyOf(wide[n]!.of), rows)
  }
  const single = asks.filter(ask => !together.has(keyOf(ask)))
  const alone = new Map<SourceAsk, PriceRow[]>()
  for (const [n, rows] of (await readRanges(db, imports, single.map(justOf))).entries()) {
    alone.set(single[n]!, rows)
  }
  return asks.map(ask => {
    const price = alone.get(ask)?.[0] ?? latestOf(together.get(keyOf(ask)) ?? [], ask)
    if (!price) return undefined
    const { id, value, decimals, reported_at: reportedAt } = price
    return { id, value, decimals, reportedAt }
  })
}

function keyOf({ feed, file, tokenId }: SourceAsk): string {
  return feed ?? `${file} ${tokenId}`
}

/** With twice as many prices as asks, each ask is answered sooner by itself. */
function rangeOf(asks: SourceAsk[]): Range {
  const times = asks.map(({ at }) => at.time.getTime())
  const blocks = asks.flatMap(({ until }) => until ?? [])
  return {
    of: asks[0]!,
    since: new Date(Math.min(...times)),
    to: new Date(Math.max(...times)),
    sinceBlock: blocks.length > 0 ? Math.min(...blocks) : null,
    toBlock: blocks.length === asks.length ? Math.max(...blocks) : null,
    most: 2 * asks.length,
  }
}

function justOf(of: SourceAsk): Range {
  return { of, since: null, to: of.at.time, sinceBlock: null, toBlock: of.until, most: 1 }
}

/** @param prices newest first */
function latestOf(prices: readonly PriceRow[], { at, until }: SourceAsk): PriceRow | undefined {
  const us = at.time.getTime() * 1000
  let [first, last] = [0, prices.length]
  while (first < last) {
    const middle = (first + last) >> 1
    if (prices[middle]!.us <= us) last = middle
    else first = middle + 1
  }
  // Several blocks of a chain can have one time.
  while (until !== null && first < prices.length && prices[first]!.block > until) first++
  return prices[first]
}

/** Of each range, newest first. Index price_of_feed, and the primary key of imported_price. */
async function readRanges(
  db: Pick<Snapshot, 'query'>,
  imports: number,
  ranges: readonly Range[],
): Promise<PriceRow[][]> {
  const found: PriceRow[][] = ranges.map(() => [])
  if (ranges.length === 0) return found
  const rows = await db.query<PriceRow>({
    name: 'prices-find',
    text: `WITH asked AS (
        SELECT * FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::int[], $8::int[], $9::int[])
            AS a (n, feed, file, token, since, until, since_block, until_block, most))
      SELECT n, id, value, decimals, reported_at, block, (extract(epoch FROM time) * 1000000)::float8 AS us
        FROM (SELECT a.n, p.id, p.value::text, p.decimals, p.reported_at, p.time, p.block, p.log_index
                FROM asked a CROSS JOIN LATERAL (
                     SELECT * FROM price p
                      WHERE p.feed_id = a.feed AND p.time <= a.until AND (a.until_block IS NULL OR p.block <= a.until_block)
                        AND p.time >= coalesce((
                            SELECT f.time FROM price f
                             WHERE f.feed_id = a.feed AND f.time <= a.since AND (a.since_block IS NULL OR f.block <= a.since_block)
                             ORDER BY f.time DESC LIMIT 1), '-infinity')
                      ORDER BY p.time DESC, p.block DESC, p.log_index DESC LIMIT a.most) p
              UNION ALL
              SELECT a.n,
                     'file:' || p.import || '/' || p.source || '/' || p.token_id || '/' || to_char(p.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                     p.value::text, p.decimals, p.time, p.time, p.import, 0
                FROM asked a CROSS JOIN LATERAL (
                     SELECT * FROM imported_price p
                      WHERE p.token_id = a.token AND p.source = a.file AND p.time <= a.until AND p.import <= $10::int
                        AND p.time >= coalesce((
                            SELECT f.time FROM imported_price f
                             WHERE f.token_id = a.token AND f.source = a.file AND f.time <= a.since AND f.import <= $10::int
                             ORDER BY f.time DESC LIMIT 1), '-infinity')
                      ORDER BY p.time DESC, p.import DESC LIMIT a.most) p) found
       ORDER BY n, time DESC, block DESC, log_index DESC`,
    values: [
      ranges.map((_, n) => n),
      ranges.map(({ of }) => of.feed),
      ranges.map(({ of }) => of.file),
      ranges.map(({ of }) => of.tokenId),
      ranges.map(({ since }) => since?.toISOString() ?? null),
      ranges.map(({ to }) => to.toISOString()),
      ranges.map(({ sinceBlock }) => sinceBlock),
      ranges.map(({ toBlock }) => toBlock),
      ranges.map(({ most }) => most),
      imports,
    ],
  })
  for (const row of rows) found[row.n]!.push(row)
  return found
}
