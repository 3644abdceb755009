import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, type LogRecord } from '@subsquid/logger'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Listener } from '../../src/api/live/listener'
import { cuttableProxy } from '../fixtures/cuttableProxy'
import { freshDatabase, type TestDatabase } from '../fixtures/database'

let database: TestDatabase
let proxy: Awaited<ReturnType<typeof cuttableProxy>>
let listener: Listener
let heard: unknown[]
let gaps: number
let warnings: LogRecord[]

beforeEach(async () => {
  database = await freshDatabase()
  proxy = await cuttableProxy(database.url)
  heard = []
  gaps = 0
  warnings = []
  listener = listenerWith({ heartbeatMs: 500 })
})

afterEach(async () => {
  await listener?.stop()
  await proxy?.stop()
  await database?.drop()
})

function listenerWith({ heartbeatMs }: { heartbeatMs: number }): Listener {
  return new Listener({
    url: proxy.url,
    log: new Logger(record => warnings.push(record), 'test'),
    onNotification: notification => heard.push(notification),
    onGap: () => gaps++,
    heartbeatMs,
  })
}

const notify = (id: string) =>
  database.pool.query('SELECT pg_notify($1, $2)', [
    'provenance',
    JSON.stringify({ kind: 'model', keys: [[id]] }),
  ])

async function until(met: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !met(); await sleep(10)) {
    if (Date.now() > end) throw new Error(`heard ${JSON.stringify(heard)}, ${gaps} gaps`)
  }
}

test('a connection that is dead and does not say so is noticed and remade', async () => {
  await listener.start()
  await notify('before')
  await until(() => heard.length === 1)
  proxy.freeze()
  await notify('lost')
  await until(() => gaps === 1)
  await notify('after')
  await until(() => heard.length === 2)
  expect(heard).toEqual([
    { kind: 'model', keys: [['before']] },
    { kind: 'model', keys: [['after']] },
  ])
  expect(warnings.map(line => line.msg)).toEqual([expect.stringContaining('no notification came back')])
})

test('heartbeats of one listener are not heard by another, nor taken for a change', async () => {
  await listener.start()
  const beats: unknown[] = []
  const client = await database.pool.connect()
  client.on('notification', message => beats.push(message))
  await client.query('LISTEN provenance')
  const begun = Date.now()
  await until(() => Date.now() - begun > 1_500)
  client.release(true)
  expect([beats, heard, gaps, warnings]).toEqual([[], [], 0, []])
})

test('stops at once, though the other side is gone', { timeout: 60_000 }, async () => {
  listener = listenerWith({ heartbeatMs: 600_000 }) // nothing else would end its wait in time
  await listener.start()
  proxy.freeze()
  await listener.stop()
})
