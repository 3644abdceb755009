import type { Transaction } from 'neo4j-driver'
import { nodeElements, relationshipElements } from './elements'

/** From Neo4j's count store, where each is kept ready: the plans are NodeCountFromCountStore and its like. */
const COUNTS = `CALL () {
  ${[
    ...nodeElements.map(({ label }) => `MATCH (x:${label}) RETURN '${label}' AS kind, count(x) AS n`),
    ...relationshipElements.map(
      ({ type }) => `MATCH ()-[x:${type}]->() RETURN '${type}' AS kind, count(x) AS n`,
    ),
  ].join('\n  UNION ALL ')}
} RETURN kind, n`

/** How many nodes of each label and relationships of each type there are, what this transaction did included. */
export async function readCounts(tx: Transaction): Promise<Record<string, number>> {
  const { records } = await tx.run(COUNTS)
  return Object.fromEntries(records.map(record => [record.get('kind') as string, Number(record.get('n'))]))
}
