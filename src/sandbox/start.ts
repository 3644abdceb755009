/** `npm start`: everything on this machine, from an empty folder to a served, populated API. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { expand } from '../config/expand'
import { packageRoot } from '../config/packageRoot'
import { migrate } from '../postgres/migrate'
import { replayServer } from '../replay/replayServer'
import { startAnvil } from './anvil'
import { requireFreePort } from './freePort'
import { live } from './living'
import { lockFolder } from './lockFolder'
import { startNeo4j } from './neo4j'
import { openBrowser } from './openBrowser'
import { stopOrphan } from './pidFile'
import { until } from './populated'
import { startPostgres } from './postgres'
import { startReplays } from './replays'
import { runScenario } from './scenario/runScenario'
import { type Supervised, supervise } from './supervise'
import { mineTail } from './tail'

export interface SandboxOptions {
  /** of the GraphQL API */
  port: number
  /** forget the data of earlier runs */
  fresh?: boolean
  data: string
  /** of the simulated activity */
  seed: string
  /** false: do without Neo4j */
  neo4j: boolean
  /** false: the chains stand still after the scenario, so that the README's answers stay true */
  live: boolean
  /** show the dashboard in the user's browser once it is ready */
  open?: boolean
  /** `all`: replays of the protocols' recordings too */
  protocols?: 'all'
  signal: AbortSignal
}

/** Genesis of both chains: the same on every run, so that the scenario's blocks are too. */
const GENESIS = Date.UTC(2026, 0, 1) / 1000
/** Empty blocks after the scenario and the recording, so that all of them becomes final (config/local.yaml: 20). */
const TAIL_BLOCKS = 24

/** Runs until `signal` is aborted; then stops everything, in an order that loses nothing. */
export async function startSandbox(options: SandboxOptions): Promise<void> {
  const started = Date.now()
  const say = (line: string) => console.log(line)
  const data = resolve(packageRoot, options.data)
  const unlock = lockFolder(data)
  const stops: (() => Promise<unknown>)[] = [async () => unlock()]
  try {
    const played = join(data, 'chains/played')
    if (options.fresh) clear(data)
    else if (existsSync(join(data, 'chains')) && !existsSync(played)) {
      say('An earlier start was interrupted while it played the scenario: starting over.')
      clear(data)
    }
    mkdirSync(join(data, 'logs'), { recursive: true })
    await stopOrphan(pidFileOf(data, 'serve'), 'the API', 'SIGTERM') // else it would hold the port
    await requireFreePort(options.port, 'the GraphQL API (--port)')
    const keep = <T extends { stop(): Promise<unknown> }>(server: T): T => {
      stops.push(() => server.stop())
      return server
    }

    say('Starting Postgres, two local chains and the replay of Story …')
    const neo4j = bringUpNeo4j(options, data, say)
    const [postgres, alpha, beta, story] = await Promise.all([
      startPostgres({ dataDir: join(data, 'postgres'), database: 'provenance' }).then(keep),
      startAnvil({ chainId: 31337, timestamp: GENESIS, stateFile: join(data, 'chains/alpha.json') }).then(
        keep,
      ),
      startAnvil({ chainId: 31338, timestamp: GENESIS, stateFile: join(data, 'chains/beta.json') }).then(
        keep,
      ),
      replayServer({
        files: [join(__dirname, 'recordings/story.jsonl')],
        chainId: 1514,
        tailBlocks: TAIL_BLOCKS,
      }).then(keep),
    ])
    const replays = options.protocols === 'all' ? await startReplays(TAIL_BLOCKS) : []
    for (const { replay } of replays) keep(replay)
    await migrate(postgres.url)

    say('Playing the scenario on the two chains …')
    const scenario = await runScenario({ a: alpha.url, b: beta.url, seed: options.seed })
    if (scenario.played) {
      await Promise.all([alpha, beta].map(({ url }) => mineTail(url, TAIL_BLOCKS)))
      writeFileSync(played, '')
    }
    say(scenario.played ? '  played' : '  the chains go on where they stopped')
    const graph = await neo4j
    if (graph.stop) stops.push(graph.stop)

    const config = writeConfig(data, options.port, {
      DB_URL: postgres.url,
      NEO4J_URL: graph.url ?? '',
      RPC_ALPHA_HTTP: alpha.url,
      RPC_BETA_HTTP: beta.url,
      RPC_STORY_HTTP: story.url,
      ...Object.fromEntries(replays.map(({ variable, replay }) => [variable, replay.url])),
    })
    const processes = ['alpha', 'beta', 'story', ...replays.map(({ name }) => name)].map(chain => [
      'index',
      '--chain',
      chain,
    ])
    if (graph.url) processes.push(['graph', 'project'])
    processes.push(['serve', '--port', String(options.port)])
    const children = processes.map(args => run(data, args, config))
    stops.push(() => Promise.all(children.map(child => child.stop())))

    say('Indexing …')
    const api = `http://127.0.0.1:${options.port}`
    const chains = [alpha, beta, story, ...replays.map(({ replay }) => replay)].map(({ url }) => url)
    await until(`${api}/ready`, chains, postgres.url, children, options.signal)
    if (!options.signal.aborted) {
      say(`\nReady in ${Math.round((Date.now() - started) / 1000)} s: ${api}`)
      say(
        summary({
          api,
          config,
          data,
          postgres: postgres.url,
          neo4j: graph,
          alpha: alpha.url,
          beta: beta.url,
          story: story.url,
          replays: replays.map(({ name, replay }) => `\n  ${name} ${replay.chainId}  ${replay.url}`),
        }),
      )
      if (options.open) openBrowser(api, say)
      if (options.live) await live({ a: alpha.url, b: beta.url, seed: options.seed, signal: options.signal })
      else await untilAborted(options.signal)
    }
  } finally {
    for (const stop of stops.reverse()) await stop().catch(error => console.error(`  ${error.message}`))
  }
}

async function bringUpNeo4j(
  options: SandboxOptions,
  data: string,
  say: (line: string) => void,
): Promise<{ url?: string; why?: string; stop?: () => Promise<void> }> {
  if (!options.neo4j) return { why: 'left out (--no-neo4j)' }
  if (process.env.NEO4J_URL) return { url: process.env.NEO4J_URL }
  try {
    const server = await startNeo4j({ homeDir: join(data, 'neo4j'), log: line => say(`  Neo4j: ${line}`) })
    if ('unavailable' in server) return { why: server.unavailable }
    return { url: server.url, stop: () => server.stop() }
  } catch (error) {
    return { why: (error as Error).message.split('\n')[0] }
  }
}

/** config/local.yaml with this run's addresses, for our processes and for the user's own commands. */
function writeConfig(data: string, port: number, env: Record<string, string>): string {
  const template = parse(readFileSync(join(packageRoot, 'config/local.yaml'), 'utf8'))
  if (env.RPC_EIGENLAYER_HTTP) {
    const replays = parse(readFileSync(join(packageRoot, 'config/replays.yaml'), 'utf8'))
    template.chains.push(...replays.chains)
  }
  const config = expand(template, { ...process.env, ...env }) as { api: { port: number } }
  config.api.port = port
  const file = join(data, 'config.yaml')
  // It holds the database's password.
  writeFileSync(file, `# Written by npm start; overwritten by the next.\n${stringify(config)}`, {
    mode: 0o600,
  })
  return file
}

function run(data: string, args: string[], config: string): Supervised {
  const name = args.filter(arg => !arg.startsWith('-') && !/^\d+$/.test(arg)).join('-')
  return supervise({
    name,
    args: [...args, '--config', config],
    logFile: join(data, 'logs', `${name}.log`),
    pidFile: pidFileOf(data, name),
    // One of the user's own would be taken by the first of them.
    env: { PROMETHEUS_PORT: '0' },
  })
}

function withoutPassword(url: string): string {
  const shown = new URL(url)
  shown.password = ''
  return shown.href
}

function pidFileOf(data: string, name: string): string {
  return join(data, `${name}.pid.json`)
}

function clear(data: string): void {
  for (const part of ['postgres', 'neo4j', 'chains', 'logs', 'config.yaml']) {
    rmSync(join(data, part), { recursive: true, force: true })
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await sleep(3_600_000, undefined, { signal }).catch(() => {})
}

function summary(at: {
  api: string
  config: string
  data: string
  postgres: string
  neo4j: { url?: string; why?: string }
  alpha: string
  beta: string
  story: string
  replays: string[]
}): string {
  return `
  dashboard     ${at.api}
  GraphiQL      ${at.api}/graphql
  statements    ${at.api}/statements/<account>.csv?from=2026-01-01&to=2027-01-01&partial=true
  health        ${at.api}/health  ${at.api}/ready  ${at.api}/metrics
  Postgres      ${withoutPassword(at.postgres)} (its password is in the config)
  Neo4j         ${at.neo4j.url ?? `none: ${at.neo4j.why}; everything is answered from Postgres`}
  alpha 31337   ${at.alpha}
  beta 31338    ${at.beta}
  story 1514    ${at.story} (a recording of the real contracts)${at.replays.join('')}
  config, logs  ${at.config}  ${join(at.data, 'logs')}

  Try in GraphiQL:
    { models(first: 5, orderBy: time_DESC) { nodes { id name chain owner { address } } } }
    { stakePools(orderBy: activeAssets_DESC) { nodes { kind model { name } activeAssets apr } } }
    { lineage(model: "eip155:31337/reference:1", direction: DESCENDANTS) { nodes { depth share model { id } } } }
  Stop with Ctrl-C; the next npm start goes on from here, npm start -- --fresh starts over.
`
}
