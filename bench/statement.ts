/** Seconds and memory of a large royalty statement in each format, and milliseconds of one page of it in GraphQL. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { startApi } from '../src/api/server'
import type { BenchOptions } from './main'
import { percentile, report, say } from './report'
import type { StatementDone, StatementJob } from './statementJob'
import { ACCOUNT, FROM, fillRoyalties, TO, TOKEN } from './statementRows'
import { Workshop } from './workshop'

const FORMATS = ['csv', 'json', 'xlsx', 'parquet', 'beancount']
/** Pages that are asked for, evenly over the statement. */
const PAGES = 100
const PAGE = 100

export async function statement({ lines }: BenchOptions): Promise<void> {
  await Workshop.during(async workshop => {
    const postgresUrl = await workshop.database()
    say(`statement: making ${lines} lines …`)
    await fillRoyalties(postgresUrl, lines)
    const policies = { [TOKEN]: { sources: [{ file: 'bench' }], maxAgeSeconds: 86_400 } }
    for (const format of FORMATS) {
      const job = { postgresUrl, account: ACCOUNT, from: FROM, to: TO, format }
      const bare = await write(workshop, job, lines)
      const name = `statement.${format}`
      const seconds = report(name, bare.seconds, 's')
      report(`${name}.cpu`, bare.cpuSeconds, 's')
      report(`${name}.peakMemory`, bare.bytes / 1e6, 'MB')
      if (format !== 'csv') continue
      const priced = await write(workshop, { ...job, policies }, lines)
      report(`${name}.priced`, priced.seconds, 's', seconds)
      report(`${name}.priced.cpu`, priced.cpuSeconds, 's')
      report(`${name}.priced.peakMemory`, priced.bytes / 1e6, 'MB')
    }
    const times = await pageTimes(postgresUrl, lines)
    for (const p of [50, 95]) report(`statement.page.p${p}`, percentile(times, p), 'ms')
  })
}

async function write(
  { folder }: Workshop,
  job: Omit<StatementJob, 'out'>,
  lines: number,
): Promise<StatementDone> {
  const child = fork(path.join(__dirname, 'statementJob.ts'), {
    execArgv: ['--require', path.join(__dirname, 'load.cjs')],
  })
  child.send({ ...job, out: path.join(folder, `statement.${job.format}`) } satisfies StatementJob)
  const [told] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${job.format} ended with ${code}`))),
  ])
  const result = told as StatementDone
  if (result.lines !== lines) throw new Error(`${job.format} has ${result.lines} lines, not ${lines}`)
  return result
}

/** Pages as clients ask for them: each from a position in the statement, with its totals. */
async function pageTimes(postgresUrl: string, lines: number): Promise<number[]> {
  const api = await startApi({
    config: {
      postgres: { url: postgresUrl },
      api: { host: '127.0.0.1', port: 0, timeoutMs: 60_000, maxLagSeconds: 60 },
      chains: [{ caip2: 'eip155:999', name: 'bench' }],
    },
  })
  try {
    const times: number[] = []
    for (let i = -5; i < PAGES; i++) {
      const block = Math.max(1, Math.floor((Math.max(i, 0) * lines) / PAGES))
      const time = Date.parse(FROM) + Math.floor((block * 31_536_000_000) / (lines + 1))
      const after = Buffer.from(JSON.stringify([time, 'eip155:999', block, 0, 0, ''])).toString('base64url')
      const query = `{ royaltyStatement(account: "${ACCOUNT}", from: "${FROM}", to: "${TO}") {
        tokens { opening accrued claimed closing }
        lines(first: ${PAGE}, after: "${after}") { totalCount nodes { time amount balance transaction } pageInfo { hasNextPage endCursor } } } }`
      const start = performance.now()
      const response = await fetch(`${api.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
      const { data, errors } = (await response.json()) as {
        data?: { royaltyStatement: { lines: { totalCount: number } } }
        errors?: unknown
      }
      if (data?.royaltyStatement.lines.totalCount !== lines) throw new Error(JSON.stringify(errors))
      if (i >= 0) times.push(performance.now() - start) // the first warm it
    }
    return times
  } finally {
    await api.close()
  }
}
