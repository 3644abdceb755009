import { isInstant } from '../../postgres/instant'
import type { EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { userError } from '../userError'
import { DAY_MS, readStakeChanges, type StakeChange, type StakeFilter } from './stakeChanges'
import { tokenOf } from './tokenAmount'
import type { SeriesSource } from './tvlUsd'
import { newestTime } from './usd'

export const tvlDefs = /* GraphQL */ `
  extend type Query {
    """
    Stake over time, by token: the sum of all changes before each point's end. Without to: until the newest indexed
    block; without from: 30 intervals before that. At most 1000 points. Weeks begin on Monday, days at midnight UTC.
    """
    tvl(chain: ID, protocol: String, model: ID, from: DateTime, to: DateTime, interval: Interval = DAY): TvlSeries!
  }

  enum Interval {
    HOUR
    DAY
    WEEK
  }

  type TvlSeries {
    "begin of the first interval"
    from: DateTime!
    "exclusive"
    to: DateTime!
    interval: Interval!
    "by token id"
    tokens: [TokenTvl!]!
  }

  type TokenTvl {
    tokenId: ID!
    token: Token
    "one for each interval, without gaps"
    points: [TvlPoint!]!
  }

  type TvlPoint {
    "begin of the interval; the amounts are those at its end"
    time: DateTime!
    "active and exiting, wei"
    tvl: BigInt!
    "wei"
    active: BigInt!
    "wei"
    exiting: BigInt!
  }
`

type Interval = 'HOUR' | 'DAY' | 'WEEK'
interface TvlArgs extends StakeFilter {
  from?: Date | null
  to?: Date | null
  interval?: Interval | null
}

const HOUR_MS = 3_600_000
const INTERVAL_MS: Record<Interval, number> = { HOUR: HOUR_MS, DAY: DAY_MS, WEEK: 7 * DAY_MS }
/** 1970-01-05, a Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS
const MOST_POINTS = 1000
const POINTS_UNASKED = 30

export function tvlResolvers(model: EntityModel): ResolverMap {
  return {
    Query: { tvl: (_, args: TvlArgs, { scope }) => tvlSeries(scope, args) },
    TokenTvl: { token: tokenOf(model) },
  }
}

async function tvlSeries(scope: RequestScope, args: TvlArgs) {
  const interval = args.interval ?? 'DAY'
  const length = INTERVAL_MS[interval]
  const to = args.to?.getTime() ?? (await newestTime(scope)) + 1
  const from = floor(args.from?.getTime() ?? to - POINTS_UNASKED * length, length)
  if (!isInstant(new Date(from)))
    throw userError(
      'BAD_USER_INPUT',
      'from is before the year 1',
      'give a later from, or none and a later to',
    )
  if (from >= to)
    throw userError(
      'BAD_USER_INPUT',
      `from ${iso(from)} is not before to ${iso(to)}`,
      'to is exclusive: give a later one',
    )
  const count = Math.ceil((to - from) / length)
  if (count > MOST_POINTS)
    throw userError(
      'TOO_COSTLY',
      `${count} points, at most ${MOST_POINTS}`,
      'give a shorter time or a longer interval',
    )
  const changes = await readStakeChanges(scope, args, { from, to, interval: length })
  const byToken = new Map<string, StakeChange[]>()
  for (const change of changes) byToken.set(change.tokenId, [...(byToken.get(change.tokenId) ?? []), change])
  scope.countRows(byToken.size * count) // points without changes are not read, but made
  const span = { from, to, interval: length }
  const series: SeriesSource = { filter: args, span, tokens: [] }
  const tokens = [...byToken]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tokenId, changes]) => ({ tokenId, series, points: cumulate(changes, from, length, count) }))
  series.tokens = tokens
  return { ...series, from: new Date(from), to: new Date(to), interval }
}

/** Running sums: a point for each interval. */
function cumulate(changes: StakeChange[], from: number, length: number, count: number) {
  const deltas = new Map(changes.map(change => [change.bucket, change]))
  let active = BigInt(deltas.get(-1)?.active ?? 0)
  let exiting = BigInt(deltas.get(-1)?.exiting ?? 0)
  return Array.from({ length: count }, (_, i) => {
    const before = active + exiting
    active += BigInt(deltas.get(i)?.active ?? 0)
    exiting += BigInt(deltas.get(i)?.exiting ?? 0)
    const tvl = active + exiting
    return { time: new Date(from + i * length), tvl, active, exiting, change: tvl - before }
  })
}

function floor(time: number, length: number): number {
  const origin = length === INTERVAL_MS.WEEK ? FIRST_MONDAY_MS : 0
  return Math.floor((time - origin) / length) * length + origin
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
