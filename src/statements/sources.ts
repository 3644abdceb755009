import { groupBy } from '../lineage/groupBy'
import type { Snapshot } from '../postgres/snapshot'
import { lineageSources } from './lineageSources'
import type { Movement } from './movements'
import type { StatementRequest } from './request'
import { type Source, wayOf } from './source'

interface Hop {
  feeId: string
  from: string
  to: string
}

interface Base {
  id: string
  amount: string
}

/**
 * Fills in path and share where the accrual's event does not carry them: from the fee's hops and net, or from the
 * lineage where the accrual names no fee. Where several paths joined, the shortest is given, and of equally short
 * ones the first in the order of ids; the share is of all of them together. The number of statements does not grow
 * with the number of movements.
 */
export async function sourcesOf(
  db: Snapshot,
  request: StatementRequest,
  movements: readonly Movement[],
): Promise<Source[]> {
  const open = movements.filter(({ feeId, path, sharePpm }) => feeId && (path === null || sharePpm === null))
  const fees = [...new Set(open.map(({ feeId }) => feeId!))].sort()
  const guids = [...new Set(open.flatMap(({ guid }) => guid ?? []))].sort()
  const hops = fees.length > 0 ? await hopsOf(db, fees) : new Map<string, Hop[]>()
  const bases = fees.length > 0 ? await basesOf(db, request, fees, guids) : new Map<string, bigint>()
  const byLineage = await lineageSources(db, request, movements)
  return movements.map(
    movement =>
      byLineage(movement) ?? {
        path: movement.path ?? pathOf(movement, hops.get(movement.feeId ?? '') ?? []),
        sharePpm: movement.sharePpm ?? shareOf(movement, bases.get(movement.guid ?? movement.feeId ?? '')),
      },
  )
}

/** Index: royalty_hop (fee_id). A message keeps its fee's number on its own chain, so hops never mix two chains. */
async function hopsOf(db: Snapshot, fees: string[]): Promise<Map<string, Hop[]>> {
  const rows = await db.query<Hop>({
    name: 'statement-hops',
    text: `SELECT fee_id AS "feeId", from_model_id AS "from", to_model_id AS "to"
             FROM royalty_hop
            WHERE fee_id = ANY ($1::text[])
            ORDER BY fee_id COLLATE "C", from_model_id COLLATE "C", to_model_id COLLATE "C"`,
    values: [fees],
  })
  return groupBy(rows, ({ feeId }) => feeId)
}

/** What a share is of: a fee's net, or the amount that a message to a model brought. Anyone can number a token's transfer. */
async function basesOf(
  db: Snapshot,
  { asOf }: StatementRequest,
  fees: string[],
  guids: string[],
): Promise<Map<string, bigint>> {
  const rows = await db.query<Base>({
    name: 'statement-bases',
    text: `SELECT id, net AS amount FROM usage_fee WHERE id = ANY ($1::text[])
           UNION ALL
           SELECT t.guid, t.amount
             FROM cross_chain_transfer t
             JOIN unnest($3::text[], $4::int[]) AS h(chain, height) ON t.chain = h.chain AND t.block <= h.height
            WHERE t.guid = ANY ($2::text[]) AND t.direction = 'RECEIVED' AND t.to_model_id IS NOT NULL`,
    values: [fees, guids, asOf.map(({ chain }) => chain), asOf.map(({ height }) => height)],
  })
  return new Map(rows.map(({ id, amount }) => [id, BigInt(amount)]))
}

function shareOf({ kind, whole }: Movement, base: bigint | undefined): number | null {
  if (kind === 'CLAIMED' || !base) return null
  return Number((BigInt(whole) * 1_000_000n) / base)
}

/** A shortest way from where the fee entered this chain to the model, behind the model of another chain that sent it. */
function pathOf({ kind, sourceModelId, modelId, guid }: Movement, hops: readonly Hop[]): string | null {
  if (kind === 'CLAIMED' || sourceModelId === null || modelId === null) return null
  if (sourceModelId === modelId) return modelId
  const reached = new Set(hops.map(({ to }) => to))
  const entries = guid ? hops.map(({ from }) => from).filter(from => !reached.has(from)) : [sourceModelId]
  const way = wayOf(entries.length > 0 ? [...new Set(entries)] : [modelId], modelId, parentsOf(hops))
  if (!way) return null
  return (guid ? [sourceModelId, ...way] : way).join(' > ')
}

/** `hops` are in the order of ids, so each model's parents are too. */
function parentsOf(hops: readonly Hop[]): Map<string, string[]> {
  const parents = new Map<string, string[]>()
  for (const { from, to } of hops) {
    const known = parents.get(from)
    if (known) known.push(to)
    else parents.set(from, [to])
  }
  return parents
}
