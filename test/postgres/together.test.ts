import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '../../src/postgres/pool'
import { openWith } from '../../src/postgres/snapshot'
import type { Statement } from '../../src/postgres/statement'
import { runTogether } from '../../src/postgres/together'
import { freshDatabase, type TestDatabase } from '../fixtures/database'

const TIME_LIMIT = { timeoutMs: 300 }
const one: Statement = { name: 'one', text: 'SELECT $1::int AS n', values: [1] }
const two: Statement = { name: 'two', text: 'SELECT 2 AS n, id FROM model' }
const divided: Statement = { name: 'divided', text: 'SELECT 1 / $1::int AS n', values: [0] }
const slow: Statement = { name: 'slow', text: 'SELECT pg_sleep(20)' }

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await freshDatabase()
  pool = createPool(database.url)
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})
afterEach(async () => {
  // Whatever was done: every connection is back, and none is within a transaction.
  expect(pool.idleCount).toBe(pool.totalCount)
  const clients = await Promise.all(Array.from({ length: pool.totalCount || 1 }, () => pool.connect()))
  for (const client of clients) {
    const { rows } = await client.query('SELECT now() = statement_timestamp() AS alone, 1 AS n')
    const { rows: again } = await client.query("SELECT current_setting('statement_timeout') AS t")
    expect([rows[0], again[0].t]).toEqual([{ alone: true, n: 1 }, '0'])
    client.release()
  }
})

async function together(...statements: Statement[]) {
  const client = await pool.connect()
  try {
    return await runTogether(client, statements)
  } finally {
    client.release()
  }
}

describe('statements in one message', () => {
  test('have the rows of each, again and again, named or not', async () => {
    for (let i = 0; i < 3; i++)
      expect(
        await together({ ...one, values: [i] }, two, { ...divided, values: [1] }, { ...one, prepare: false }),
      ).toEqual([{ rows: [{ n: i }] }, { rows: [] }, { rows: [{ n: 1 }] }, { rows: [{ n: 1 }] }])
  })

  test('behind one that fails are not run, and can be asked again', async () => {
    const last: Statement = { name: 'last', text: 'SELECT 3 AS n' }
    const wrong: Statement = { name: 'wrong', text: 'SELECT nothing FROM nowhere' }
    for (const failing of [divided, wrong, wrong, divided]) {
      const [first, second, third] = await together(one, failing, last)
      expect(first).toEqual({ rows: [{ n: 1 }] })
      expect(second).toHaveProperty('error.code', failing === wrong ? '42P01' : '22012')
      expect(third).toEqual(second)
    }
    expect(await together(last, one)).toEqual([{ rows: [{ n: 3 }] }, { rows: [{ n: 1 }] }])
  })

  test('whose values cannot be written cost the connection, and nobody waits', async () => {
    const unwritable = {
      toPostgres: () => {
        throw new Error('no text')
      },
    }
    const client = await pool.connect()
    const outcomes = await runTogether(client, [one, { ...two, name: 'bad', values: [unwritable] }, two])
    expect(outcomes.at(-1)).toHaveProperty('error')
    await expect(client.query('SELECT 1')).rejects.toThrow()
    client.release(true)
  })
})

describe.each([true, false])('a snapshot whose first statement opens it (alone: %s)', alone => {
  test('says what it saw and gives its connection back', async () => {
    const { snapshot, rows } = await openWith(pool, TIME_LIMIT, one, { alone })
    expect(await rows).toEqual([{ n: 1 }])
    expect(snapshot.version).toMatch(/^[\d.]+ \d+:\d+:/)
    expect(snapshot.ended).toBe(alone)
    if (alone) await expect(snapshot.query(two)).rejects.toThrow('after its snapshot')
    else expect(await snapshot.query(two)).toEqual([])
    await snapshot.close()
  })

  test('reads only, for so long, and lets go of what fails', async () => {
    const writing: Statement = { name: 'writing', text: 'CREATE TABLE written (n int)' }
    for (const [statement, message] of [
      [writing, 'read-only transaction'],
      [slow, 'took longer than 300 ms'],
      [divided, 'division by zero'],
    ] as const) {
      const { snapshot, rows } = await openWith(pool, TIME_LIMIT, statement, { alone })
      await expect(rows).rejects.toThrow(message)
      await snapshot.close()
    }
  })

  test('is cancelled when it is closed before it is answered', async () => {
    const { snapshot, rows } = await openWith(pool, { timeoutMs: 20_000 }, slow, { alone })
    const failed = expect(rows).rejects.toThrow('after its snapshot was closed')
    const begun = performance.now()
    await snapshot.close()
    await failed
    expect(performance.now() - begun).toBeLessThan(15_000)
  })
})
