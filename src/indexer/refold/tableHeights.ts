import type { Snapshot } from '../../postgres/snapshot'
import { stateSchemaOf } from '../store/stateTables'

export interface BlockRef {
  height: number
  /** 0x-hex */
  hash: string
}

/** Up to where one chain's tables go. */
export interface TableHeights {
  /** nothing up to it is rolled back */
  final: BlockRef
  /** the newest block whose events are there; `final` where no block is hot */
  top: BlockRef
}

/** As the store wrote it in the same transactions as the rows. undefined: nothing of the chain is indexed. */
export async function readTableHeights(db: Snapshot, chainId: number): Promise<TableHeights | undefined> {
  const schema = stateSchemaOf(chainId)
  const [found] = await db.query<{ there: boolean }>({
    name: 'refold-state-schema',
    text: `SELECT to_regclass($1) IS NOT NULL AS there`,
    values: [`${schema}.hot_block`],
  })
  if (!found!.there) return undefined
  const rows = await db.query<BlockRef & { hot: boolean }>({
    name: `refold-heights-${schema}`,
    text: `SELECT height, hash, false AS hot FROM "${schema}".status WHERE id = 0 AND height >= 0
            UNION ALL
           (SELECT height, hash, true FROM "${schema}".hot_block ORDER BY height DESC LIMIT 1)`,
  })
  const block = (hot: boolean) => {
    const row = rows.find(each => each.hot === hot)
    return row && { height: row.height, hash: row.hash }
  }
  const final = block(false)
  return final && { final, top: block(true) ?? final }
}
