/** A large random lineage, made by Postgres itself; the same on every run. */
import { query } from './workshop'

/** Of each model but the first ones. */
const PARENTS = 3
const CHAIN = 'eip155:999'

export const modelIdOf = (i: number) => `${CHAIN}/reference:${i}`

/** Model i, from 1, has three parents among those before it, each as likely. Two that are the same make one edge. */
export async function fillLineage(postgresUrl: string, models: number): Promise<{ edges: number }> {
  const place = `i, to_timestamp(1600000000 + i), '0x' || md5(i::text) || md5(i::text), 0`
  const model = (number: string) => `'${CHAIN}/reference:' || ${number}`
  await query(
    postgresUrl,
    // Neo4j is built from the tables afterwards, so no trigger need write down what changes.
    `SET session_replication_role = replica;
     INSERT INTO model (id, chain, protocol, kind, contract, name, version, taint_count, tainted,
                        block, time, transaction, log_index)
     SELECT ${model('i')}, '${CHAIN}', 'reference', 'MODEL', '0x' || repeat('1', 40), 'model ' || i, 1, 0, false,
            ${place}
       FROM generate_series(1, ${models}) AS i;
     INSERT INTO lineage_edge (id, chain, protocol, contract, child_id, parent_id, role, ordinal, share_ppm,
                               share_numerator, share_denominator, policy, block, time, transaction, log_index)
     SELECT ${model('i')} || '|PARENT|' || ${model('parent')}, '${CHAIN}', 'reference', '0x' || repeat('1', 40),
            ${model('i')}, ${model('parent')}, 'PARENT', min(k), 100000, 1, 10, 'HOP', ${place}
       FROM generate_series(2, ${models}) AS i, generate_series(0, ${PARENTS - 1}) AS k,
            LATERAL (SELECT 1 + abs(hashint8extended(i, k) % (i - 1)) AS parent) AS chosen
      GROUP BY i, parent`,
  )
  await query(postgresUrl, 'VACUUM ANALYZE')
  const [row] = await query<{ count: string }>(postgresUrl, 'SELECT count(*) FROM lineage_edge')
  return { edges: Number(row!.count) }
}
