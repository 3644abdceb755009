import type { Driver } from 'neo4j-driver'
import { pause } from './backOff'
import { nodeElements, relationshipElements } from './elements'
import { isPassing } from './neo4j'

/** Two processes that make constraints at once can deadlock, or come second: asking again shows what is left to do. */
const ATTEMPTS = 5

/**
 * Makes the constraints and indexes that MERGE by id and the usual questions need, where they are missing. Uniqueness is
 * what Neo4j Community offers, on nodes and on relationships alike.
 */
export async function ensureConstraints(driver: Driver): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await makeMissing(driver)
    } catch (error) {
      const second = /AlreadyExists$/.test((error as { code?: string }).code ?? '')
      if (attempt === ATTEMPTS || !(second || isPassing(error))) throw error
      await pause(100 * attempt)
    }
  }
}

async function makeMissing(driver: Driver): Promise<void> {
  const wanted = new Map<string, string>()
  for (const label of [...nodeElements.map(element => element.label), 'Watermark']) {
    const name = `${label.toLowerCase()}_id`
    wanted.set(name, `CREATE CONSTRAINT ${name} IF NOT EXISTS FOR (n:${label}) REQUIRE n.id IS UNIQUE`)
  }
  for (const { type } of relationshipElements) {
    const name = `${type.toLowerCase()}_id`
    wanted.set(name, `CREATE CONSTRAINT ${name} IF NOT EXISTS FOR ()-[r:${type}]-() REQUIRE r.id IS UNIQUE`)
  }
  // The same person's accounts on several chains.
  wanted.set('account_address', 'CREATE INDEX account_address IF NOT EXISTS FOR (n:Account) ON (n.address)')
  wanted.set('model_name', 'CREATE INDEX model_name IF NOT EXISTS FOR (n:Model) ON (n.name)')

  const session = driver.session()
  try {
    // A uniqueness constraint has an index of its name. What exists is not made again: that would lock labels.
    const { records } = await session.run('SHOW INDEXES YIELD name')
    for (const record of records) wanted.delete(record.get('name'))
    for (const statement of wanted.values()) await session.run(statement)
    if (wanted.size > 0) await session.run('CALL db.awaitIndexes(300)')
  } finally {
    await session.close()
  }
}
