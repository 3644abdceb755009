/** Milliseconds of an ancestors query in a large lineage, as the API asks it: bounded, with shares, in a snapshot. */
import path from 'node:path'
import type { Driver } from 'neo4j-driver'
import { chooseLineage } from '../src/graph/chooser'
import type { Closure, Engine } from '../src/graph/lineage'
import { MAX_NODES } from '../src/graph/lineage'
import { connectNeo4j } from '../src/graph/neo4j'
import { rebuildGraph } from '../src/graph/rebuild'
import { createPool } from '../src/postgres/pool'
import { withSnapshot } from '../src/postgres/snapshot'
import { startNeo4j } from '../src/sandbox/neo4j'
import { lineageOverHttp } from './lineageOverHttp'
import { fillLineage, modelIdOf } from './lineageRows'
import type { BenchOptions } from './main'
import { percentile, type Result, report, say } from './report'
import { Workshop } from './workshop'

const DEPTHS = [3, 5, 10]
/** The deepest queries read tens of thousands of rows each: so many are enough. */
const MOST_DEEP_SAMPLES = 100
/** Longest time for one query, ms. */
const TIMEOUT_MS = 60_000

export async function lineage(options: BenchOptions): Promise<void> {
  await Workshop.during(async workshop => {
    const postgresUrl = await workshop.database()
    say(`lineage: making ${options.models} models …`)
    const { edges } = await fillLineage(postgresUrl, options.models)
    say(`lineage: ${options.models} models, ${edges} edges`)
    const driver = options.neo4j ? await fillNeo4j(workshop, postgresUrl) : undefined
    const pool = createPool(postgresUrl, { max: 1, applicationName: 'bench' })
    const ask = (model: string, maxDepth: number, engine: Engine): Promise<Closure> =>
      withSnapshot(pool, { timeoutMs: TIMEOUT_MS }, db =>
        chooseLineage({ db, driver, engine, timeoutMs: TIMEOUT_MS }).closure({
          model,
          direction: 'ANCESTORS',
          maxDepth,
          maxNodes: MAX_NODES,
        }),
      )
    try {
      await lineageOverHttp(workshop, postgresUrl, {
        models: modelsToAsk(options.models, options.samples),
        edges,
      })
      for (const depth of DEPTHS) {
        const samples = depth >= 10 ? Math.min(options.samples, MOST_DEEP_SAMPLES) : options.samples
        await measureDepth(depth, modelsToAsk(options.models, samples), driver !== undefined, ask)
      }
    } finally {
      await pool.end()
      await driver?.close()
    }
  })
}

async function measureDepth(
  depth: number,
  models: string[],
  withNeo4j: boolean,
  ask: (model: string, depth: number, engine: Engine) => Promise<Closure>,
): Promise<void> {
  const times: Record<Engine, number[]> = { POSTGRES: [], MEMORY: [], NEO4J: [] }
  const engines: Engine[] = withNeo4j ? ['POSTGRES', 'NEO4J'] : ['POSTGRES']
  const sizes: number[] = []
  for (const engine of engines) for (const model of models.slice(0, 5)) await ask(model, depth, engine) // warm
  for (const model of models) {
    const answers: string[] = []
    for (const engine of engines) {
      const start = performance.now()
      const closure = await ask(model, depth, engine)
      times[engine].push(performance.now() - start)
      const { answeredBy: _, heights: __, ...told } = closure
      answers.push(JSON.stringify({ ...told, edges: closure.edges.length }))
      if (engine === 'POSTGRES') sizes.push(closure.nodes.length)
    }
    if (new Set(answers).size > 1) throw new Error(`the answers about ${model} to depth ${depth} differ`)
  }
  say(`lineage: depth ${depth}: ${percentile(sizes, 50)} ancestors (median), ${models.length} queries`)
  for (const p of [50, 95]) {
    let postgres: Result | undefined
    for (const engine of engines) {
      const name = `lineage.depth${depth}.${engine.toLowerCase()}.p${p}`
      const result = report(name, percentile(times[engine], p), 'ms', postgres)
      postgres ??= result
    }
  }
}

/** Of the younger half, spread evenly: those with a full lineage above them. */
function modelsToAsk(models: number, samples: number): string[] {
  const half = Math.floor(models / 2)
  return Array.from({ length: samples }, (_, i) =>
    modelIdOf(half + 1 + Math.floor((i * (models - half)) / samples)),
  )
}

async function fillNeo4j(workshop: Workshop, postgresUrl: string): Promise<Driver | undefined> {
  const server = await startNeo4j({ homeDir: path.join(workshop.folder, 'neo4j'), log: say })
  if ('unavailable' in server) {
    say(`lineage: without Neo4j: ${server.unavailable}`)
    return undefined
  }
  workshop.keep(server)
  say('lineage: building Neo4j from Postgres …')
  const { seconds } = await rebuildGraph({ postgresUrl, neo4j: { url: server.url }, batch: 10_000 })
  say(`lineage: built in ${Math.round(seconds)} s`)
  return connectNeo4j({ url: server.url })
}
