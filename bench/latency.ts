/** Milliseconds from a mined block until GraphQL answers with what it brought, and until Neo4j has it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Driver } from 'neo4j-driver'
import { stringify } from 'yaml'
import * as registryAbi from '../src/abi/reference/modelRegistry'
import { connectNeo4j } from '../src/graph/neo4j'
import { startAnvil } from '../src/sandbox/anvil'
import { everybody, theCast } from '../src/sandbox/cast'
import { ChainDriver } from '../src/sandbox/chainDriver'
import { deployReference, type ReferenceDeployment } from '../src/sandbox/deploy'
import { freePort } from '../src/sandbox/freePort'
import { JsonRpc } from '../src/sandbox/jsonRpc'
import { startNeo4j } from '../src/sandbox/neo4j'
import { type Supervised, supervise } from '../src/sandbox/supervise'
import type { BenchOptions } from './main'
import { percentile, report, say } from './report'
import { Workshop } from './workshop'

const CHAIN_ID = 31337
/** How often the API and Neo4j are asked, ms: the error of a measurement. */
const LOOK_MS = 2
/** A block that is not there after so long will not come. */
const PATIENCE_MS = 30_000

export async function latency(options: BenchOptions): Promise<void> {
  await Workshop.during(async workshop => {
    const postgresUrl = await workshop.database()
    const anvil = workshop.keep(await startAnvil({ chainId: CHAIN_ID }))
    const driver = await ChainDriver.connect(anvil.url, everybody())
    const deployment = await deployReference(driver)
    const neo4jUrl = options.neo4j ? await neo4jOf(workshop) : undefined
    const port = await freePort()
    const config = writeConfig(workshop, deployment, { postgresUrl, neo4jUrl, port, rpc: anvil.url, options })
    const processes = [
      ['index', '--chain', 'bench'],
      ['serve', '--port', String(port)],
      ...(neo4jUrl ? [['graph', 'project']] : []),
    ].map(args => run(workshop, args, config))
    const neo4j = neo4jUrl ? connectNeo4j({ url: neo4jUrl }) : undefined
    try {
      const rpc = new JsonRpc(anvil.url)
      const { registry } = deployment.contracts
      const api = `http://127.0.0.1:${port}/graphql`
      say(`latency: ${options.blocks} blocks, the head is asked for every ${options.poll} ms`)
      // The first block waits for the processes to start, and is not counted.
      await measureBlock(rpc, registry, 1, api, neo4j, processes)
      const graphql: number[] = []
      const projected: number[] = []
      for (let i = 0; i < options.blocks; i++) {
        // At moments spread evenly over the indexer's interval (golden ratio), so that none is favoured.
        await sleep(((i * 0.618034) % 1) * options.poll)
        const took = await measureBlock(rpc, registry, i + 2, api, neo4j, processes)
        graphql.push(took.graphql)
        if (took.neo4j !== undefined) projected.push(took.neo4j)
      }
      for (const p of [50, 95]) {
        const interval = { name: "the indexer's poll interval", value: options.poll }
        const answered = report(`latency.graphql.p${p}`, percentile(graphql, p), 'ms', interval)
        if (neo4j) report(`latency.neo4j.p${p}`, percentile(projected, p), 'ms', answered)
      }
    } finally {
      await neo4j?.close()
      await Promise.all(processes.map(child => child.stop()))
    }
  })
}

/** Mines a block that registers the model of this number. */
async function measureBlock(
  rpc: JsonRpc,
  registry: string,
  number: number,
  api: string,
  neo4j: Driver | undefined,
  processes: Supervised[],
): Promise<{ graphql: number; neo4j: number | undefined }> {
  const draft = {
    contentHash: `0x${number.toString(16).padStart(64, '0')}`,
    uri: `ipfs://${number}`,
    name: `model ${number}`,
    forkRoyaltyPpm: 0,
  }
  const transaction = {
    from: theCast().deployer.address, // an account of anvil's own: the node signs
    to: registry,
    data: registryAbi.functions.register.encode({ draft }),
    gas: '0xf4240',
  }
  await rpc.call('eth_sendTransaction', [transaction])
  await rpc.call('evm_mine')
  const mined = performance.now()
  const id = `eip155:${CHAIN_ID}/reference:${number}`
  const until = async (there: () => Promise<boolean>) => {
    while (!(await there())) {
      const waited = performance.now() - mined
      if (waited > PATIENCE_MS)
        throw new Error(`${id} is not there after ${PATIENCE_MS} ms\n${troubles(processes)}`)
      await sleep(LOOK_MS)
    }
    return performance.now() - mined
  }
  const [graphql, projected] = await Promise.all([
    until(() => answers(api, id)),
    neo4j && until(() => isProjected(neo4j, id)),
  ])
  return { graphql, neo4j: projected }
}

async function answers(api: string, id: string): Promise<boolean> {
  const response = await fetch(api, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'query ($id: ID!) { model(id: $id) { id name } }', variables: { id } }),
  }).catch(() => undefined) // it is starting
  if (!response?.ok) return false
  const { data, errors } = (await response.json()) as {
    data?: { model: { name: string | null } | null }
    errors?: { message: string }[]
  }
  if (errors) throw new Error(errors.map(error => error.message).join('\n'))
  return data?.model?.name != null
}

async function isProjected(neo4j: Driver, id: string): Promise<boolean> {
  const { records } = await neo4j.executeQuery(
    'MATCH (m:Model {id: $id}) RETURN m.id',
    { id },
    { routing: 'READ' },
  )
  return records.length > 0
}

async function neo4jOf(workshop: Workshop): Promise<string | undefined> {
  const server = await startNeo4j({ homeDir: path.join(workshop.folder, 'neo4j'), log: say })
  if ('unavailable' in server) {
    say(`latency: without Neo4j: ${server.unavailable}`)
    return undefined
  }
  return workshop.keep(server).url
}

function writeConfig(
  workshop: Workshop,
  { contracts, firstBlock }: ReferenceDeployment,
  at: { postgresUrl: string; neo4jUrl?: string; port: number; rpc: string; options: BenchOptions },
): string {
  const { registry, poolFactory, router } = contracts
  const file = path.join(workshop.folder, 'config.yaml')
  const config = {
    postgres: { url: at.postgresUrl },
    ...(at.neo4jUrl && { neo4j: { url: at.neo4jUrl } }),
    api: { port: at.port },
    chains: [
      {
        id: CHAIN_ID,
        name: 'bench',
        rpc: at.rpc,
        finality: 20,
        pollIntervalMs: at.options.poll,
        protocols: { reference: { firstBlock, contracts: { registry, poolFactory, router } } },
      },
    ],
  }
  writeFileSync(file, stringify(config))
  return file
}

function run(workshop: Workshop, args: string[], config: string): Supervised {
  const logs = path.join(workshop.folder, 'logs')
  mkdirSync(logs, { recursive: true })
  const name = args[0]!
  return supervise({ name, args: [...args, '--config', config], logFile: path.join(logs, `${name}.log`) })
}

function troubles(processes: Supervised[]): string {
  return processes.flatMap(child => child.trouble() ?? []).join('\n') || 'all processes run'
}
