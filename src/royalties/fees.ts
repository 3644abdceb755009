import { chainOf, RoyaltyGraph, type ShareEdge } from '../lineage/royaltyGraph'
import type { Snapshot } from '../postgres/snapshot'
import type { FlowLink } from './lineage'

/** Fees that are alike in all that decides where they flow. */
export interface FeeGroup {
  model: string
  tokenId: string
  /** of one fee, wei */
  net: bigint
  count: bigint
  /** false: a donation or sale, which stays with the model */
  flows: boolean
  /** the lineage as it was when they were paid; groups come in the order in which this is made least often */
  graphOf(): RoyaltyGraph
}

/** Which part of a period, by block time; from inclusive, to exclusive. */
export interface Period {
  from?: Date | undefined
  to?: Date | undefined
}

interface GroupRow {
  chain: string
  model: string
  tokenId: string
  net: string
  flows: boolean
  localEpoch: number
  foreignEpoch: number
  count: string
}

/**
 * The fees of the models, grouped so that a million equal fees cost what one does, in one statement. An edge counts
 * for the fees after it: by place on the fee's own chain, by block time on others. Edges that their child was born
 * with count always, since no fee reaches a model before it exists; late ones split the time into epochs.
 *
 * Late edges of the chain at places 10 and 20, one of another chain at noon: a fee at place 15 in the afternoon is of the
 * local epoch 1 (one place is not after it) and of the foreign epoch 1, and sees the edge at 10 and that of noon.
 *
 * Index: usage_fee (model_id).
 */
export async function readFees(
  db: Snapshot,
  models: readonly string[],
  links: readonly FlowLink[],
  { from, to }: Period,
  limit: number,
): Promise<{ groups: FeeGroup[]; truncated: boolean }> {
  const chains = [...new Set(models.map(chainOf))].sort()
  const epochs = new Map(chains.map(chain => [chain, new Epochs(chain, links)]))
  const late = links.filter(link => link.late)
  // The arrays are sorted for width_bucket, which counts how many late edges are not after a fee.
  const rows = await db.query<GroupRow>({
    name: 'flow-fees',
    text: `WITH epochs AS MATERIALIZED (
             SELECT c.chain,
                    ARRAY (SELECT l.position FROM unnest($4::text[], $5::bigint[]) AS l (chain, position)
                            WHERE l.chain = c.chain ORDER BY 1) AS positions,
                    ARRAY (SELECT l.time FROM unnest($4::text[], $6::timestamptz[]) AS l (chain, time)
                            WHERE l.chain <> c.chain ORDER BY 1) AS times
               FROM unnest($3::text[]) AS c (chain)
           )
           SELECT f.chain COLLATE "C" AS chain,
                  width_bucket(f.block::bigint * 2147483648 + f.log_index, e.positions) AS "localEpoch",
                  width_bucket(f.time, e.times) AS "foreignEpoch",
                  f.model_id COLLATE "C" AS model, f.token_id COLLATE "C" AS "tokenId", f.net,
                  f.kind IN ('USAGE', 'LICENSE') AS flows, count(*) AS count
             FROM unnest($1::text[], $2::text[]) AS m (id, chain)
             JOIN epochs e ON e.chain = m.chain
             JOIN usage_fee f ON f.model_id = m.id AND f.chain = m.chain
            WHERE f.net > 0
              AND f.time >= coalesce($7, '-infinity'::timestamptz)
              AND f.time < coalesce($8, 'infinity'::timestamptz)
            GROUP BY 1, 2, 3, 4, 5, 6, 7
            ORDER BY 1, 2, 3, 4, 5, 6, 7
            LIMIT $9`,
    values: [
      models,
      models.map(chainOf),
      chains,
      late.map(({ chain }) => chain),
      late.map(({ position }) => `${position}`),
      late.map(({ time }) => time),
      from ?? null,
      to ?? null,
      limit + 1,
    ],
  })
  return {
    groups: rows.slice(0, limit).map(row => ({
      model: row.model,
      tokenId: row.tokenId,
      net: BigInt(row.net),
      count: BigInt(row.count),
      flows: row.flows,
      graphOf: () => epochs.get(row.chain)!.graph(row.localEpoch, row.foreignEpoch),
    })),
    truncated: rows.length > limit,
  }
}

/** The lineage as fees of one chain saw it, between one late edge and the next. */
class Epochs {
  private readonly always: ShareEdge[]
  private readonly local: FlowLink[]
  private readonly foreign: FlowLink[]
  /** the last one made: a lineage can have as many epochs as edges */
  private made: { key: string; graph: RoyaltyGraph } | undefined

  constructor(chain: string, links: readonly FlowLink[]) {
    this.always = links.filter(({ late }) => !late)
    this.local = links
      .filter(link => link.late && link.chain === chain)
      .sort((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0))
    this.foreign = links
      .filter(link => link.late && link.chain !== chain)
      .sort((a, b) => a.time.getTime() - b.time.getTime())
  }

  /** the lineage after so many late edges of the chain and of others */
  graph(local: number, foreign: number): RoyaltyGraph {
    const key = `${local} ${foreign}`
    if (this.made?.key === key) return this.made.graph
    const graph = new RoyaltyGraph([
      ...this.always,
      ...this.local.slice(0, local),
      ...this.foreign.slice(0, foreign),
    ])
    this.made = { key, graph }
    return graph
  }
}
