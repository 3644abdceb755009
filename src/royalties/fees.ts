import type { Snapshot } from '../postgres/snapshot'
import { RoyaltyGraph, type ShareEdge } from './distribution'
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
  model: string
  tokenId: string
  net: string
  flows: boolean
  localEpoch: number
  foreignEpoch: number
  count: string
}

/**
 * The fees of the models (all of one chain), grouped so that a million equal fees cost what one does. An edge counts
 * for the fees after it: by place on the fee's own chain, by block time on others. Edges that their child was born
 * with count always, since no fee reaches a model before it exists; late ones split the time into epochs.
 * Index: usage_fee (model_id).
 */
export async function readFees(
  db: Snapshot,
  chain: string,
  models: readonly string[],
  links: readonly FlowLink[],
  { from, to }: Period,
  limit: number,
): Promise<{ groups: FeeGroup[]; truncated: boolean }> {
  const epochs = new Epochs(chain, links)
  const rows = await db.query<GroupRow>({
    name: 'flow-fees',
    text: `SELECT model_id AS model, token_id AS "tokenId", net, kind IN ('USAGE', 'LICENSE') AS flows,
                  width_bucket(block::bigint * 2147483648 + log_index, $3::bigint[]) AS "localEpoch",
                  width_bucket(time, $4::timestamptz[]) AS "foreignEpoch",
                  count(*) AS count
             FROM usage_fee
            WHERE model_id = ANY ($1::text[]) AND chain = $2 AND net > 0
              AND time >= coalesce($5, '-infinity'::timestamptz) AND time < coalesce($6, 'infinity'::timestamptz)
            GROUP BY 1, 2, 3, 4, 5, 6
            ORDER BY 5, 6, model_id COLLATE "C", token_id COLLATE "C", net, 4
            LIMIT $7`,
    values: [models, chain, epochs.positions, epochs.times, from ?? null, to ?? null, limit + 1],
  })
  return {
    groups: rows.slice(0, limit).map(({ model, tokenId, net, count, flows, localEpoch, foreignEpoch }) => ({
      model,
      tokenId,
      net: BigInt(net),
      count: BigInt(count),
      flows,
      graphOf: () => epochs.graph(localEpoch, foreignEpoch),
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

  /** sorted, for width_bucket, which counts how many are not after a fee */
  get positions(): string[] {
    return this.local.map(({ position }) => `${position}`)
  }

  get times(): Date[] {
    return this.foreign.map(({ time }) => time)
  }

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
