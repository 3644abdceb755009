/** Milliseconds of questions about lineage as a client waits for them, beside the bare recursive SQL. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createPool } from '../src/postgres/pool'
import { Connection } from './httpLoad'
import { modelIdOf } from './lineageRows'
import { percentile, report } from './report'
import { startOurs } from './servers'
import type { Workshop } from './workshop'

/** Each model once for each length of way to it, as a person writes it first. */
const RECURSIVE = `WITH RECURSIVE up (id, depth) AS (
    SELECT $1::text, 0
    UNION SELECT e.parent_id, u.depth + 1 FROM up u JOIN lineage_edge e ON e.child_id = u.id WHERE u.depth < $2)
  SELECT id, min(depth) AS depth FROM up GROUP BY id`
const LINEAGE = `query ($model: ID!, $maxDepth: Int, $maxNodes: Int) {
  lineage(model: $model, direction: ANCESTORS, maxDepth: $maxDepth, maxNodes: $maxNodes) {
    nodes { depth share model { id name } } } }`
const COMMON = `query ($models: [ID!]!) { commonAncestors(models: $models) { model { id name } depths } }`
const IN_MEMORY = `query ($model: ID!) {
  lineage(model: $model, direction: ANCESTORS, maxDepth: 1, engine: MEMORY) { answeredBy } }`
/** The edges are read when the server starts. */
const PATIENCE_MS = 300_000
/** Asked for other pages first: the same question again would be answered from memory. */
const WARM = 20
/** See src/graph/memory/lineageMemory.ts. */
const HELD_FROM_EDGES = 10_000

export async function lineageOverHttp(
  workshop: Workshop,
  postgresUrl: string,
  { models, edges }: { models: string[]; edges: number },
): Promise<void> {
  const { url } = await startOurs(workshop, postgresUrl)
  const connection = await Connection.to(url)
  const ask = (query: string, variables: object) => connection.ask(JSON.stringify({ query, variables }))
  if (edges >= HELD_FROM_EDGES) await until(() => ask(IN_MEMORY, { model: modelIdOf(1) }))
  const pool = createPool(postgresUrl, { max: 1, applicationName: 'bench' })
  try {
    const raw: number[] = []
    const depth5: number[] = []
    const warm = models.slice(0, WARM)
    for (const [i, model] of [...warm, ...models].entries()) {
      const sql = await timed(() => pool.query({ name: 'recursive', text: RECURSIVE, values: [model, 5] }))
      const http = await timed(() =>
        ask(LINEAGE, { model, maxDepth: 5, maxNodes: i < warm.length ? 9_999 : 10_000 }),
      )
      if (i < warm.length) continue
      raw.push(sql)
      depth5.push(http)
    }
    for (const p of [50, 95]) {
      const bare = report(`lineage.depth5.sql.p${p}`, percentile(raw, p), 'ms')
      report(`lineage.depth5.http.p${p}`, percentile(depth5, p), 'ms', bare)
    }
    const few = models.slice(0, 50)
    const all = await eachTimed(few, model => ask(LINEAGE, { model, maxNodes: 5000 }))
    const common = await eachTimed(few, (model, i) =>
      ask(COMMON, { models: [model, models[(i + 1) % models.length]] }),
    )
    for (const p of [50, 95]) report(`lineage.all5000.http.p${p}`, percentile(all, p), 'ms')
    for (const p of [50, 95]) report(`lineage.common.http.p${p}`, percentile(common, p), 'ms')
  } finally {
    connection.close()
    await pool.end()
  }
}

/** Until it does not fail any more. */
async function until(works: () => Promise<unknown>): Promise<void> {
  const begun = performance.now()
  for (;;) {
    const error = await works().then(
      () => undefined,
      (error: Error) => error,
    )
    if (!error) return
    if (performance.now() - begun > PATIENCE_MS) throw error
    await sleep(200)
  }
}

async function eachTimed(models: string[], work: (model: string, i: number) => Promise<unknown>) {
  const times: number[] = []
  for (const [i, model] of models.entries()) times.push(await timed(() => work(model, i)))
  return times
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
