import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi } from '../../src/api/server'
import { loadConfig } from '../../src/config/load'
import { packageRoot } from '../../src/config/packageRoot'
import { protocols } from '../../src/protocols/registry'
import { type Replay, replayServer } from '../../src/replay/replayServer'
import { type Child, startChild } from '../../src/sandbox/childProcess'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { STORY } from '../replay/recordings'
import { type Behaviour, type Front, frontOf } from '../rpc/proxy'
import { Pipeline } from './pipeline'

const SECRET = /SECRET/

const body =
  (status: number, text: string, type = 'text/plain') =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': type }).end(text)
  }
const error = (message: string, code = -32000) =>
  JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })

/** What an endpoint may do that knows its own URL, and repeats it. */
const faults: [string, (response: ServerResponse) => void][] = [
  ['503', body(503, 'no upstream for /v3/SECRETKEY?token=SECRETTOKEN')],
  ['502 with JSON', body(502, '{"error":{"message":"bad gateway /v3/SECRETKEY"}}', 'application/json')],
  ['429', body(429, error('key SECRETKEY has used up its quota'), 'application/json')],
  ['404 as Express says it', body(404, '<pre>Cannot POST /v3/SECRETKEY</pre>', 'text/html')],
  ['401', body(401, error('invalid project id SECRETKEY'), 'application/json')],
  ['an error', body(200, error('the app SECRETKEY is inactive, token SECRETTOKEN'), 'application/json')],
  ['garbage', body(200, 'SECRETKEY SECRETTOKEN', 'text/plain')],
  ['JSON that is no answer', body(200, '["SECRETKEY"]', 'application/json')],
  ['a redirect', response => response.writeHead(302, { location: '/v4/SECRETKEY' }).end()],
  ['a closed socket', response => response.destroy()],
]
const behaviourOf = (fault: (response: ServerResponse) => void): Behaviour => ({
  http: (_, response) => {
    fault(response)
    return true
  },
})

let node: Replay
let front: Front
let database: TestDatabase
let pipeline: Pipeline

beforeAll(async () => {
  ;[node, database] = await Promise.all([
    replayServer({ files: [STORY], chainId: 1514, tailBlocks: 10 }),
    freshDatabase(),
  ])
  front = await frontOf(node.url)
  const url = `${front.url.replace('://', '://SECRETUSER:SECRETPASS@')}/v3/SECRETKEY?token=SECRETTOKEN`
  pipeline = new Pipeline({ database, chains: { story: url }, finality: 3 })
})

afterAll(async () => {
  await front?.close()
  await Promise.all([node?.stop(), database?.drop()])
})

/** All that a processor says until it says what is wrong; `exited`: whether it ended then. */
async function startUntilItComplains(): Promise<{ exited: boolean; out: string }> {
  const lines: string[] = []
  let complained = () => {}
  const complaint = new Promise<void>(resolve => {
    complained = resolve
  })
  const child = await startChild({
    name: 'index',
    command: process.execPath,
    args: [join(packageRoot, 'bin/provenance.js'), 'index', '--chain', 'story', '--config', pipeline.config],
    env: { ...process.env, DEBUG: '1' },
    onLine: line => {
      lines.push(line)
      if (COMPLAINT.test(line)) complained()
    },
  })
  try {
    const exited = await Promise.race([child.exited.then(() => true), complaint.then(() => false)])
    return { exited, out: lines.join('\n') }
  } finally {
    await child.stop()
  }
}

const COMPLAINT = /story: http:\/\/127\.0\.0\.1:\d+ does not answer: \S/

test.each(faults.filter(([name]) => !/^40[14]/.test(name)))(
  'at the start, an endpoint that answers by %s: it is named and waited for, and no key is told',
  async (_, fault) => {
    front.behaviour = behaviourOf(fault)
    const { exited, out } = await startUntilItComplains()
    expect(exited).toBe(false)
    expect(out).toMatch(COMPLAINT)
    expect(out).not.toMatch(SECRET)
  },
)

test.each(faults.filter(([name]) => /^40[14]/.test(name)))(
  'at the start, an endpoint that lets nobody in by %s: that is said with the fix, and no key is told',
  async (_, fault) => {
    front.behaviour = behaviourOf(fault)
    const { exited, out } = await startUntilItComplains()
    expect(exited).toBe(true)
    expect(out).toMatch(/chains\[0\]\.rpc: http:\/\/127\.0\.0\.1:\d+ does not answer: \S.*\n {2}fix: \S/)
    expect(out).not.toMatch(SECRET)
  },
)

test('while it runs: no key is in what is logged, kept and served', async () => {
  front.behaviour = {}
  const lines: string[] = []
  const child: Child = await startChild({
    name: 'index',
    command: process.execPath,
    args: [join(packageRoot, 'bin/provenance.js'), 'index', '--chain', 'story', '--config', pipeline.config],
    env: { ...process.env, NODE_ENV: 'test', DEBUG: '1' },
    onLine: line => lines.push(line),
  })
  const config = loadConfig(pipeline.config, protocols)
  const api = await startApi({ config, port: 0 })
  const problem = async (): Promise<string | null> => {
    const { rows } = await database.pool.query<{ problem: string | null }>(
      'SELECT problem FROM indexer_progress',
    )
    return rows[0]?.problem ?? null
  }
  const indexed = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ indexed: string }>('SELECT indexed FROM indexer_progress')
    return Number(rows[0]?.indexed ?? -1)
  }
  try {
    while ((await indexed()) < node.head()) await sleep(50)
    for (const [, fault] of faults) {
      front.behaviour = behaviourOf(fault)
      while ((await problem()) === null) await sleep(50)
      const answers = await Promise.all([
        problem(),
        fetch(`${api.url}/ready`).then(response => response.text()),
        fetch(`${api.url}/metrics`).then(response => response.text()),
        fetch(`${api.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: '{ chains { id problem } }' }),
        }).then(response => response.text()),
      ])
      expect(answers.join('\n')).not.toMatch(SECRET)
      expect(answers[3]).toMatch(/"problem":"/)
      front.behaviour = {}
      while ((await problem()) !== null) await sleep(50)
    }
    expect(child.exit()).toBeUndefined()
    const { rows } = await database.pool.query<{ row: string }>(
      'SELECT t::text AS row FROM indexer_progress t',
    )
    expect(rows.map(({ row }) => row).join()).not.toMatch(SECRET)
  } finally {
    await Promise.all([child.stop(), api.close()])
  }
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.join('\n')).not.toMatch(SECRET)
})
