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

process.on('message', async (job: StatementJob) => {
  const start = performance.now()
  const lines = await cliStatement(job)
  process.send!({ lines, seconds: (performance.now() - start) / 1000, bytes: peakBytes() })
  process.disconnect()
})
