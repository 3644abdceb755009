import DataLoader from 'dataloader'
import { grouped } from '../entities/grouped'
import type { RequestScope } from '../scope'
import { loaderAt } from './loaderAt'

/** Weights of votes, added up in the database: an escrow may have more votes than a request may read. */

/** Seconds since 1970 of the newest indexed block of a row's chain. */
const NOW = `coalesce((SELECT floor(extract(epoch FROM h.indexed_time)) FROM indexer_progress h WHERE h.chain = g.chain),
    floor(extract(epoch FROM now())))`

/** Whole seconds since 1970. */
const seconds = (column: string) => `floor(extract(epoch FROM ${column}))`

/**
 * `votePower` of src/measures/voteBalance.ts in SQL: vote `v`, its escrow `p`, at `c.at`. Both are one by
 * test/api/votes.test.ts.
 */
const POWER = `CASE
    WHEN v.permanent THEN div(v.amount * v.weight_bps, 10000)
    WHEN c.at >= l.finish THEN 0
    WHEN p.vote_formula = 'SLOPE' THEN div(div(v.amount, p.max_lock_seconds) * v.weight_bps, 10000) * (l.finish - c.at)
    WHEN p.vote_formula = 'LINEAR' THEN div(div(v.amount * (l.finish - c.at), p.max_lock_seconds) * v.weight_bps, 10000)
    WHEN c.at < l.start THEN 0
    ELSE div((r.value - div((c.at - l.start) * div(r.value * 10000, l.finish - l.start), 10000)) * v.weight_bps, 10000)
  END`

/** Every vote that counts, with its power; a gauge without one is there too. Indexes: model_id of gauges, gauge_id of votes. */
const powers = (
  condition: string,
  at = NOW,
) => `SELECT g.id AS gauge, g.model_id, g.base_weight, p.asset_id, v.account_id, ${POWER} AS power
  FROM vote_gauge g JOIN stake_pool p ON p.id = g.pool_id
  CROSS JOIN LATERAL (SELECT ${at} AS at) c
  LEFT JOIN steering_vote v ON v.gauge_id = g.id AND v.weight_bps > 0 AND (v.permanent OR v.ends_at > to_timestamp(c.at))
  LEFT JOIN LATERAL (SELECT ${seconds('v.starts_at')} AS start, ${seconds('v.ends_at')} AS finish) l ON true
  LEFT JOIN LATERAL (SELECT div(v.amount * least(div(div(l.finish - l.start, 604800) * 10000, div(p.max_lock_seconds, 604800)), 10000), 10000) AS value) r ON true
  WHERE ${condition}`

/** By gauge: see `gaugeWeight` of src/measures/voteBalance.ts. */
const weights = (
  source: string,
) => `SELECT gauge, model_id, asset_id, greatest(base_weight + coalesce(sum(power), 0), 0) AS weight
  FROM ${source} GROUP BY gauge, model_id, asset_id, base_weight`

/** Weight of votes in one token. */
export interface VotedWeight {
  modelId: string
  tokenId: string
  weight: bigint
  /** accounts whose votes count */
  voters: number
}

/** What steers to a model, by the token that is locked; in one statement for all models of the request. */
export function weightsOf(scope: RequestScope, model: string): Promise<VotedWeight[]> {
  const loader = scope.once(weightsOf, () => {
    return new DataLoader<string, VotedWeight[]>(async models => {
      const rows = await scope.query<Omit<VotedWeight, 'weight'> & { weight: string }>({
        name: 'vote-weights',
        text: `WITH votes AS (${powers('g.model_id = ANY($1::text[])')}), gauges AS (${weights('votes')})
          SELECT g.model_id AS "modelId", g.asset_id AS "tokenId", sum(g.weight) AS weight,
            (SELECT count(DISTINCT v.account_id)::int FROM votes v
              WHERE v.model_id = g.model_id AND v.asset_id = g.asset_id AND v.power > 0) AS voters
          FROM gauges g GROUP BY 1, 2 ORDER BY g.asset_id COLLATE "C"`,
        values: [models],
      })
      return grouped(
        models,
        rows.map(row => ({ ...row, weight: BigInt(row.weight) })),
        row => row.modelId,
      )
    })
  })
  return loader.load(model)
}

/** Weight of all gauges, also of those whose model nobody knows, by token. */
export function allWeights(scope: RequestScope): Promise<Map<string, bigint>> {
  return scope.once(allWeights, async () => {
    const rows = await scope.query<{ tokenId: string; weight: string }>({
      name: 'vote-weights-all',
      text: `SELECT asset_id AS "tokenId", sum(weight) AS weight
        FROM (${weights(`(${powers('true')}) votes`)}) gauges GROUP BY 1`,
    })
    return new Map(rows.map(row => [row.tokenId, BigInt(row.weight)]))
  })
}

/** Weight of one gauge. */
export function weightOfGauge(scope: RequestScope, gauge: string): Promise<string> {
  const loader = scope.once(weightOfGauge, () => {
    return new DataLoader<string, string>(async gauges => {
      const rows = await scope.query<{ gauge: string; weight: string }>({
        name: 'gauge-weights',
        text: `SELECT gauge, weight FROM (${weights(`(${powers('g.id = ANY($1::text[])')}) votes`)}) gauges`,
        values: [gauges],
      })
      const found = new Map(rows.map(row => [row.gauge, row.weight]))
      return gauges.map(one => found.get(one) ?? '0')
    })
  })
  return loader.load(gauge)
}

/**
 * `relativeWeight` of src/measures/voteBalance.ts in SQL, at a week's begin: of all gauges of the controller. Votes and weights
 * count from the week after they were told, so there is no answer while one of them does not.
 */
const RELATIVE = `WITH asked AS (SELECT DISTINCT pool_id, contract FROM vote_gauge WHERE id = ANY($1::text[])),
    votes AS (${powers('(g.pool_id, g.contract) IN (SELECT pool_id, contract FROM asked)', '$2::bigint')}),
    weighed AS (${weights('votes')}),
    typed AS (SELECT w.gauge, g.contract, g.pool_id, w.weight * CASE WHEN g.gauge_type IS NULL THEN 1
        WHEN t.id IS NULL THEN 0
        WHEN ${seconds('t.weight_from')} <= $2::bigint THEN t.weight ELSE t.former_weight END AS weight,
        greatest(g.time, (SELECT max(v.time) FROM steering_vote v WHERE v.gauge_id = g.id)) AS newest
      FROM weighed w JOIN vote_gauge g ON g.id = w.gauge
      LEFT JOIN vote_gauge_type t ON t.chain = g.chain AND t.contract = g.contract AND t.number = g.gauge_type)
  SELECT gauge AS id, weight, sum(weight) OVER controller AS "all", ${seconds('max(newest) OVER controller')} AS newest
    FROM typed WINDOW controller AS (PARTITION BY contract, pool_id)`

const WEEK_SECONDS = 604_800

/** 10^18 = all that the controller steers; null: a vote or a weight that was told since does not count then. */
export async function relativeWeightOf(
  scope: RequestScope,
  gauge: string,
  atSeconds: number,
): Promise<bigint | null> {
  const week = Math.floor(atSeconds / WEEK_SECONDS) * WEEK_SECONDS
  const row = await loaderAt(scope, relativeWeightOf, 'gauge-relative-weights', RELATIVE).load({
    id: gauge,
    block: week,
  })
  if (!row || week <= Number(row.newest)) return null
  const [weight, all] = [BigInt(row.weight as string), BigInt(row.all as string)]
  return all === 0n ? 0n : (10n ** 18n * weight) / all
}

/** One account's votes for a model, in one token. */
export interface Voter {
  modelId: string
  tokenId: string
  account: string
  votes: bigint
}

/** Whose votes steer to a model. */
export function votersOf(scope: RequestScope, model: string): Promise<Voter[]> {
  const loader = scope.once(votersOf, () => {
    return new DataLoader<string, Voter[]>(async models => {
      const rows = await scope.query<Omit<Voter, 'votes'> & { votes: string }>({
        name: 'voters',
        text: `SELECT model_id AS "modelId", asset_id AS "tokenId", account_id AS account, sum(power) AS votes
          FROM (${powers('g.model_id = ANY($1::text[])')}) votes WHERE power > 0
          GROUP BY 1, 2, 3 ORDER BY asset_id COLLATE "C"`,
        values: [models],
      })
      return grouped(
        models,
        rows.map(row => ({ ...row, votes: BigInt(row.votes) })),
        row => row.modelId,
      )
    })
  })
  return loader.load(model)
}
