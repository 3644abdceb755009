/** Seconds to make the graph in Neo4j from the tables, beside bare UNWIND … MERGE of the same rows. */
import path from 'node:path'
import type { Driver } from 'neo4j-driver'
import type { Pool } from 'pg'
import { type NodeRow, pageOfNodes, pageOfRelationships, type RelationshipRow } from '../src/graph/changes'
import { ensureConstraints } from '../src/graph/constraints'
import { nodeElements, relationshipElements } from '../src/graph/elements'
import { connectNeo4j } from '../src/graph/neo4j'
import { rebuildGraph } from '../src/graph/rebuild'
import { createPool } from '../src/postgres/pool'
import { withSnapshot } from '../src/postgres/snapshot'
import { startNeo4j } from '../src/sandbox/neo4j'
import { fillLineage } from './lineageRows'
import type { BenchOptions } from './main'
import { median, report, say } from './report'
import { Workshop } from './workshop'

/** Rows in one transaction of the bare writer. */
const BATCH = 10_000
const TIMEOUT_MS = 120_000

export async function rebuild(options: BenchOptions): Promise<void> {
  await Workshop.during(async workshop => {
    const postgresUrl = await workshop.database()
    say(`rebuild: making ${options.models} models …`)
    const { edges } = await fillLineage(postgresUrl, options.models)
    say(`rebuild: ${options.models} models, ${edges} edges`)
    const server = await startNeo4j({ homeDir: path.join(workshop.folder, 'neo4j'), log: say })
    if ('unavailable' in server) return say(`rebuild: without Neo4j there is none: ${server.unavailable}`)
    workshop.keep(server)
    const driver = connectNeo4j({ url: server.url })
    const pool = createPool(postgresUrl, { max: 1, applicationName: 'bench' })
    const times: Record<'bare' | 'ours', number[]> = { bare: [], ours: [] }
    try {
      for (let run = 1; run <= options.runs; run++) {
        // In turn, so that neither has the warmer server always.
        for (const which of run % 2 === 1 ? (['bare', 'ours'] as const) : (['ours', 'bare'] as const)) {
          await empty(driver)
          const seconds =
            which === 'bare'
              ? await bare(driver, pool)
              : (await rebuildGraph({ postgresUrl, neo4j: { url: server.url } })).seconds
          times[which].push(seconds)
          say(`rebuild: run ${run}, ${which}: ${seconds.toFixed(1)} s`)
        }
      }
    } finally {
      await pool.end()
      await driver.close()
    }
    const floor = report('rebuild.bare', median(times.bare), 's')
    report('rebuild.ours', median(times.ours), 's', floor)
  })
}

/** Time that Neo4j takes for rows that are in memory already, on one connection, with nothing beside them. */
async function bare(driver: Driver, pool: Pool): Promise<number> {
  await ensureConstraints(driver)
  const [model, fork] = [nodeElements[0]!, relationshipElements[0]!]
  const limits = { timeoutMs: TIMEOUT_MS }
  const nodes = (after: string) => withSnapshot(pool, limits, db => pageOfNodes(db, model, after, BATCH))
  const edges = (after: string) =>
    withSnapshot(pool, limits, db => pageOfRelationships(db, fork, after, BATCH))
  return (
    (await timed<NodeRow>(driver, nodes, `MERGE (n:Model {id: row.id}) SET n = row.properties`)) +
    (await timed<RelationshipRow>(
      driver,
      edges,
      `MERGE (a:Model {id: row.from})
       MERGE (b:Model {id: row.to})
       MERGE (a)-[r:FORKED_FROM {id: row.id}]->(b)
       SET r = row.properties`,
    ))
  )
}

async function timed<R extends { id: string }>(
  driver: Driver,
  page: (after: string) => Promise<R[]>,
  merge: string,
): Promise<number> {
  let ms = 0
  const session = driver.session()
  for (let rows = await page(''); rows.length > 0; rows = await page(rows.at(-1)!.id)) {
    const start = performance.now()
    await session.executeWrite(tx => tx.run(`UNWIND $rows AS row ${merge}`, { rows }))
    ms += performance.now() - start
  }
  await session.close()
  return ms / 1000
}

async function empty(driver: Driver): Promise<void> {
  const session = driver.session()
  await session.run('MATCH ()-[r]->() CALL { WITH r DELETE r } IN TRANSACTIONS OF 10000 ROWS')
  await session.run('MATCH (n) CALL { WITH n DELETE n } IN TRANSACTIONS OF 10000 ROWS')
  await session.run('CALL db.checkpoint()').catch(() => {}) // not every edition has it
  await session.close()
}
