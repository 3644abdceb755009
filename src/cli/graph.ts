import type { Command } from 'commander'
import type { Config } from '../config/config'
import { ConfigError } from '../config/configError'
import type { ProjectorMetrics } from '../graph/projectorMetrics'
import { abortOnSignals, configOption, metricsPortOption, readConfig } from './options'

export function addGraph(program: Command): void {
  const graph = program.command('graph').description('the projection into Neo4j')

  graph
    .command('project')
    .description('follow the database: bring every change to Neo4j')
    .addOption(metricsPortOption('0: a free one; not given: none'))
    .addOption(configOption())
    .action(async options => {
      const config = readConfig(options)
      const neo4j = neo4jOf(config)
      const { runProjector } = await import('../graph/projector.js')
      const metrics = options.metricsPort === undefined ? undefined : await metricsAt(options.metricsPort)
      await runProjector({ postgresUrl: config.postgres.url, neo4j, signal: abortOnSignals(), metrics })
      process.exit(0)
    })

  graph
    .command('rebuild')
    .description('empty Neo4j and project everything anew')
    .addOption(configOption())
    .action(async options => {
      const config = readConfig(options)
      const neo4j = neo4jOf(config)
      const { rebuildGraph } = await import('../graph/rebuild.js')
      const result = await rebuildGraph({ postgresUrl: config.postgres.url, neo4j })
      console.log(JSON.stringify(result))
    })

  graph
    .command('verify')
    .description('compare Neo4j with the database; code 1 and the differing ids where they differ')
    .addOption(configOption())
    .action(async options => {
      const config = readConfig(options)
      const neo4j = neo4jOf(config)
      const { verifyGraph } = await import('../graph/verify.js')
      const result = await verifyGraph({ postgresUrl: config.postgres.url, neo4j })
      console.log(JSON.stringify(result, null, 2))
      process.exit(result.equal ? 0 : 1)
    })
}

async function metricsAt(metricsPort: number): Promise<ProjectorMetrics> {
  const { Registry } = await import('prom-client')
  const { createProjectorMetrics } = await import('../graph/projectorMetrics.js')
  const { serveMetrics } = await import('./serveMetrics.js')
  const registry = new Registry()
  console.log(`metrics: ${await serveMetrics(registry, metricsPort)}`)
  return createProjectorMetrics(registry)
}

function neo4jOf(config: Config): NonNullable<Config['neo4j']> {
  if (config.neo4j) return config.neo4j
  throw new ConfigError(
    'neo4j',
    `${config.file} names no Neo4j`,
    'add `neo4j: { url: "bolt://127.0.0.1:7687" }`, or set NEO4J_URL where the file reads it',
  )
}
