/** A Neo4j Community server of our own, where the machine can run one: by Java and Maven, or else by Docker. */
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Child, type ChildOptions, startChild } from './childProcess'
import { onPort } from './freePort'
import { LaunchError } from './launchError'
import { neo4jJars } from './neo4jJars'

export type Neo4jOptions = {
  /** Holds the graph, the configuration and the logs; a later start serves the same graph. */
  homeDir: string
  /** Of Bolt. Default: a free one. */
  port?: number
  /** Told what takes long: the installation. */
  log?: (line: string) => void
  /** Megabytes of Java heap at most. Default: 1024, which a million models fit in. */
  heapMb?: number
  /** Of neo4j.conf, instead of ours or beside them. Not where Docker runs it. */
  settings?: Record<string, string>
}

export type Neo4j = { url: string; port: number; pid: number; stop(): Promise<void> }

/** Why this machine cannot run Neo4j, in a sentence for the user. */
export type Neo4jUnavailable = { unavailable: string }

const DOCKER_IMAGE = 'neo4j:5.26-community'
const OLDEST_JAVA = 17
const PAGE_CACHE_MB = 512
const READY_WITHIN_MS = 120_000
const run = promisify(execFile)

/**
 * Starts Neo4j on the loopback interface, Bolt only, without a password, and waits until it answers. A machine
 * without the means gets the reason rather than an error: the graph is a projection, Postgres answers without it.
 */
export async function startNeo4j(options: Neo4jOptions): Promise<Neo4j | Neo4jUnavailable> {
  const home = path.resolve(options.homeDir)
  return onPort(options.port, 'Neo4j', port => startOn(port, home, options))
}

async function startOn(port: number, home: string, options: Neo4jOptions): Promise<Neo4j | Neo4jUnavailable> {
  const java = await javaServer(home, port, options)
  if (!('unavailable' in java)) return await serve(java, port)
  const docker = await dockerServer(home, port, options)
  if (!('unavailable' in docker)) return await serve(docker, port)
  return { unavailable: `${java.unavailable}; ${docker.unavailable}` }
}

async function javaServer(
  home: string,
  port: number,
  options: Neo4jOptions,
): Promise<ChildOptions | Neo4jUnavailable> {
  const java = process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, 'bin', 'java') : 'java'
  const version = await javaVersion(java)
  if (version === undefined) return { unavailable: `no Java (need ${OLDEST_JAVA} or later)` }
  if (version < OLDEST_JAVA) return { unavailable: `Java is ${version}, Neo4j needs ${OLDEST_JAVA} or later` }
  let jars: string
  try {
    jars = await neo4jJars(options.log ?? (() => {}))
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error
    return { unavailable: error.message.split('\n')[0]! }
  }
  const conf = path.join(home, 'conf')
  for (const name of ['conf', 'data', 'logs', 'run', 'import', 'plugins']) {
    mkdirSync(path.join(home, name), { recursive: true })
  }
  writeFileSync(path.join(conf, 'neo4j.conf'), configuration(port, options.settings))
  return {
    name: 'Neo4j',
    command: java,
    args: [
      ...javaFlags(version, options.heapMb ?? 1024),
      '-cp',
      path.join(jars, '*'),
      'org.neo4j.server.CommunityEntryPoint',
      `--home-dir=${home}`,
      `--config-dir=${conf}`,
      '--console-mode',
    ],
    env: process.env,
    pidFile: path.join(home, 'server.json'),
  }
}

/** The heap's size is a flag of the JVM: the configuration's key is read by a launcher script that we do not have. */
function javaFlags(version: number, heapMb: number): string[] {
  return [
    `-Xms${Math.min(256, heapMb)}m`,
    `-Xmx${heapMb}m`,
    '-XX:+UseG1GC',
    '-XX:+ExitOnOutOfMemoryError',
    // What Neo4j's and Netty's use of the JDK's internals needs since Java 16 (JEP 396), 17 and 24 (JEP 498).
    '--add-opens=java.base/java.nio=ALL-UNNAMED',
    '--add-opens=java.base/java.io=ALL-UNNAMED',
    '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
    '--enable-native-access=ALL-UNNAMED',
    ...(version >= 24 ? ['--sun-misc-unsafe-memory-access=allow'] : []),
    '-Dio.netty.tryReflectionSetAccessible=true',
    '-Dlog4j2.disable.jmx=true',
    '-Dfile.encoding=UTF-8',
  ]
}

function configuration(port: number, given: Record<string, string> = {}): string {
  const settings: Record<string, string> = {
    'server.default_listen_address': '127.0.0.1',
    'server.bolt.enabled': 'true',
    'server.bolt.listen_address': `127.0.0.1:${port}`,
    'server.bolt.advertised_address': `127.0.0.1:${port}`,
    'server.http.enabled': 'false',
    'server.https.enabled': 'false',
    'dbms.security.auth_enabled': 'false',
    'dbms.usage_report.enabled': 'false',
    'server.memory.pagecache.size': `${PAGE_CACHE_MB}m`,
    // Seconds that Bolt waits, when it stops, for a connection that might still come: 5 by default, twice.
    'internal.dbms.bolt.netty_server_shutdown_quiet_period': '0',
    'db.tx_log.preallocate': 'false', // else 512 MiB for an empty graph
    'db.tx_log.rotation.retention_policy': 'keep_none',
    ...given,
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

async function javaVersion(java: string): Promise<number | undefined> {
  try {
    const { stderr } = await run(java, ['-XshowSettings:properties', '-version'])
    const version = /java\.specification\.version = (\d+)/.exec(stderr)?.[1] // 1.8 is Java 8: below all we take
    return version === undefined ? undefined : Number(version)
  } catch {
    return undefined
  }
}

async function dockerServer(
  home: string,
  port: number,
  options: Neo4jOptions,
): Promise<ChildOptions | Neo4jUnavailable> {
  try {
    await run('docker', ['info'], { timeout: 10_000 })
  } catch {
    return { unavailable: 'no Docker engine answers' }
  }
  const present = await run('docker', ['image', 'inspect', DOCKER_IMAGE]).catch(() => undefined)
  if (!present) options.log?.(`Neo4j: pulling the Docker image ${DOCKER_IMAGE} (once)`)
  const data = path.join(home, 'docker-data')
  mkdirSync(data, { recursive: true })
  const user = process.getuid ? ['--user', `${process.getuid()}:${process.getgid?.()}`] : []
  const environment = {
    NEO4J_AUTH: 'none',
    NEO4J_server_http_enabled: 'false',
    NEO4J_dbms_usage__report_enabled: 'false',
    NEO4J_server_memory_heap_max__size: `${options.heapMb ?? 1024}m`,
    NEO4J_server_memory_pagecache_size: `${PAGE_CACHE_MB}m`,
    NEO4J_server_bolt_advertised__address: `127.0.0.1:${port}`,
  }
  return {
    name: 'Neo4j (Docker)',
    command: 'docker',
    args: [
      'run',
      '--rm',
      '--init',
      ...user,
      ...['--publish', `127.0.0.1:${port}:7687`],
      ...['--volume', `${data}:/data`],
      ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      DOCKER_IMAGE,
    ],
    env: process.env,
    // `docker run` passes SIGTERM on; Neo4j then closes its store, and --rm removes the container.
    stopSteps: [['SIGTERM', 12_000]],
    pidFile: path.join(home, 'server.json'),
  }
}

async function serve(options: ChildOptions, port: number): Promise<Neo4j> {
  let started: () => void
  const ready = new Promise<'ready'>(resolve => {
    started = () => resolve('ready')
  })
  const child = await startChild({
    ...options,
    onLine: line => {
      if (line.endsWith('Started.')) started()
    },
  })
  try {
    await becomesReady(child, ready)
  } catch (error) {
    await child.stop()
    throw error
  }
  return { url: `bolt://127.0.0.1:${port}`, port, pid: child.pid, stop: () => child.stop() }
}

async function becomesReady(child: Child, ready: Promise<'ready'>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>(resolve => {
    timer = setTimeout(() => resolve('late'), READY_WITHIN_MS)
  })
  const outcome = await Promise.race([ready, child.exited, late])
  clearTimeout(timer)
  if (outcome === 'ready') return
  const what =
    outcome === 'late' ? `is not ready after ${READY_WITHIN_MS / 1000} s` : 'ended before it was ready'
  throw new LaunchError(
    `Neo4j ${what}\n${child.tail()}`,
    'mend what the lines above say; the graph can be deleted and rebuilt (`provenance graph rebuild`)',
  )
}
