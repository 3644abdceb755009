import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { packageRoot } from '../../src/config/packageRoot'
import { type Child, startChild } from '../../src/sandbox/childProcess'
import { freePort } from '../../src/sandbox/freePort'

const data = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'data')
const sandboxes: Child[] = []

/** Stands for the user's browser: notes the address that it is opened with. */
const browser = mkdtempSync(join(tmpdir(), 'browser-'))
const opened = join(browser, 'opened')
for (const name of ['xdg-open', 'open']) {
  writeFileSync(
    join(browser, name),
    `#!/bin/sh\necho "$1" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`,
  )
  chmodSync(join(browser, name), 0o755)
}

afterAll(async () => {
  await Promise.all(sandboxes.map(sandbox => sandbox.stop()))
  await stopLeftovers()
  rmSync(data, { recursive: true, force: true })
  rmSync(browser, { recursive: true })
})

/** What `npm start` runs once all is built; without Neo4j, which only takes time here. */
async function start(port: number, ...more: string[]): Promise<{ sandbox: Child; lines: string[] }> {
  const lines: string[] = []
  const sandbox = await startChild({
    name: 'sandbox',
    command: process.execPath,
    args: [
      join(packageRoot, 'bin/provenance.js'),
      'sandbox',
      '--data',
      data,
      '--port',
      String(port),
      '--no-neo4j',
      ...more,
    ],
    env: { ...process.env, PATH: `${browser}${delimiter}${process.env.PATH}` },
    onLine: line => lines.push(line),
    stopSteps: [['SIGINT', 15_000]],
  })
  sandboxes.push(sandbox)
  while (!lines.some(line => line.includes('Stop with Ctrl-C'))) {
    if (sandbox.exit()) throw new Error(`the sandbox ended:\n${lines.join('\n')}`)
    await sleep(100)
  }
  return { sandbox, lines }
}

async function heights(port: number): Promise<Record<string, number>> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ chains { name indexed { height } } models { totalCount } }' }),
  })
  const { data } = (await response.json()) as {
    data: { chains: { name: string; indexed: { height: number } }[]; models: { totalCount: number } }
  }
  expect(data.models.totalCount).toBeGreaterThan(50)
  return Object.fromEntries(data.chains.map(({ name, indexed }) => [name, indexed.height]))
}

/** Processes that work on our data folder. */
function leftovers(): string[] {
  const all = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8', maxBuffer: 1e8 })
  return all.split('\n').filter(line => line.includes(data) && !line.includes('vitest'))
}

async function stopLeftovers(): Promise<void> {
  for (const line of leftovers()) {
    try {
      process.kill(Number(line.trim().split(' ', 1)[0]), 'SIGKILL')
    } catch {
      // gone meanwhile
    }
  }
}

test('npm start serves a populated API, stops without a trace, goes on from there, and survives being killed', async () => {
  const port = await freePort()
  const first = await start(port, '--open')
  const address = `http://127.0.0.1:${port}`
  // First of what is said once it is ready: the dashboard's address, which --open shows.
  const ready = first.lines.findIndex(line => line.startsWith('Ready'))
  expect(first.lines[ready]).toMatch(new RegExp(`^Ready in \\d+ s: ${address}$`))
  expect(first.lines.slice(0, ready).join('\n')).not.toContain(address)
  expect(await (await fetch(address)).text()).toContain('<div id="app">')
  while (!existsSync(opened)) await sleep(50)
  expect(readFileSync(opened, 'utf8')).toBe(`${address}\n`)
  const { password } = new URL(parse(readFileSync(join(data, 'config.yaml'), 'utf8')).postgres.url)
  expect(password).not.toBe('')
  expect(first.lines.join('\n')).not.toContain(password)
  const before = await heights(port)

  process.kill(first.sandbox.pid, 'SIGINT')
  expect((await first.sandbox.exited).code).toBe(0)
  expect(leftovers()).toEqual([])

  const second = await start(port)
  expect(second.lines.join('\n')).toContain('the chains go on where they stopped')
  const resumed = await heights(port)
  for (const [chain, height] of Object.entries(before)) expect(resumed[chain]).toBeGreaterThanOrEqual(height)

  process.kill(second.sandbox.pid, 'SIGKILL')
  await second.sandbox.exited
  const third = await start(port)
  await heights(port)
  await third.sandbox.stop()
  expect(leftovers()).toEqual([])

  const fresh = await start(port, '--fresh', '--no-live')
  expect(fresh.lines.join('\n')).toMatch(/^ {2}played$/m)
  await fresh.sandbox.stop()
  expect(leftovers()).toEqual([])
}, 240_000)
