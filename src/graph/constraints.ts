import type { Driver } from 'neo4j-driver'
import { nodeElements, relationshipElements } from './elements'

/**
 * Makes the constraints and indexes that MERGE by id and the usual questions need. Uniqueness is what Neo4j Community
 * offers, on nodes and on relationships alike. Repeating it does no harm.
 */
export async function ensureConstraints(driver: Driver): Promise<void> {
  const statements = [
    ...nodeElements
      .map(({ label }) => label as string)
      .concat('Watermark')
      .map(
        label =>
          `CREATE CONSTRAINT ${label.toLowerCase()}_id IF NOT EXISTS FOR (n:${label}) REQUIRE n.id IS UNIQUE`,
      ),
    ...relationshipElements.map(
      ({ type }) =>
        `CREATE CONSTRAINT ${type.toLowerCase()}_id IF NOT EXISTS FOR ()-[r:${type}]-() REQUIRE r.id IS UNIQUE`,
    ),
    // The same person's accounts on several chains.
    `CREATE INDEX account_address IF NOT EXISTS FOR (n:Account) ON (n.address)`,
    `CREATE INDEX model_name IF NOT EXISTS FOR (n:Model) ON (n.name)`,
  ]
  const session = driver.session()
  try {
    for (const statement of statements) await session.run(statement)
    await session.run(`CALL db.awaitIndexes(300)`)
  } finally {
    await session.close()
  }
}
