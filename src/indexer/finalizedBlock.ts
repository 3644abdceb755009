import type { Pool } from 'pg'
import { ConfigError } from '../config/configError'
import { stateSchemaOf } from './database'
import type { ChainView } from './progress'

/**
 * Checks that the block up to which the tables are final is still the chain's. It is not after a reorganisation
 * deeper than `finality` (which nothing can roll back), and when the endpoint is of another or a recreated chain.
 *
 * @throws ConfigError with the way out
 */
export async function checkFinalizedBlock(
  pool: Pool,
  chain: { id: number; name: string },
  hashAt: ChainView['hashAt'],
): Promise<void> {
  const schema = stateSchemaOf(chain.id)
  const { rows: found } = await pool.query('SELECT to_regclass($1) AS status', [`${schema}.status`])
  if (found[0].status === null) return
  const { rows } = await pool.query<{ height: number; hash: string }>(
    `SELECT height, hash FROM "${schema}".status WHERE id = 0 AND height >= 0`,
  )
  const ours = rows[0]
  if (!ours) return
  const theirs = await hashAt(ours.height)
  if (theirs === ours.hash) return
  throw new ConfigError(
    chain.name,
    `block ${ours.height} is final here as ${ours.hash}, and ${theirs ?? 'absent'} on the chain: it was reorganised deeper than \`finality\`, or the endpoint is of another chain`,
    `correct \`rpc\`; or index the chain anew (other chains are untouched): provenance index --chain ${chain.name} --reset`,
  )
}
