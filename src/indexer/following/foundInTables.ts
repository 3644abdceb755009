import type { Pool } from 'pg'
import { type Follow, Following } from './following'
import type { Found, Rules } from './rules'

/** Goes on from what a chain's tables know. */
export function followTables(pool: Pool, chain: string, rules: Rules): Follow {
  return async height => {
    const found = await foundInTables(pool, { chain, height, most: rules.mostOfRole })
    const following = new Following(rules)
    following.note(following.known().with(found))
    return following
  }
}

/**
 * The contracts that a chain's tables know up to a block, in the order of the chain: the first of each role.
 *
 * @param most of a role, and one more, which shows that there are more
 */
async function foundInTables(
  pool: Pool,
  { chain, height, most }: { chain: string; height: number; most: number },
): Promise<Found[]> {
  const { rows } = await pool.query<{
    protocol: string
    role: string
    address: string
    by: string
    block: number
  }>(
    `SELECT protocol, role, address, contract AS by, block
       FROM (SELECT *, row_number() OVER (PARTITION BY protocol, role ORDER BY block, log_index, id) AS place
               FROM discovered_contract WHERE chain = $1 AND block <= $2) found
      WHERE place <= $3
      ORDER BY block, log_index, id`,
    [chain, height, most + 1],
  )
  return rows
}
