import { lowerHex } from '../../postgres/lowerHex'
import { statement } from '../entities/preparedTexts'
import { SqlParams } from '../entities/sqlParams'
import type { RequestScope } from '../scope'

/** Of which pools; nothing: of all. */
export interface StakeFilter {
  chain?: string | null
  protocol?: string | null
  model?: string | null
}

/** Times in ms; `from` is the begin of an interval, `to` is exclusive. */
export interface Span {
  from: number
  to: number
  interval: number
}

/** What changed in one interval, wei, signed. */
export interface StakeChange {
  tokenId: string
  /** number of the interval, -1: all before the first */
  bucket: number
  active: string
  exiting: string
}

export const DAY_MS = 86_400_000

/**
 * Sums of the changes, by token and interval, added up in the database: from the rows of whole days, and from the events
 * of what is no whole day. Of a model: index of stake_day on model_id; else the rows of all pools, by the same index.
 */
export async function readStakeChanges(
  scope: RequestScope,
  filter: StakeFilter,
  span: Span,
): Promise<StakeChange[]> {
  const { from, to, interval } = span
  const params = new SqlParams()
  const instant = (time: number) => params.raw(new Date(time).toISOString(), 'timestamptz')
  const begin = instant(from)
  const whole = instant(await wholeDays(scope, span))
  const all = scopeConditions(filter, params)
  const days = filter.model == null ? [...all, 'model_id IS NULL'] : all
  const text = `SELECT asset_id AS "tokenId",
      CASE WHEN time < ${begin} THEN -1
        ELSE floor(extract(epoch FROM time - ${begin}) / ${params.raw(interval / 1000, 'int')})::int END AS bucket,
      sum(active_delta)::text AS active, sum(exiting_delta)::text AS exiting
    FROM (SELECT asset_id, day AS time, active_delta, exiting_delta FROM stake_day
           WHERE ${[`day < ${whole}`, ...days].join(' AND ')}
          UNION ALL
          SELECT asset_id, time, active_delta, exiting_delta FROM stake_event
           WHERE ${[`time >= ${whole}`, `time < ${instant(to)}`, ...all].join(' AND ')}) changes
   GROUP BY 1, 2`
  return scope.query<StakeChange>(statement('tvl', text, params.values))
}

/** Of tables with the columns chain, protocol and model_id. */
export function scopeConditions({ chain, protocol, model }: StakeFilter, params: SqlParams): string[] {
  const conditions: string[] = []
  if (chain != null) conditions.push(`chain = ${params.add(chain, 'String')}`)
  if (protocol != null) conditions.push(`protocol = ${params.add(protocol, 'String')}`)
  if (model != null) conditions.push(`model_id = ${params.add(lowerHex(model), 'String')}`)
  return conditions
}

/** Up to which midnight the changes are taken by day: all that is later is looked up event by event. */
async function wholeDays(scope: RequestScope, { from, to, interval }: Span): Promise<number> {
  if (interval % DAY_MS !== 0) return midnight(from)
  const begin = midnight(to)
  if (begin === to) return to
  const newest = await newestChange(scope)
  return newest === undefined || newest < to ? Math.min(begin + DAY_MS, LAST_MIDNIGHT) : begin
}

/** 9999-12-31: Postgres is asked for no later year. */
const LAST_MIDNIGHT = Date.UTC(9999, 11, 31)

/** Time of the newest change of any pool, ms: index of stake_event on time. */
async function newestChange(scope: RequestScope): Promise<number | undefined> {
  const [row] = await scope.query<{ time: Date | null }>({
    name: 'tvl-newest-change',
    text: `SELECT max(time) AS time FROM stake_event`,
  })
  return row?.time?.getTime()
}

function midnight(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS
}
