import DataLoader from 'dataloader'
import type { Row } from '../entities/columns'
import type { ResolverMap } from '../entities/entityResolvers'
import type { RequestScope } from '../scope'
import { userError } from '../userError'
import { heightOf, heightsOf, loaderAt } from './loaderAt'
import { LAST_BLOCK, payableShares, slashableQueuedShares } from './restakingQueue'

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
    What is not free to allocate at the end of a block: Σ over its allocations of the larger of current and target, of the
    target once that has its effect. Without a block: now
    """
    encumberedMagnitude(block: Int): BigInt!
    """
    Shares of queued withdrawals that a slash would reach at the end of a block, floor(Σ exitShares × maxMagnitude / 1e18)
    of those whose last slashable block is not before it. Without a block: now
    """
    slashableQueuedShares(block: Int): BigInt!
    "shares and magnitudes at the end of a block; null: it had none"
    at(block: Int!): OperatorStakeChange
  }

  extend type OperatorAllocation {
    "in effect now, 1e18 = all that the operator ever had"
    magnitude: BigInt!
    "floor(shares × floor(magnitude × 1e18 / maxMagnitude) / 1e18): shares that the operator set can slash"
    slashableShares: BigInt!
    "at the end of a block, as the view getAllocation says it; null: there was none yet"
    at(block: Int!): AllocationAt
  }

  type AllocationAt {
    currentMagnitude: BigInt!
    "added to it at effectBlock, signed"
    pendingDiff: BigInt!
    "0: nothing waits"
    effectBlock: BigInt!
  }

  extend type AllocationDelay {
    "blocks, in effect at the end of a block; null: none was set yet. Without a block: now"
    delay(block: Int): BigInt
  }

  extend type ExitRequest {
    """
    RESTAKING: shares that it pays, floor(exitShares × slashing factor / 1e18), by the slashes that reach it until the end
    of a block; what it paid, once it has. Without a block: now
    """
    payableShares(block: Int): BigInt!
  }
`

export function restakingResolvers(): ResolverMap {
  return {
    RestakedPosition: {
      at: (source, { block }: { block?: number | null }, { scope }) =>
        sharesAt(scope, source.id as string, blockOrNow(block)),
    },
    OperatorStake: {
      encumberedMagnitude: (source, { block }: { block?: number | null }, { scope }) =>
        encumbered(scope, source.id as string, blockOrNow(block)),
      slashableQueuedShares: (source, { block }: { block?: number | null }, { scope }) =>
        slashableQueuedShares(scope, source, blockOrNow(block)),
      at: async (source, { block }: { block: number }, { scope }) =>
        (await stakeAt(scope, source.id as string, blockOf(block))) ?? null,
    },
    OperatorAllocation: {
      magnitude: async (source, _, { scope }) => (await allocationNow(scope, source.id as string)).magnitude,
      slashableShares: async (source, _, { scope }) =>
        (await allocationNow(scope, source.id as string)).slashable,
      at: async (source, { block }: { block: number }, { scope }) =>
        (await allocationAt(scope, source.id as string, blockOf(block))) ?? null,
    },
    AllocationDelay: {
      delay: async (source, { block }: { block?: number | null }, { scope }) =>
        (await delayAt(scope, source.id as string, blockOrNow(block)))?.delay ?? null,
    },
    ExitRequest: {
      payableShares: (source, { block }: { block?: number | null }, { scope }) =>
        source.withdrawalId ? payableShares(scope, source, blockOrNow(block)) : source.exitShares,
    },
  }
}

const TOLD = { isToldHeights: true }

function blockOrNow(block: number | null | undefined): number {
  return blockOf(block ?? LAST_BLOCK)
}

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
  return loaderAt(scope, sharesAt, 'restaked-shares', SHARES).load({ id, block }) as Promise<Row>
}

const STAKE = `SELECT DISTINCT ON (operator_stake_id) operator_stake_id AS key, id, chain, protocol, contract,
    operator_stake_id AS "operatorStakeId", shares, max_magnitude AS "maxMagnitude",
    emitted_encumbered AS "emittedEncumbered", block, time, transaction, log_index AS "logIndex"
  FROM operator_stake_change WHERE operator_stake_id = ANY ($1::text[]) AND block <= $2
  ORDER BY operator_stake_id, block DESC, log_index DESC, id COLLATE "C" DESC`

function stakeAt(scope: RequestScope, id: string, block: number): Promise<Row | undefined> {
  return loaderAt(scope, stakeAt, 'operator-stake', STAKE).load({ id, block })
}

/** Of a chain of which no height is known: as if no effect waited. */
const HEIGHT = heightOf('a.chain', `${LAST_BLOCK}`, 3)

/** Newest changes not after the block: index operator_allocation_change_at. */
const ENCUMBERED = `SELECT a.operator_stake_id AS id, sum(CASE WHEN now.block < c.effect_block
      THEN greatest(c.current_magnitude, c.target_magnitude) ELSE c.target_magnitude END) AS sum
    FROM operator_allocation a CROSS JOIN LATERAL (SELECT least($2, ${HEIGHT}) AS block) now
    JOIN LATERAL (SELECT * FROM operator_allocation_change WHERE allocation_id = a.id AND block <= now.block
      ORDER BY block DESC, log_index DESC, id COLLATE "C" DESC LIMIT 1) c ON true
    WHERE a.operator_stake_id = ANY ($1::text[]) GROUP BY 1`

async function encumbered(scope: RequestScope, id: string, block: number): Promise<string> {
  const row = await loaderAt(scope, encumbered, 'encumbered', ENCUMBERED, TOLD).load({ id, block })
  return (row?.sum ?? '0') as string
}

/** Index: operator_allocation_change_at. */
const ALLOCATION = `SELECT DISTINCT ON (allocation_id) allocation_id AS key,
    CASE WHEN $2 < effect_block THEN current_magnitude ELSE target_magnitude END AS "currentMagnitude",
    CASE WHEN $2 < effect_block THEN target_magnitude - current_magnitude ELSE 0 END AS "pendingDiff",
    CASE WHEN $2 < effect_block THEN effect_block ELSE 0 END AS "effectBlock"
  FROM operator_allocation_change WHERE allocation_id = ANY ($1::text[]) AND block <= $2
  ORDER BY allocation_id, block DESC, log_index DESC, id COLLATE "C" DESC`

function allocationAt(scope: RequestScope, id: string, block: number): Promise<Row | undefined> {
  return loaderAt(scope, allocationAt, 'allocation-at', ALLOCATION).load({ id, block })
}

/** Index: allocation_delay_change_at. */
const DELAY = `SELECT a.id, CASE WHEN now.block < c.effect_block THEN c.current ELSE c.next END AS delay
  FROM allocation_delay a CROSS JOIN LATERAL (SELECT least($2, ${HEIGHT}) AS block) now
  JOIN LATERAL (SELECT * FROM allocation_delay_change WHERE delay_id = a.id AND block <= now.block
    ORDER BY block DESC, log_index DESC, id COLLATE "C" DESC LIMIT 1) c ON true
  WHERE a.id = ANY ($1::text[])`

function delayAt(scope: RequestScope, id: string, block: number): Promise<Row | undefined> {
  return loaderAt(scope, delayAt, 'allocation-delay', DELAY, TOLD).load({ id, block })
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
               CROSS JOIN LATERAL (SELECT CASE WHEN ${heightOf('a.chain', `${LAST_BLOCK}`, 2)} < a.effect_block
                 THEN a.current_magnitude ELSE a.target_magnitude END AS magnitude) m
               WHERE a.id = ANY ($1::text[])`,
        values: [ids, ...(await heightsOf(scope))],
      })
      const found = new Map(rows.map(row => [row.id, row]))
      return ids.map(one => found.get(one) ?? { id: one, magnitude: '0', slashable: '0' })
    })
  })
  return loader.load(id)
}
