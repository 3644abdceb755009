import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from '../../src/postgres/client'
import { createPool } from '../../src/postgres/pool'
import { withSnapshot } from '../../src/postgres/snapshot'
import { SnapshotVersions } from '../../src/postgres/snapshotVersion'
import { cuttableProxy } from '../fixtures/cuttableProxy'
import { freshDatabase, type TestDatabase } from '../fixtures/database'

let database: TestDatabase
let proxy: Awaited<ReturnType<typeof cuttableProxy>>
/** What would have ended the process. */
let unheard: unknown[]
let handlers: NodeJS.UncaughtExceptionListener[]

const listen = (error: unknown) => unheard.push(error)

beforeAll(async () => {
  database = await freshDatabase()
  proxy = await cuttableProxy(database.url)
})

afterAll(async () => {
  await proxy?.stop()
  await database?.drop()
})

beforeEach(() => {
  unheard = []
  handlers = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', listen)
})

afterEach(() => {
  process.removeAllListeners('uncaughtException')
  for (const handler of handlers) process.on('uncaughtException', handler)
})

const SHORT = { timeoutMs: 5_000 }
const ONE = { name: 'one', text: 'SELECT 1' }

/** Each with what it does over connections of its own. */
const USES: Record<string, (url: string) => Promise<unknown>> = {
  'a snapshot': async url => {
    const pool = createPool(url)
    try {
      return await withSnapshot(pool, SHORT, async db => {
        await db.query(ONE)
        await sleep(5) // nothing is asked when the news comes
        return db.query(ONE)
      })
    } finally {
      await pool.end()
    }
  },
  'a connection of a pool': async url => {
    const pool = createPool(url)
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await sleep(5)
      await client.query('COMMIT')
    } finally {
      client.release()
      await pool.end()
    }
  },
  'a pool': async url => {
    const pool = createPool(url)
    try {
      for (let n = 0; n < 3; n++) await pool.query('SELECT 1')
    } finally {
      await pool.end()
    }
  },
  'a connection of its own': async url => {
    const client = createClient({ connectionString: url })
    try {
      await client.connect()
      await client.query('SELECT 1')
      await sleep(5)
      await client.query('SELECT 1')
    } finally {
      await client.end()
    }
  },
  'a look at what a snapshot sees': async url => {
    const versions = new SnapshotVersions(url)
    try {
      for (let n = 0; n < 3; n++) await versions.current()
    } finally {
      await versions.end()
    }
  },
}

describe('Postgres shuts down', () => {
  it.each(Object.keys(USES))('whenever it does, %s fails or goes on, and the process lives', async name => {
    let failed = 0
    for (let answers = 1; answers <= 6; answers++) {
      proxy.shutDownAfter(answers)
      await USES[name]!(proxy.url).catch(() => failed++)
      await sleep(5)
    }
    expect(unheard).toEqual([])
    if (name !== 'a look at what a snapshot sees') expect(failed).toBeGreaterThan(0)
  })

  it('is heard by every connection that we make, for one place makes them', () => {
    const src = path.resolve(__dirname, '../../src')
    const making = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts'))
      .filter(file => {
        const text = readFileSync(path.join(src, file), 'utf8')
        return /from 'pg'/.test(text) && /new (Client|Pool)\(/.test(text)
      })
    expect(making.sort()).toEqual(['postgres/client.ts', 'postgres/pool.ts'])
  })
})
