import type { Pool } from 'pg'
import { type Snapshot, withSnapshot } from '../../postgres/snapshot'
import { type Compared, SNAPSHOT_TIMEOUT_MS } from './compare'
import { throughCursor } from './cursor'
import type { Difference } from './difference'
import { type StateOfFacts, statesOfFacts } from './statesOfFacts'

/**
 * Checks in one snapshot that a chain's states add up to the facts in the tables. Asks no endpoint, and uses nothing of
 * the ledger: formulas of its own, in SQL. What facts alone do not tell (owners of NFTs, holdings of royalty tokens) is
 * left to the refold.
 *
 * @returns rows of states that were checked, each as often as there are formulas for it
 */
export async function verifyFacts(
  pool: Pool,
  chain: string,
  found: (difference: Difference) => void,
): Promise<Compared> {
  return withSnapshot(pool, { timeoutMs: SNAPSHOT_TIMEOUT_MS }, async db => {
    const compared = { rows: 0, differing: 0 }
    for (const state of statesOfFacts) {
      const { table } = state
      const [count] = await db.query<{ rows: string }>({
        name: `facts-count-${table}`,
        text: `SELECT count(*) AS rows FROM ${table} WHERE chain = $1`,
        values: [chain],
      })
      compared.rows += Number(count!.rows)
      for await (const row of differing(db, state, chain)) {
        compared.differing++
        for (const difference of differencesIn(row, state)) found(difference)
      }
    }
    return compared
  })
}

interface Row {
  id: string
  is_there: boolean
  /** values of the state's columns, then those of the facts */
  there: (string | null)[]
  made: (string | null)[]
}

function differing(
  db: Snapshot,
  { table, columns, facts }: StateOfFacts,
  chain: string,
): AsyncGenerator<Row> {
  const names = Object.keys(columns)
  const there = names.map(name => `s.${name}::text`)
  const made = names.map(name => `coalesce(f.${name}, ${columns[name]})::text`)
  return throughCursor<Row>(
    db,
    'facts_differing',
    `SELECT coalesce(s.id, f.id) AS id, s.id IS NOT NULL AS is_there, ARRAY[${there.join(', ')}] AS there,
            ARRAY[${made.join(', ')}] AS made
       FROM (SELECT * FROM ${table} WHERE chain = '${chain}') s
       FULL JOIN (${facts.replaceAll('$chain', `'${chain}'`)}) f ON f.id = s.id
      WHERE s.id IS NULL OR ROW(${there.join(', ')}) IS DISTINCT FROM ROW(${made.join(', ')})
      ORDER BY coalesce(s.id, f.id) COLLATE "C"`,
  )
}

function differencesIn(row: Row, { table, columns }: StateOfFacts): Difference[] {
  const entity = table.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())
  const { id, is_there, there, made } = row
  const names = Object.keys(columns)
  if (!is_there) {
    const refolded = Object.fromEntries(names.map((name, i) => [name, made[i]]))
    return [{ entity, id, column: null, there: null, refolded }]
  }
  return names.flatMap((column, i) =>
    there[i] === made[i] ? [] : [{ entity, id, column, there: there[i], refolded: made[i] }],
  )
}
