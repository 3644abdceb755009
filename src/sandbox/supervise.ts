/** A process of ours that is started again when it ends, as a service manager would. */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageRoot } from '../config/packageRoot'
import { type Child, startChild } from './childProcess'

export interface Supervised {
  /** Ends it for good. */
  stop(): Promise<void>
  /** How often it was started again. */
  restarts(): number
  /** Its last lines, where it does not run now. */
  trouble(): string | undefined
}

export interface SupervisedOptions {
  name: string
  /** of the command line: `['index', '--chain', 'alpha', …]` */
  args: string[]
  /** file that its output goes to */
  logFile: string
  /** see pidFile.ts: what a killed sandbox left behind is stopped before it is started anew */
  pidFile?: string
  env?: NodeJS.ProcessEnv
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000
/** Having run this long, the next end is a new trouble, not the old one. */
const WELL_AFTER_MS = 30_000

export function supervise(options: SupervisedOptions): Supervised {
  const log = createWriteStream(options.logFile, { flags: 'a' })
  const stopped = new AbortController()
  let child: Child | undefined
  let restarts = 0
  let trouble: string | undefined
  const loop = async () => {
    let wait = FIRST_WAIT_MS
    while (!stopped.signal.aborted) {
      const started = Date.now()
      child = await startChild({
        name: options.name,
        command: process.execPath,
        args: [join(packageRoot, 'bin/provenance.js'), ...options.args],
        env: { ...process.env, ...options.env },
        onLine: line => log.write(`${line}\n`),
        stopSteps: [['SIGTERM', 6_000]],
        pidFile: options.pidFile,
      })
      if (stopped.signal.aborted) return child.stop()
      const exit = await child.exited
      if (stopped.signal.aborted) return
      trouble = `${options.name} ended (${exit.signal ?? `code ${exit.code}`})\n${child.tail()}`
      if (Date.now() - started > WELL_AFTER_MS) wait = FIRST_WAIT_MS
      await sleep(wait, undefined, { signal: stopped.signal }).catch(() => {})
      wait = Math.min(wait * 2, LONGEST_WAIT_MS)
      restarts++
    }
  }
  const running = loop().catch(error => {
    trouble = String(error)
  })
  return {
    restarts: () => restarts,
    trouble: () => (child?.exit() ? trouble : undefined),
    async stop() {
      stopped.abort()
      await child?.stop()
      await running
      await new Promise<void>(resolve => log.end(resolve))
    },
  }
}
