import DataLoader from 'dataloader'
import type { Row } from '../entities/columns'
import type { ResolverMap } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { userError } from '../userError'

export const restakingDefs = /* GraphQL */ `
  extend type RestakedPosition {
    "the position at the end of a block; without one: now"
    at(block: Int): RestakedShares!
  }

  "A staker's shares of a strategy at the end of a block, as the contracts' views say them."
  type RestakedShares {
    "account id; null: not delegated"
    operatorId: ID
    depositShares: BigInt!
    "1e18 = 1"
    scalingFactor: BigInt!
    "what slashes have left of the operator, and of the pod for beacon chain ETH, 1e18 = 1"
    slashingFactor: BigInt!
    "floor(floor(depositShares × scalingFactor / 1e18) × slashingFactor / 1e18)"
    withdrawableShares: BigInt!
  }

  extend type OperatorStake {
    """
    What is not free to allocate, now: Σ over its allocations of the larger of current and target, of the target once
    that has its effect
    """
    encumberedMagnitude: BigInt!
    "shares and magnitudes at the end of a block; null: it had none"
    at(block: Int!): OperatorStakeChange
  }

  extend type OperatorAllocation {
    "in effect now, 1e18 = all that the operator ever had"
    magnitude: BigInt!
    "floor(shares × floor(magnitude × 1e18 / maxMagnitude) / 1e18): shares that the operator set can slash"
    slashableShares: BigInt!
  }

  extend type ExitRequest {
    """
    RESTAKING: shares that it pays, floor(exitShares × slashing factor / 1e18), by the slashes so far that reach it; what
    it paid, once it has
    """
    payableShares: BigInt!
  }
`

export function restakingResolvers(): ResolverMap {
  return {
    RestakedPosition: {
      at: (source, { block }: { block?: number | null }, { scope }) =>
        sharesAt(scope, source.id as string, blockOf(block ?? LAST_BLOCK)),
    },
    OperatorStake: {
      encumberedMagnitude: (source, _, { scope }) => encumbered(scope, source.id as string),
      at: async (source, { block }: { block: number }, { scope }) =>
        (await stakeAt(scope, source.id as string, blockOf(block))) ?? null,
    },
    OperatorAllocation: {
      magnitude: async (source, _, { scope }) => (await allocationNow(scope, source.id as string)).magnitude,
      slashableShares: async (source, _, { scope }) =>
        (await allocationNow(scope, source.id as string)).slashable,
    },
    ExitRequest: {
      payableShares: (source, _, { scope }) =>
        source.withdrawalId ? payableShares(scope, source) : source.exitShares,
    },
  }
}

const LAST_BLOCK = 2 ** 31 - 1

function blockOf(block: number): number {
  if (block < 0) throw userError('BAD_USER_INPUT', `block: ${block}`, 'give a number from 0')
  return block
}

/** Newest changes not after the block: indexes on position_id, restaker_id, operator_stake_id. */
const SHARES = `SELECT p.id, d.operator_id AS "operatorId", c.deposit_shares AS "depositShares",
    c.scaling_factor AS "scalingFactor", f.factor AS "slashingFactor",
    div(div(greatest(c.deposit_shares, 0) * c.scaling_factor, 1e18) * f.factor, 1e18) AS "withdrawableShares"
  FROM restaked_position p
  CROSS JOIN LATERAL (SELECT coalesce(n.deposit_shares, 0) AS deposit_shares, coalesce(n.scaling_factor, 1e18) AS scaling_factor,
      coalesce(n.beacon_factor, 1e18) AS beacon_factor FROM (SELECT) one LEFT JOIN LATERAL (
      SELECT * FROM restaked_position_change WHERE position_id = p.id AND block <= $2 ORDER BY block DESC, log_index DESC, id COLLATE "C" DESC LIMIT 1) n ON true) c
  LEFT JOIN LATERAL (SELECT operator_id FROM restaker_delegation WHERE restaker_id = p.restaker_id AND block <= $2
    ORDER BY block DESC, log_index DESC, id COLLATE "C" DESC LIMIT 1) d ON true
  LEFT JOIN LATERAL (SELECT max_magnitude FROM operator_stake_change
    WHERE operator_stake_id = p.pool_id || '|operator:' || split_part(d.operator_id, ':', 3) AND block <= $2
    ORDER BY block DESC, log_index DESC, id COLLATE "C" DESC LIMIT 1) o ON true
  CROSS JOIN LATERAL (SELECT div(coalesce(o.max_magnitude, 1e18) * c.beacon_factor, 1e18) AS factor) f
  WHERE p.id = ANY ($1::text[])`

function sharesAt(scope: RequestScope, id: string, block: number): Promise<Row> {
  return loaderOf(scope, sharesAt, 'restaked-shares', SHARES).load({ id, block }) as Promise<Row>
}

const STAKE = `SELECT DISTINCT ON (operator_stake_id) operator_stake_id AS key, id, chain, protocol, contract,
    operator_stake_id AS "operatorStakeId", shares, max_magnitude AS "maxMagnitude",
    emitted_encumbered AS "emittedEncumbered", block, time, transaction, log_index AS "logIndex"
  FROM operator_stake_change WHERE operator_stake_id = ANY ($1::text[]) AND block <= $2
  ORDER BY operator_stake_id, block DESC, log_index DESC, id COLLATE "C" DESC`

function stakeAt(scope: RequestScope, id: string, block: number): Promise<Row | undefined> {
  return loaderOf(scope, stakeAt, 'operator-stake', STAKE).load({ id, block })
}

type At = { id: string; block: number }

/** One statement for each block that is asked for. */
function loaderOf(scope: RequestScope, key: object, name: string, text: string) {
  return scope.once(key as never, () => {
    return new DataLoader<At, Row | undefined, string>(
      async asked => {
        const found = new Map<string, Row>()
        for (const block of new Set(asked.map(one => one.block))) {
          const values = [asked.filter(one => one.block === block).map(({ id }) => id), block]
          for (const row of await scope.query<Row>({ name, text, values }))
            found.set(`${row.key ?? row.id} ${block}`, row)
        }
        return asked.map(({ id, block }) => found.get(`${id} ${block}`))
      },
      { cacheKeyFn: ({ id, block }) => `${id} ${block}` },
    )
  })
}

/** Of a chain whose processor has not written its height yet: as if no effect waited. */
const HEIGHT = `coalesce((SELECT max(p.indexed) FROM indexer_progress p WHERE p.chain = a.chain), ${LAST_BLOCK})`

function encumbered(scope: RequestScope, id: string): Promise<string> {
  const loader = scope.once(encumbered, () => {
    return new DataLoader<string, string>(async ids => {
      const rows = await scope.query<{ id: string; sum: string }>({
        name: 'encumbered',
        text: `SELECT a.operator_stake_id AS id, sum(CASE WHEN ${HEIGHT} < a.effect_block
                 THEN greatest(a.current_magnitude, a.target_magnitude) ELSE a.target_magnitude END) AS sum
               FROM operator_allocation a WHERE a.operator_stake_id = ANY ($1::text[]) GROUP BY 1`,
        values: [ids],
      })
      const sums = new Map(rows.map(row => [row.id, row.sum]))
      return ids.map(one => sums.get(one) ?? '0')
    })
  })
  return loader.load(id)
}

interface AllocationNow {
  id: string
  magnitude: string
  slashable: string
}

function allocationNow(scope: RequestScope, id: string): Promise<AllocationNow> {
  const loader = scope.once(allocationNow, () => {
    return new DataLoader<string, AllocationNow>(async ids => {
      const rows = await scope.query<AllocationNow>({
        name: 'allocations-now',
        text: `SELECT a.id, m.magnitude,
                 CASE WHEN coalesce(s.max_magnitude, 0) = 0 THEN 0
                   ELSE div(s.shares * div(m.magnitude * 1e18, s.max_magnitude), 1e18) END AS slashable
               FROM operator_allocation a LEFT JOIN operator_stake s ON s.id = a.operator_stake_id
               CROSS JOIN LATERAL (SELECT CASE WHEN ${HEIGHT} < a.effect_block
                 THEN a.current_magnitude ELSE a.target_magnitude END AS magnitude) m
               WHERE a.id = ANY ($1::text[])`,
        values: [ids],
      })
      const found = new Map(rows.map(row => [row.id, row]))
      return ids.map(one => found.get(one) ?? { id: one, magnitude: '0', slashable: '0' })
    })
  })
  return loader.load(id)
}

/** By the newest magnitude not after the last slashable block: index on operator_stake_id. */
export function payableShares(scope: RequestScope, source: Row): Promise<string> | string {
  if (source.paidShares != null) return source.paidShares as string
  const loader = scope.once(payableShares, () => {
    return new DataLoader<string, string>(async ids => {
      const rows = await scope.query<{ id: string; shares: string }>({
        name: 'payable-shares',
        text: `SELECT r.id, div(r.exit_shares * div(coalesce(m.magnitude, 1e18) * coalesce(p.beacon_factor, 1e18), 1e18), 1e18) AS shares
               FROM exit_request r JOIN restaking_withdrawal w ON w.id = r.withdrawal_id
               LEFT JOIN restaked_position p ON p.id = r.pool_id || '|' || r.account_id
               LEFT JOIN LATERAL (SELECT magnitude FROM magnitude_checkpoint
                 WHERE operator_stake_id = r.pool_id || '|operator:' || split_part(w.operator_id, ':', 3)
                   AND block <= w.slashable_until ORDER BY block DESC LIMIT 1) m ON true
               WHERE r.id = ANY ($1::text[])`,
        values: [ids],
      })
      const found = new Map(rows.map(row => [row.id, row.shares]))
      return ids.map(id => found.get(id) ?? '0')
    })
  })
  return loader.load(source.id as string)
}
