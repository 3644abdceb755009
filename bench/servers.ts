/** The API as deployed, and Squid's own server for the same tables. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { packageRoot } from '../src/config/packageRoot'
import { type Child, startChild } from '../src/sandbox/childProcess'
import { freePort } from '../src/sandbox/freePort'
import { say } from './report'
import type { Workshop } from './workshop'

const READY_WITHIN_MS = 180_000
/** With a hundred packages of its own, of which the project needs none: installed when a benchmark first asks for it. */
const OPENREADER = '@subsquid/openreader@5.3.0'

export interface Started {
  /** of GraphQL */
  url: string
  pid: number
}

/** Starts `provenance serve`. */
export async function startOurs(workshop: Workshop, postgresUrl: string): Promise<Started> {
  const port = await freePort()
  const file = path.join(workshop.folder, `serve-${port}.yaml`)
  const contract = `0x${'1'.repeat(40)}`
  const contracts = { registry: contract, poolFactory: contract, router: contract }
  const reference = { firstBlock: 0, contracts }
  const chain = { id: 999, name: 'bench', rpc: 'http://127.0.0.1:1', finality: 20, protocols: { reference } }
  writeFileSync(file, stringify({ postgres: { url: postgresUrl }, api: { port }, chains: [chain] }))
  const args = [path.join(packageRoot, 'bin/provenance.js'), 'serve', '--config', file]
  return start(workshop, 'serve', args, port)
}

/** Starts OpenReader on the same tables. */
export async function startOpenReader(workshop: Workshop, postgresUrl: string): Promise<Started> {
  const port = await freePort()
  const bin = path.join(openReaderFolder(), 'node_modules/@subsquid/openreader/bin/main.js')
  const schema = path.join(packageRoot, 'schema.graphql')
  return start(workshop, 'openreader', [bin, '-s', schema, '-d', postgresUrl, '-p', String(port)], port)
}

function openReaderFolder(): string {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache')
  const folder = path.join(cache, 'provenance-graph', OPENREADER.replaceAll('/', '_'))
  if (existsSync(path.join(folder, 'node_modules/@subsquid/openreader/bin/main.js'))) return folder
  say(`installing ${OPENREADER} into ${folder} …`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{"private": true}')
  const args = ['install', OPENREADER, '--ignore-scripts', '--no-audit', '--no-fund']
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  return folder
}

async function start(workshop: Workshop, name: string, args: string[], port: number): Promise<Started> {
  const child: Child = await startChild({ name, command: process.execPath, args, env: process.env })
  workshop.keep({ stop: () => child.stop() })
  const url = `http://127.0.0.1:${port}/graphql`
  const started = performance.now()
  while (!(await answers(url))) {
    const exit = child.exit()
    if (exit || performance.now() - started > READY_WITHIN_MS)
      throw new Error(`${name} does not answer\n${child.tail()}`)
    await sleep(50)
  }
  return { url, pid: child.pid }
}

async function answers(url: string): Promise<boolean> {
  const body = '{"query":"{__typename}"}'
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined) // it is starting
  return response?.ok ?? false
}
