/** What the benchmark and the process that it measures say to each other, over Node's channel between the two. */

import { peakBytes } from '../peakBytes'

export interface Job {
  rpc: string
  postgresUrl: string
  chainId: number
  contracts: { registry: string; poolFactory: string; router: string }
  firstBlock: number
  lastBlock: number
  finality: number
}

/** `ready`: all is loaded, waiting for the job. `done`: of those that know it themselves. */
export type FromWorker = { kind: 'ready' } | { kind: 'done' } | { kind: 'usage'; usage: Usage }

export type ToWorker = { kind: 'start'; job: Job } | { kind: 'stop' }

export interface Usage {
  /** user and system time since the start of the job */
  cpuSeconds: number
  /** the most memory that the process ever held */
  peakBytes: number
}

/** The measured process's side. `work` may go on for ever. */
export function serveJob(work: (job: Job) => Promise<void>): void {
  const tell = (message: FromWorker) => process.send!(message)
  let before = process.cpuUsage()
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'start') {
      before = process.cpuUsage()
      work(message.job).then(
        () => tell({ kind: 'done' }),
        error => {
          console.error(error)
          process.exit(1)
        },
      )
    } else {
      const { user, system } = process.cpuUsage(before)
      tell({ kind: 'usage', usage: { cpuSeconds: (user + system) / 1e6, peakBytes: peakBytes() } })
    }
  })
  process.on('disconnect', () => process.exit(0))
  tell({ kind: 'ready' })
}
