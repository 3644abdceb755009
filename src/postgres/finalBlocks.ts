import type { Snapshot } from './snapshot'

/** A final block whose time is known: the chain's rows are complete before that time. */
export interface FinalBlock {
  /** CAIP-2 */
  chain: string
  height: number
  /** 0x-hex */
  hash: string
  time: Date
}

/** The newest at or below each height. What it is below a final height never changes. Index: final_block's key. */
export function newestFinalBlocks(
  db: Snapshot,
  heights: readonly { chain: string; height: number }[],
): Promise<FinalBlock[]> {
  return db.query<FinalBlock>({
    name: 'newest-final-blocks',
    text: `SELECT f.chain, f.height, f.hash, f.time
             FROM unnest($1::text[], $2::int[]) AS h(chain, height)
             CROSS JOIN LATERAL (SELECT * FROM final_block b WHERE b.chain = h.chain AND b.height <= h.height
                                  ORDER BY b.height DESC LIMIT 1) f`,
    values: [heights.map(({ chain }) => chain), heights.map(({ height }) => height)],
  })
}
