import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { startApi } from '../../src/api/server'
import { loadConfig } from '../../src/config/load'
import { packageRoot } from '../../src/config/packageRoot'
import { protocols } from '../../src/protocols/registry'
import { type ReplayedChain, startReplays } from '../../src/sandbox/replays'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { Pipeline } from './pipeline'
import { check, examplesOf, writeAnswers } from './readmeExamples'

/**
 * What `npm start -- --protocols all` adds: the recordings of EigenLayer, of Virtuals, and of agents,
 * splits and attestations, from eth_getLogs to GraphQL. Every query
 * of their READMEs gives the answer that is printed under it; `UPDATE_README=1` writes the answers, read the diff.
 */

const DOCUMENTS = ['eigenlayer', 'virtuals', 'erc8004', 'eas', 'splits'].map(name =>
  join(packageRoot, 'src/protocols', name, 'README.md'),
)
const examples = examplesOf(DOCUMENTS)

let replays: ReplayedChain[]
let database: TestDatabase
let pipeline: Pipeline
let api: Awaited<ReturnType<typeof startApi>>

beforeAll(async () => {
  replays = await startReplays(24)
  database = await freshDatabase()
  const [eigenlayer, virtuals, standards] = replays.map(({ replay }) => replay.url)
  pipeline = new Pipeline({
    database,
    chains: { alpha: eigenlayer, beta: virtuals, story: standards },
    finality: 20,
  })
  const file = readFileSync(join(packageRoot, 'config/replays.yaml'), 'utf8')
  const { chains } = parse(file) as { chains: { name: string; protocols: object; id: number }[] }
  pipeline.configure(entries => {
    for (const [i, entry] of entries.entries()) {
      const { id, name, protocols } = chains[i]!
      Object.assign(entry, { id, name, protocols })
    }
  })
  await Promise.all(chains.map(({ name }) => pipeline.index(name)))
  await pipeline.caughtUp()
  api = await startApi({ config: loadConfig(pipeline.config, protocols), port: 0 })
})

afterAll(async () => {
  await api?.close()
  await pipeline?.stop()
  await Promise.all((replays ?? []).map(({ replay }) => replay.stop()))
  await database?.drop()
  writeAnswers(DOCUMENTS, examples)
})

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that its query asks for
async function ask(query: string): Promise<any> {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}

describe('the README of', () => {
  test.each(examples.map((example, i) => [example.query.trim().slice(0, 60), i] as const))(
    'a protocol: %s',
    async (_, i) => check(examples[i]!, await ask(examples[i]!.query)),
  )
})

test('the two with stake are in the days that a page shows when nobody asks for others', async () => {
  for (const name of ['eigenlayer', 'virtuals']) {
    const { tvl } = await ask(`{ tvl(protocol: "${name}") { to tokens { points { active } } } }`)
    expect(new Date(tvl.to).getTime()).toBeLessThan(Date.UTC(2026, 1, 1))
    const moving = tvl.tokens.filter(
      ({ points }: { points: { active: string }[] }) => new Set(points.map(({ active }) => active)).size > 1,
    )
    expect(moving.length, name).toBeGreaterThan(0)
  }
})

test('no log was rejected, and folded again the rows are the same', async () => {
  expect((await database.pool.query('SELECT reason FROM rejected_log')).rows).toEqual([])
  expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
})
