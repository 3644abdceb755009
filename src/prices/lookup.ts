import type { Snapshot } from '../postgres/snapshot'
import type { Policies } from './policy'

/** A place in time: `block` of `chain` where it is in one; feeds of other chains, and files, are asked by the time. */
export interface Moment {
  time: Date
  chain?: string
  block?: number
}

/** The price that a figure was worked out with. */
export interface PriceUsed {
  /** id of the Price; `file:<import>/<source>/<token>/<time>` of an imported one */
  id: string
  tokenId: string
  /** account id of a feed, or name of a file's source */
  source: string
  /** units of 10^-decimals USD */
  value: bigint
  decimals: number
  reportedAt: Date
  /** between the report and the moment */
  ageSeconds: number
}

/** What bounds the prices that count. */
export interface PriceBounds {
  /** newest import that counts */
  imports: number
  /** chain -> newest block that counts; of a chain that is not there nothing does. Absent: all that is indexed */
  heights?: ReadonlyMap<string, number>
}

export interface PriceAsk {
  tokenId: string
  at: Moment
}

interface Found {
  n: number
  id: string
  source: string
  value: string
  decimals: number
  reported_at: Date
}

/** Asks in one statement. */
const BATCH = 5_000

/**
 * The latest price not after each moment, from the first of the token's sources whose price is young enough.
 *
 * @returns in the order of the asks; undefined: there is none
 */
export async function findPrices(
  db: Pick<Snapshot, 'query'>,
  policies: Policies,
  bounds: PriceBounds,
  asks: readonly PriceAsk[],
): Promise<(PriceUsed | undefined)[]> {
  const prices: (PriceUsed | undefined)[] = []
  for (let start = 0; start < asks.length; start += BATCH) {
    const batch = asks.slice(start, start + BATCH)
    const found = new Map((await readPrices(db, policies, bounds, batch)).map(row => [row.n, row]))
    for (const [n, { tokenId, at }] of batch.entries()) {
      const row = found.get(n)
      prices.push(
        row && {
          id: row.id,
          tokenId,
          source: row.source,
          value: BigInt(row.value),
          decimals: row.decimals,
          reportedAt: row.reported_at,
          ageSeconds: Math.floor((at.time.getTime() - row.reported_at.getTime()) / 1000),
        },
      )
    }
  }
  return prices
}

/** Index price_of_feed, and the primary key of imported_price: one entry of it for each ask and source. */
async function readPrices(
  db: Pick<Snapshot, 'query'>,
  policies: Policies,
  { imports, heights }: PriceBounds,
  asks: readonly PriceAsk[],
): Promise<Found[]> {
  const rows = asks.flatMap(({ tokenId, at }, n) => {
    const policy = policies[tokenId]
    return (policy?.sources ?? []).map((source, rank) => {
      const feed = 'feed' in source ? source.feed : null
      const chain = feed?.slice(0, feed.lastIndexOf(':'))
      const newest = chain === undefined || !heights ? null : (heights.get(chain) ?? -1)
      const own = chain !== undefined && chain === at.chain ? (at.block ?? null) : null
      const until = newest === null || own === null ? (newest ?? own) : Math.min(newest, own)
      const file = 'file' in source ? source.file : null
      const oldest = new Date(at.time.getTime() - policy!.maxAgeSeconds * 1000)
      return { n, rank, feed, file, tokenId, until, time: at.time, oldest }
    })
  })
  if (rows.length === 0) return []
  const column = <K extends keyof (typeof rows)[number]>(key: K) => rows.map(row => row[key])
  return db.query<Found>({
    name: 'prices-find',
    text: `WITH asked AS (
        SELECT * FROM unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::text[], $6::int[], $7::timestamptz[], $8::timestamptz[])
            AS a (n, rank, feed, file, token, until, time, oldest))
      SELECT DISTINCT ON (n) n, id, source, value, decimals, reported_at
        FROM (SELECT a.n, a.rank, a.oldest, p.id, a.feed AS source, p.value::text, p.decimals, p.reported_at
                FROM asked a CROSS JOIN LATERAL (
                     SELECT * FROM price p
                      WHERE p.feed_id = a.feed AND p.time <= a.time AND (a.until IS NULL OR p.block <= a.until)
                      ORDER BY p.time DESC, p.block DESC, p.log_index DESC LIMIT 1) p
              UNION ALL
              SELECT a.n, a.rank, a.oldest,
                     'file:' || p.import || '/' || p.source || '/' || p.token_id || '/' || to_char(p.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                     a.file, p.value::text, p.decimals, p.time
                FROM asked a CROSS JOIN LATERAL (
                     SELECT * FROM imported_price p
                      WHERE p.token_id = a.token AND p.source = a.file AND p.time <= a.time AND p.import <= $9::int
                      ORDER BY p.time DESC, p.import DESC LIMIT 1) p) found
       WHERE reported_at >= oldest
       ORDER BY n, rank`,
    values: [
      column('n'),
      column('rank'),
      column('feed'),
      column('file'),
      column('tokenId'),
      column('until'),
      column('time').map(time => time.toISOString()),
      column('oldest').map(time => time.toISOString()),
      imports,
    ],
  })
}
