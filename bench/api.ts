/** Requests a second of what clients ask most, beside Squid's own server and the bare SQL on the same tables. */
import type { Pool } from 'pg'
import { createPool } from '../src/postgres/pool'
import { BIG_POOL, fillApi } from './apiRows'
import { ask, load } from './httpLoad'
import { fillLineage, modelIdOf } from './lineageRows'
import type { BenchOptions } from './main'
import { median, percentile, report, say } from './report'
import { startOpenReader, startOurs } from './servers'
import { Workshop } from './workshop'

const CONNECTIONS = 16
/** Each is measured for so long, so often, in turns: what else the machine does meets all of them. */
const SLICE_MS = 1_000
const MODEL = 'id chain protocol name kind contract version block time tainted'
const EDGE = 'id childId parentId role ordinal sharePpm policy block time'
const EVENT = 'id kind poolId accountId sharesDelta activeDelta block time'

interface Case {
  name: string
  /** with another variable each time, unless it is the same query again that is measured */
  ours: (n: number) => object
  theirs?: (n: number) => object
  sql?: { name: string; text: string; values: (n: number) => unknown[] }
}

export async function api(options: BenchOptions): Promise<void> {
  await Workshop.during(async workshop => {
    const postgresUrl = await workshop.database()
    say(`api: making ${options.models} models and a pool with ${options.events} events …`)
    await fillLineage(postgresUrl, options.models)
    await fillApi(postgresUrl, options.events)
    const { url: ours } = await startOurs(workshop, postgresUrl)
    const { url: theirs } = await startOpenReader(workshop, postgresUrl)
    const pool = createPool(postgresUrl, { max: CONNECTIONS, applicationName: 'bench' })
    try {
      for (const one of cases(options.models)) await measure(one, { ours, theirs, pool }, options.samples)
      await measurePages(ours, options.samples)
    } finally {
      await pool.end()
    }
  })
}

/** Of these one after another, since what a person waits for is the time of one. */
async function measurePages(url: string, samples: number): Promise<void> {
  const pages = {
    page50: {
      query: `query ($before: DateTime!) { models(first: 50, orderBy: [time_DESC], where: {time_lt: $before}) { nodes {
        id name stake { patrons tvl { amount token { symbol } } }
        royalties { entitled owed token { symbol } }
        ancestors(maxDepth: 2, maxNodes: 50) { nodes { depth share model { id name } } } } } }`,
      variables: (n: number) => ({ before: instant(1700000000 + 1000 - (n % 900)) }),
    },
    bigPool: {
      query: `query ($id: ID!, $first: Int!) { stakePool(id: $id) { stakeEvents(first: $first) { nodes { ${EVENT} } } } }`,
      variables: (n: number) => ({ id: BIG_POOL, first: 20 + (n % 20) }),
    },
  }
  for (const [name, { query, variables }] of Object.entries(pages)) {
    const times: number[] = []
    for (let n = 0; n < Math.min(samples, 100) + 5; n++) {
      const { ms } = await ask(url, { query, variables: variables(n) })
      if (n >= 5) times.push(ms) // the first ones warm it up
    }
    for (const p of [50, 95]) report(`api.${name}.ours.p${p}`, percentile(times, p), 'ms')
  }
}

async function measure(
  one: Case,
  at: { ours: string; theirs: string; pool: Pool },
  samples: number,
): Promise<void> {
  const rates: Record<'ours' | 'theirs' | 'sql', number[]> = { ours: [], theirs: [], sql: [] }
  let n = 0
  const next = (question: (n: number) => object) => () => question(n++)
  const slices = Math.max(1, Math.round(samples / 60))
  for (let slice = -1; slice < slices; slice++) {
    const span = { connections: CONNECTIONS, ms: slice < 0 ? SLICE_MS / 2 : SLICE_MS }
    const measured = {
      theirs: one.theirs && (await load(at.theirs, next(one.theirs), span)).rate,
      sql: one.sql && (await loadSql(at.pool, one.sql, () => n++, span)),
      ours: (await load(at.ours, next(one.ours), span)).rate,
    }
    if (slice < 0) continue // the first warms them up
    for (const [who, rate] of Object.entries(measured))
      if (rate !== undefined) rates[who as keyof typeof rates].push(rate)
  }
  const theirs =
    rates.theirs.length > 0
      ? report(`api.${one.name}.openreader`, median(rates.theirs), 'requests/s')
      : undefined
  if (rates.sql.length > 0) report(`api.${one.name}.sql`, median(rates.sql), 'statements/s', theirs)
  report(`api.${one.name}.ours`, median(rates.ours), 'requests/s', theirs)
}

async function loadSql(
  pool: Pool,
  { name, text, values }: NonNullable<Case['sql']>,
  next: () => number,
  { connections, ms }: { connections: number; ms: number },
): Promise<number> {
  const start = performance.now()
  let done = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() - start < ms) {
        await pool.query({ name, text, values: values(next()) })
        done++
      }
    }),
  )
  return (done / (performance.now() - start)) * 1000
}

function cases(models: number): Case[] {
  const some = (n: number) => 1 + ((n * 7919) % models)
  const three = (n: number) => [0, 1, 2].map(i => modelIdOf(some(n * 3 + i)))
  const before = (n: number) => instant(1600000000 + 100 + (some(n) % (models - 99)))
  const byId = `query ($id: String!) { modelById(id: $id) { ${MODEL} } }`
  const byTime = (body: string, size: string) =>
    `query ($before: DateTime!) { models(orderBy: [time_DESC], ${size}: 50, where: {time_lt: $before}) ${body} }`
  const edges = (body: string, size: string) =>
    `query ($ids: [String!]) { lineageEdges(${size}: 50, orderBy: [id_ASC], where: {childId_in: $ids}) ${body} }`
  const columns = (fields: string) =>
    fields.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`).replaceAll(' ', ', ')
  const again = { query: byTime(`{ nodes { ${MODEL} } }`, 'first'), variables: { before: before(1) } }
  return [
    {
      name: 'byId',
      ours: n => ({
        query: `query ($id: ID!) { model(id: $id) { ${MODEL} } }`,
        variables: { id: modelIdOf(some(n)) },
      }),
      theirs: n => ({ query: byId, variables: { id: modelIdOf(some(n)) } }),
      sql: {
        name: 'by-id',
        text: `SELECT ${columns(MODEL)} FROM model WHERE id = $1`,
        values: n => [modelIdOf(some(n))],
      },
    },
    {
      name: 'byTime50',
      ours: n => ({ query: byTime(`{ nodes { ${MODEL} } }`, 'first'), variables: { before: before(n) } }),
      theirs: n => ({ query: byTime(`{ ${MODEL} }`, 'limit'), variables: { before: before(n) } }),
      sql: {
        name: 'by-time',
        text: `SELECT ${columns(MODEL)} FROM model WHERE time < $1 ORDER BY time DESC, id LIMIT 50`,
        values: n => [before(n)],
      },
    },
    {
      name: 'edgesOf3',
      ours: n => ({ query: edges(`{ nodes { ${EDGE} } }`, 'first'), variables: { ids: three(n) } }),
      theirs: n => ({ query: edges(`{ ${EDGE} }`, 'limit'), variables: { ids: three(n) } }),
      sql: {
        name: 'edges',
        text: `SELECT ${columns(EDGE)} FROM lineage_edge WHERE child_id = ANY($1) ORDER BY id LIMIT 50`,
        values: n => [three(n)],
      },
    },
    {
      name: 'sameAgain',
      ours: () => again,
      theirs: () => ({ query: byTime(`{ ${MODEL} }`, 'limit'), variables: { before: before(1) } }),
    },
    { name: 'typename', ours: () => ({ query: '{__typename}' }), theirs: () => ({ query: '{__typename}' }) },
  ]
}

function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
