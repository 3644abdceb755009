/** Writes one statement in a process of its own, and says how long it took and how much memory it held. */
import { cliStatement } from '../src/statements/cliStatement'
import { peakBytes } from './peakBytes'

export interface StatementJob {
  postgresUrl: string
  account: string
  from: string
  to: string
  format: string
  out: string
  policies?: Parameters<typeof cliStatement>[0]['policies']
}

export interface StatementDone {
  lines: number
  seconds: number
  /** of Node's threads, without Postgres's: comparable where the machine is busy with other things */
  cpuSeconds: number
  bytes: number
}

process.on('message', async (job: StatementJob) => {
  const start = performance.now()
  const before = process.cpuUsage()
  const lines = await cliStatement(job)
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  process.send!({
    lines,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    bytes: peakBytes(),
  } satisfies StatementDone)
  process.disconnect()
})
