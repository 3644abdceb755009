import type { ApiContext } from '../context'
import type { ResolverMap } from '../entities/entityResolvers'
import { statement } from '../entities/preparedTexts'
import { SqlParams } from '../entities/sqlParams'
import type { RequestScope } from '../scope'
import type { Span, StakeFilter } from './stakeChanges'
import { scopeConditions } from './stakeChanges'
import { newestTime, usdValue } from './usd'

export const tvlUsdDefs = /* GraphQL */ `
  extend type TvlSeries {
    "in USD, one for each interval"
    usd: [TvlUsdPoint!]!
    "slashes and disputes within the series, the first 200 by time"
    marks: [TvlMark!]!
    "how the figures are made"
    methodology: String!
  }

  extend type TokenTvl {
    "a model's own token, or a curve's: its price follows from what is thought of the model"
    isOwn: Boolean!
    "indexed pool whose share the token is: what is staked in it is in that pool already; null: none"
    derivativeOf: ID
  }

  type TvlUsdPoint {
    "begin of the interval; values are those at its end, or at the newest indexed block where that comes before"
    time: DateTime!
    "of all tokens: what is staked as a share of another indexed pool is counted there and here"
    twice: UsdValue!
    "without shares of other indexed pools"
    once: UsdValue!
    "of it, in models' own tokens"
    own: UsdValue!
    "change of the amounts within the interval, at the prices of its end: what is not of it, prices did"
    inflow: UsdValue!
  }

  type TvlMark {
    time: DateTime!
    kind: TvlMarkKind!
    "of the Slash or the Dispute"
    id: ID!
    modelId: ID
    "SLASH: what it took"
    tokenId: ID
    "wei"
    amount: BigInt
  }

  enum TvlMarkKind {
    SLASH
    DISPUTE
  }
`

const METHODOLOGY = [
  "Stake in all indexed pools, active and in exit queues, as the pools' own events add up: nothing is estimated.",
  'Tokens are never added up but in USD, each at the latest price not after the end of the interval by the policy in config;',
  'a token without one is named, not counted as 0. A share of another indexed pool is worth what that pool holds for it;',
  '`twice` counts it there and here, `once` only there. Own tokens of models are in both, and by themselves in `own`.',
  '`inflow` values the change of amounts at the prices of the end. Slashes and disputes are marks; what slashes took is gone from the amounts.',
].join(' ')

/** As tvl.ts hands it on. */
export interface SeriesSource {
  filter: StakeFilter
  span: Span
  tokens: { tokenId: string; points: { time: Date; tvl: bigint; change: bigint }[] }[]
}

interface Traits {
  isOwn: boolean
  pool: string | null
}

interface PointSource {
  series: SeriesSource
  index: number
  end: Date
}

const MOST_MARKS = 200

export function tvlUsdResolvers(): ResolverMap {
  const sum =
    (field: 'tvl' | 'change', counts: (traits: Traits) => boolean) =>
    async (source: unknown, _: unknown, context: ApiContext) => {
      const { series, index, end } = source as PointSource
      const traits = await traitsOf(context.scope, series)
      const counted = series.tokens.filter(({ tokenId }) => counts(traits.get(tokenId)!))
      return usdValue(
        context,
        counted.map(({ tokenId, points }) => ({ tokenId, amount: points[index]![field], at: { time: end } })),
      )
    }
  return {
    TvlSeries: {
      usd: async (source, _, { scope }) => {
        const series = source as unknown as SeriesSource
        const newest = await newestTime(scope)
        const { from, to, interval } = series.span
        return Array.from({ length: Math.ceil((to - from) / interval) }, (_, index) => {
          const end = new Date(Math.min(from + (index + 1) * interval, to, newest + 1) - 1)
          return { time: new Date(from + index * interval), series, index, end }
        })
      },
      marks: (source, _, { scope }) => {
        const { filter, span } = source as unknown as SeriesSource
        return readMarks(scope, filter, span)
      },
      methodology: () => METHODOLOGY,
    },
    TokenTvl: {
      isOwn: async (source, _, { scope }) =>
        (await traitsOf(scope, seriesOf(source))).get(tokenIdOf(source))!.isOwn,
      derivativeOf: async (source, _, { scope }) =>
        (await traitsOf(scope, seriesOf(source))).get(tokenIdOf(source))!.pool,
    },
    TvlUsdPoint: {
      twice: sum('tvl', () => true),
      once: sum('tvl', ({ pool }) => pool === null),
      own: sum('tvl', ({ isOwn }) => isOwn),
      inflow: sum('change', ({ pool }) => pool === null),
    },
  }
}

const tokenIdOf = (source: unknown) => (source as { tokenId: string }).tokenId
const seriesOf = (source: unknown) => (source as { series: SeriesSource }).series

/** Of all tokens of a series: indexes on bonding_curve.token_id, model_contract.account_id, and stake_pool's key. */
function traitsOf(scope: RequestScope, series: SeriesSource): Promise<Map<string, Traits>> {
  return scope.once(series, async () => {
    const rows = await scope.query<{ tokenId: string } & Traits>({
      name: 'tvl-traits',
      text: `SELECT t.id AS "tokenId", p.id AS pool,
                    EXISTS (SELECT FROM bonding_curve c WHERE c.token_id = t.id)
                 OR EXISTS (SELECT FROM model_contract m WHERE m.account_id = replace(t.id, '/erc20:', ':') AND m.role = 'token') AS "isOwn"
               FROM unnest($1::text[]) AS t (id) LEFT JOIN stake_pool p ON p.id = replace(t.id, '/erc20:', '/pool:')`,
      values: [series.tokens.map(({ tokenId }) => tokenId)],
    })
    return new Map(rows.map(({ tokenId, ...traits }) => [tokenId, traits]))
  })
}

/** Indexes on time. */
function readMarks(scope: RequestScope, filter: StakeFilter, { from, to }: Span) {
  const params = new SqlParams()
  const instant = (time: number) => params.raw(new Date(time).toISOString(), 'timestamptz')
  const conditions = [`time >= ${instant(from)}`, `time < ${instant(to)}`, ...scopeConditions(filter, params)]
  const where = conditions.join(' AND ')
  const text = `(SELECT time, 'SLASH' AS kind, id, model_id AS "modelId", asset_id AS "tokenId",
                        (active_assets + exiting_assets)::text AS amount
                   FROM slash WHERE ${where} ORDER BY time, id LIMIT ${MOST_MARKS})
                UNION ALL
                (SELECT time, 'DISPUTE', id, model_id, NULL, NULL
                   FROM dispute WHERE ${where} ORDER BY time, id LIMIT ${MOST_MARKS})
                ORDER BY 1, 3 LIMIT ${MOST_MARKS}`
  return scope.query(statement('tvl-marks', `SELECT * FROM (${text}) marks`, params.values))
}
