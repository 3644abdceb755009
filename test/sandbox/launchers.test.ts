import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startAnvil } from '../../src/sandbox/anvil'
import { onPort } from '../../src/sandbox/freePort'
import { startPostgres } from '../../src/sandbox/postgres'
import { testChain } from '../fixtures/chain'
import { freshDatabase } from '../fixtures/database'
import { requireNeo4j, testNeo4j } from '../fixtures/neo4j'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'provenance-launch-'))
  chmodSync(directory, 0o755)
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('Postgres', () => {
  test('keeps its data, its password and its databases from one start to the next', async () => {
    const dataDir = path.join(directory, 'pg')
    const first = await startPostgres({ dataDir, database: 'provenance' })
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()

    const second = await startPostgres({ dataDir, database: 'provenance' })
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await second.stop()

    expect(new URL(second.url).password).toBe(new URL(first.url).password)
    expect(isAlive(first.pid) || isAlive(second.pid)).toBe(false)
  })

  test('listens on the loopback interface alone, and asks for the password', async () => {
    const { url, stop } = await startPostgres({ dataDir: path.join(directory, 'pg'), durable: false })
    expect(await query(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    const wrong = url.replace(/:[0-9a-f]+@/, ':guess@')
    await expect(query(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed')
    await stop()
  })

  test('serves a data directory that its system user cannot enter, and forgets it with the directory', async context => {
    if (process.getuid?.() !== 0) context.skip('only root runs Postgres as another user')
    chmodSync(directory, 0o700)
    const dataDir = path.join(directory, 'pg')
    const first = await startPostgres({ dataDir, durable: false })
    await query(first.url, 'CREATE TABLE kept ()')
    await first.stop()
    const second = await startPostgres({ dataDir, durable: false })
    expect(await query(second.url, 'SELECT * FROM kept')).toEqual([])
    await second.stop()

    rmSync(dataDir, { recursive: true })
    const third = await startPostgres({ dataDir, durable: false })
    await expect(query(third.url, 'SELECT * FROM kept')).rejects.toThrow('does not exist')
    await third.stop()
    rmSync(readFileSync(path.join(dataDir, 'MOVED'), 'utf8').split('\n')[0]!, { recursive: true })
  })

  test('is not started twice on the same data', async () => {
    const dataDir = path.join(directory, 'pg')
    const { stop } = await startPostgres({ dataDir, durable: false })
    await expect(startPostgres({ dataDir })).rejects.toThrow(
      /already runs on this data[\s\S]*fix: stop process/,
    )
    await stop()
  })

  test('a taken port, or the data of another version, is said with the fix', async () => {
    const taken = createServer()
    const port = await new Promise<number>(resolve =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    )
    const dataDir = path.join(directory, 'pg')
    await expect(startPostgres({ dataDir, port })).rejects.toThrow(
      /port \d+ is in use[\s\S]*fix: .*another port/,
    )
    taken.close()

    writeFileSync(path.join(dataDir, 'cluster', 'PG_VERSION'), '12\n')
    await expect(startPostgres({ dataDir })).rejects.toThrow(/made by PostgreSQL 12[\s\S]*fix: delete/)
  })
})

describe('a port', () => {
  test.each([
    'could not bind IPv4 address "127.0.0.1": Address already in use', // Postgres
    'Address localhost:7687 is already in use, cannot bind to it.', // Neo4j
    'java.net.BindException: Address already in use', // Netty
    'Bind for 127.0.0.1:7687 failed: port is already allocated', // Docker
    'listen EADDRINUSE: address already in use 127.0.0.1:4350', // Node
  ])('that another program takes between the look and the start (%s): another one is tried', async words => {
    const tried: number[] = []
    const port = await onPort(undefined, 'a server', async port => {
      tried.push(port)
      if (tried.length < 3) throw new Error(`it ended at once (code 1)\n  | ${words}`)
      return port
    })
    expect(tried).toHaveLength(3)
    expect(port).toBe(tried[2])
    expect(new Set(tried).size).toBe(3)
  })

  test('is not tried again when something else is wrong', async () => {
    let tried = 0
    const start = onPort(undefined, 'a server', async () => {
      tried++
      throw new Error('no space left on device')
    })
    await expect(start).rejects.toThrow('no space left')
    expect(tried).toBe(1)
  })

  test('of a chain is its own: two started at once never answer for each other', async () => {
    const chains = await Promise.all(Array.from({ length: 6 }, () => startAnvil({ chainId: 31_337 })))
    expect(new Set(chains.map(({ port }) => port)).size).toBe(6)
    await Promise.all(chains.map((chain, i) => rpc(chain.url, 'anvil_mine', [`0x${i + 1}`])))
    for (const [i, { url }] of chains.entries())
      expect(await rpc(url, 'eth_blockNumber', [])).toBe(`0x${i + 1}`)
    await Promise.all(chains.map(chain => chain.stop()))
  })
})

describe('whatever ends the launcher, nothing it launched is left', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', async signal => {
    const { launcher, pids, exited } = await launch(directory, 'wait')
    launcher.kill(signal)
    expect(await exited).toBe(signal)
    expect(pids.filter(isAlive)).toEqual([])
    expect(existsSync(path.join(directory, 'chain.json'))).toBe(true)
  })

  test('an uncaught error', async () => {
    const { pids, exited } = await launch(directory, 'throw')
    expect(await exited).toBe(1)
    await gone(pids)
  })

  test('SIGKILL leaves them running, and the next start on the same data stops them first', async () => {
    const { launcher, pids, exited } = await launch(directory, 'wait')
    launcher.kill('SIGKILL')
    await exited
    expect(pids.filter(isAlive)).toEqual(pids)

    const postgres = await startPostgres({ dataDir: directory, durable: false })
    const anvil = await startAnvil({ chainId: 31_337, stateFile: path.join(directory, 'chain.json') })
    expect(pids.filter(isAlive)).toEqual([])
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await Promise.all([postgres.stop(), anvil.stop()])
  })
})

describe('anvil', () => {
  test('resumes a saved chain with its blocks, logs and receipts', async () => {
    const stateFile = path.join(directory, 'chain.json')
    const transaction = { from: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', data: '0x60006000a000' } // emits LOG0
    const first = await startAnvil({ chainId: 8453, stateFile })
    const hash = await rpc<string>(first.url, 'eth_sendTransaction', [transaction])
    // Anvil answers before it has mined the block.
    while ((await rpc(first.url, 'eth_getTransactionReceipt', [hash])) === null) await sleep(10)
    const before = await rpc<unknown[]>(first.url, 'eth_getLogs', [{ fromBlock: '0x0' }])
    await first.stop()

    const second = await startAnvil({ chainId: 8453, stateFile })
    expect(before).toHaveLength(1)
    expect(await rpc(second.url, 'eth_getLogs', [{ fromBlock: '0x0' }])).toEqual(before)
    expect(await rpc(second.url, 'eth_getTransactionReceipt', [hash])).toMatchObject({ blockNumber: '0x1' })
    await second.stop()
    expect(isAlive(second.pid)).toBe(false)
  })

  test('a damaged state file is said with the fix', async () => {
    const stateFile = path.join(directory, 'chain.json')
    writeFileSync(stateFile, '{"block":')
    await expect(startAnvil({ chainId: 1, stateFile })).rejects.toThrow(
      /anvil ended at once[\s\S]*fix: if .*chain.json/,
    )
  })
})

describe('fixtures', () => {
  test('a fresh database has the migrations, and nothing of another', async () => {
    const [one, two] = [await freshDatabase(), await freshDatabase()]
    await one.pool.query('CREATE TABLE only_here ()')
    const applied = await two.pool.query('SELECT count(*)::int AS n FROM migrations')
    expect(applied.rows[0].n).toBeGreaterThan(0)
    await expect(two.pool.query('SELECT * FROM only_here')).rejects.toThrow('does not exist')
    await Promise.all([one.drop(), two.drop()])
  })

  test('a test chain answers, and reorganises', async () => {
    const chain = await testChain({ chainId: 137 })
    await chain.rpc('anvil_mine', ['0x5'])
    const before = await chain.rpc<{ hash: string }>('eth_getBlockByNumber', ['0x5', false])
    await chain.rpc('anvil_reorg', [2, []])
    const after = await chain.rpc<{ hash: string }>('eth_getBlockByNumber', ['0x5', false])
    expect(after.hash).not.toBe(before.hash)
    await chain.close()
  })

  test('Neo4j comes emptied: nodes, constraints and indexes', async context => {
    const neo4j = await testNeo4j()
    requireNeo4j(context, neo4j)
    await neo4j.driver.executeQuery('CREATE CONSTRAINT one FOR (m:Model) REQUIRE m.id IS UNIQUE')
    await neo4j.driver.executeQuery('CREATE INDEX two FOR (m:Model) ON (m.height)')
    await neo4j.driver.executeQuery('UNWIND range(1, 3) AS id CREATE (:Model {id: id})-[:OF]->(:Chain)')
    await neo4j.clear()
    const { records } = await neo4j.driver.executeQuery('MATCH (n) RETURN count(n) AS n')
    expect(records[0]!.get('n')).toBe(0n)
    expect((await neo4j.driver.executeQuery('SHOW CONSTRAINTS')).records).toEqual([])
    expect((await neo4j.driver.executeQuery("SHOW INDEXES WHERE type <> 'LOOKUP'")).records).toEqual([])
    await neo4j.close()
  })
})

type Launched = { launcher: ChildProcess; pids: number[]; exited: Promise<number | string | null> }

async function launch(dataDir: string, end: 'wait' | 'throw'): Promise<Launched> {
  const script = path.join(__dirname, 'launchedByTest.ts')
  const launcher = spawn(process.execPath, ['--import', 'tsx', script, dataDir, end], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = new Promise<number | string | null>(resolve => {
    launcher.once('exit', (code, signal) => resolve(signal ?? code))
  })
  for await (const line of createInterface({ input: launcher.stdout })) {
    return { launcher, exited, ...(JSON.parse(line) as { pids: number[] }) }
  }
  throw new Error(`the launcher ended with ${await exited} before it said what it started`)
}

async function gone(pids: number[]): Promise<void> {
  for (let waited = 0; waited < 5_000 && pids.some(isAlive); waited += 50) await sleep(50)
  expect(pids.filter(isAlive)).toEqual([])
}

/** A process that has ended but that nobody waited for (state Z) does not count. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function rpc<T>(url: string, method: string, params: unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return ((await response.json()) as { result: T }).result
}
