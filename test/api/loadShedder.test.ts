import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { shedLoad } from '../../src/api/limits/loadShedder'
import { packageRoot } from '../../src/config/packageRoot'

test('while memory is short requests are answered 503 with the time to come again, and who watches is answered', async () => {
  const heap = { short: true }
  const refused: string[] = []
  const server = createServer(
    shedLoad(
      heap,
      path => refused.push(path),
      (_, response) => response.end('let in'),
    ),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const question = { method: 'POST', body: '{"query":"{__typename}"}' }
  const response = await fetch(`${url}/graphql?x=1`, question)
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('5')
  expect((await response.json()).errors[0].extensions.code).toBe('UNAVAILABLE')
  const statement = await fetch(`${url}/statements/x.csv`)
  expect([statement.status, (await statement.json()).error.code]).toEqual([503, 'UNAVAILABLE'])
  for (const path of ['/health', '/ready', '/metrics'])
    expect(await (await fetch(url + path)).text()).toBe('let in')
  expect(refused).toEqual(['/graphql', '/statements/x.csv'])
  heap.short = false
  expect(await (await fetch(`${url}/graphql`, question)).text()).toBe('let in')
  server.close()
})

/** Fills its heap until the watch says that it is short, then lets go of it. */
const FILLER = `
  const { HeapWatch } = require(${JSON.stringify(path.join(packageRoot, 'lib/api/limits/loadShedder.js'))})
  const { getHeapStatistics } = require('node:v8')
  const watch = new HeapWatch()
  const told = async () => { gc(); await new Promise(done => setTimeout(done, 20)); return watch.short }
  ;(async () => {
    const said = [await told()]
    let held = []
    const part = () => getHeapStatistics().used_heap_size / getHeapStatistics().heap_size_limit
    while (part() < 0.75) held.push(new Array(10000).fill(0.5))
    said.push(await told())
    held = []
    said.push(await told())
    console.log(JSON.stringify(said))
    watch.stop()
  })()`

test('memory is short when what a collection leaves fills most of the heap, and not any more when it is let go', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=300',
    '--expose-gc',
    '-e',
    FILLER,
  ])
  expect(JSON.parse(stdout)).toEqual([false, true, false])
}, 60_000)
