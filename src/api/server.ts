import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLogger } from '@subsquid/logger'
import { createYoga } from 'graphql-yoga'
import type { Pool } from 'pg'
import type { ChainConfig, Config } from '../config/config'
import { exportsHandler } from '../exports/handler'
import { chooseLineage } from '../graph/chooser'
import type { Engine } from '../graph/lineage'
import { LineageMemory } from '../graph/memory/lineageMemory'
import { connectNeo4j } from '../graph/neo4j'
import { createPool } from '../postgres/pool'
import { SnapshotVersions } from '../postgres/snapshotVersion'
import { statementsHandler } from '../statements/handler'
import { signerOf } from '../statements/seal/signature'
import { dashboard } from './dashboard/dashboard'
import { readEntityModel } from './entities/entityModel'
import { WhereCompiler } from './entities/where'
import { explorersOf } from './explorers'
import { graphiqlOptions } from './graphiql'
import { httpServer } from './httpServer'
import { answerFromMemory } from './kept/answerFromMemory'
import { KeptAnswers } from './kept/keptAnswers'
import { AnswerMemory } from './limits/answerMemory'
import { DocumentCache, noErrorCache } from './limits/documentCache'
import { LIMITS, limitPlugins } from './limits/limits'
import { HeapWatch, shedLoad } from './limits/loadShedder'
import { maskError } from './limits/maskError'
import { meter } from './limits/metered'
import { Slots } from './limits/slots'
import { variableDepthPlugin } from './limits/variableDepth'
import { ListenError } from './listenError'
import { Listener } from './live/listener'
import { LiveEvents } from './live/liveEvents'
import type { Notification } from './live/notification'
import { ReplicaGate } from './live/replicaGate'
import { ApiMetrics } from './metrics'
import { readiness } from './readiness'
import { requestFormPlugin } from './requestForm'
import { routesPlugin } from './routes'
import { buildApiSchema } from './schema'
import { type LastHeights, RequestScope } from './scope'
import { scopePlugin } from './scopePlugin'

export interface ApiOptions {
  config: Pick<Config, 'postgres' | 'neo4j' | 'api'> & {
    chains: readonly Pick<ChainConfig, 'caip2' | 'name' | 'explorer'>[]
    prices?: Config['prices']
  }
  /** used instead of one made from config.postgres.url; stays open at the end */
  pool?: Pool
  /** instead of config.api.port; 0: any free one */
  port?: number
}

export interface Api {
  /** `http://127.0.0.1:4350`, without a path */
  url: string
  /** Ends subscriptions, lets requests finish for a few seconds, and closes connections. */
  close(): Promise<void>
}

/** Connections to Postgres, hence requests answered at once; one more listens. */
const POOL_SIZE = 20
const DRAIN_MS = 5000
/** Requests that filter, order or count whole tables at once: connections are left for all others. */
const MUCH_AT_ONCE = 8
/** Events of subscriptions that are answered at once: connections are left for requests. */
const EVENTS_AT_ONCE = 5

/** Starts to answer in GraphQL, with statements, health, readiness and metrics beside it. */
export async function startApi({ config, ...options }: ApiOptions): Promise<Api> {
  const log = createLogger('provenance:api')
  const { url, replicaUrl } = config.postgres
  const pool =
    options.pool ?? createPool(replicaUrl ?? url, { max: POOL_SIZE, applicationName: 'provenance-api' })
  const { timeoutMs, maxLagSeconds } = config.api
  // Of its own, so that requests that use up the pool do not make the API look as if the database were gone.
  const readinessPool = createPool(replicaUrl ?? url, { max: 1, applicationName: 'provenance-ready' })
  const onError = (error: unknown) =>
    log.error({ err: String((error as Error)?.stack ?? error) }, 'a request beside GraphQL failed')
  const live = new LiveEvents()
  const metrics = new ApiMetrics()
  const memory = new AnswerMemory()
  const kept = new KeptAnswers()
  metrics.watch(pool, live, memory, kept)
  const driver = config.neo4j && connectNeo4j(config.neo4j)
  const lineageMemory = new LineageMemory({ pool, log })
  const model = readEntityModel()
  const compiler = new WhereCompiler(model)
  const lastHeights: LastHeights = {}
  const muchAtOnce = new Slots(MUCH_AT_ONCE)
  const chains = config.chains.map(chain => chain.caip2)
  const explorers = explorersOf(config.chains)

  const yoga = createYoga({
    schema: meter(buildApiSchema(model)),
    context: {
      live,
      chains,
      explorers,
      prices: config.prices ?? {},
      lineage: (scope: RequestScope, engine?: Engine | null) =>
        chooseLineage({
          db: scope,
          driver,
          memory: lineageMemory,
          count: rows => scope.countRows(rows),
          engine: engine ?? undefined,
          timeoutMs,
        }),
    },
    plugins: [
      routesPlugin({
        metrics,
        dashboard: dashboard(),
        readiness: oneAtATime(() => readiness({ pool: readinessPool, chains: config.chains, maxLagSeconds })),
        statements: statementsHandler({
          pool,
          timeoutMs,
          onError,
          signer: signerOf(process.env.STATEMENT_SIGNING_KEY),
          prices: config.prices,
        }),
        exports: exportsHandler({ pool, timeoutMs }),
        onError,
      }),
      requestFormPlugin(),
      variableDepthPlugin(),
      ...limitPlugins(),
      scopePlugin({
        openScope: alone => new RequestScope(pool, compiler, timeoutMs, lastHeights, muchAtOnce, alone),
        timeoutMs,
        memory,
        events: new Slots(EVENTS_AT_ONCE),
        metrics,
      }),
    ],
    maskedErrors: { maskError: maskError(log) },
    maxRequestBodySize: LIMITS.bodyBytes,
    multipart: false, // nothing takes a file
    // Public data, read only, without cookies: any page may ask.
    cors: { origin: '*', credentials: false, methods: ['GET', 'POST', 'OPTIONS'] },
    graphiql: graphiqlOptions,
    renderGraphiQL: async page => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(page),
    landingPage: false,
    healthCheckEndpoint: '/health/yoga', // /health is ours, with a body
    logging: false,
    parserAndValidationCache: { documentCache: new DocumentCache(), errorCache: noErrorCache },
  })

  const told = {
    onNotification: (notification: Notification) => live.publish(notification),
    onGap: () => live.gap(),
  }
  // A standby cannot be listened to.
  const primary = replicaUrl ? createPool(url, { max: 1, applicationName: 'provenance-live' }) : undefined
  const gate = primary && new ReplicaGate({ primary, replica: pool, log, ...told })
  const listener = new Listener({
    url,
    log,
    onNotification: notification =>
      gate ? gate.notification(notification) : told.onNotification(notification),
    onGap: () => (gate ? gate.missed() : told.onGap()),
  })
  const versions = new SnapshotVersions(replicaUrl ?? url)
  const heap = new HeapWatch()
  const endConnections = async () => {
    heap.stop()
    gate?.stop()
    await lineageMemory.stop()
    await primary?.end()
    await driver?.close()
    await readinessPool.end()
    await versions.end()
    if (!options.pool) await pool.end()
  }
  void lineageMemory.load()
  await listener.start()
  const { server, stop } = httpServer(
    shedLoad(heap, metrics.refused, answerFromMemory({ answers: kept, versions, metrics }, yoga)),
  )
  try {
    await listen(server, config.api.host, options.port ?? config.api.port)
  } catch (error) {
    await listener.stop()
    await endConnections()
    throw error
  }

  return {
    url: urlOf(server),
    async close() {
      live.close()
      await listener.stop()
      await closeServer(server)
      stop()
      await endConnections()
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', error => reject(new ListenError(host, port, error)))
    server.listen(port, host, resolve)
  })
}

/** Whoever asks while the answer is being found gets the same. */
function oneAtATime<T>(find: () => Promise<T>): () => Promise<T> {
  let finding: Promise<T> | undefined
  return () => {
    finding ??= find().finally(() => {
      finding = undefined
    })
    return finding
  }
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo
  const everywhere = address === '::' || address === '0.0.0.0'
  return `http://${everywhere ? 'localhost' : family === 'IPv6' ? `[${address}]` : address}:${port}`
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  // A connection that is kept alive becomes idle when its last answer, or its subscription, has ended.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(timer)
}
