import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { stateSchemaOf } from '../../src/indexer/store/stateTables'
import type { FromWorker, Job, ToWorker, Usage } from './job'
import { cpuSecondsOf } from './processTree'

export interface Measured extends Usage {
  seconds: number
  /** of Postgres with all its processes; undefined where the system does not tell */
  postgresCpuSeconds: number | undefined
}

/** How often the database is asked how far the indexer is, ms: the error of a measurement. */
const LOOK_MS = 20
const TAIL_LINES = 30
/** Without a new block for so long, it hangs. */
const PATIENCE_MS = 120_000

/** Runs one of `floor`, `stock`, `ours` in a process of its own until all logs are in the database. */
export async function measure(variant: string, job: Job, postgresPid: number): Promise<Measured> {
  const child = fork(path.join(__dirname, `${variant}.ts`), {
    execArgv: ['--require', path.join(__dirname, '../load.cjs')],
    env: { ...process.env, NODE_OPTIONS: '--max-semi-space-size=32' }, // as the image runs it
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const worker = new Worker(variant, child)
  try {
    await worker.hears('ready')
    const postgresBefore = cpuSecondsOf(postgresPid)
    const start = performance.now()
    worker.tell({ kind: 'start', job })
    await (variant === 'floor' ? worker.hears('done') : worker.orEnd(indexed(job)))
    const seconds = (performance.now() - start) / 1000
    const postgresAfter = cpuSecondsOf(postgresPid)
    worker.tell({ kind: 'stop' })
    const { usage } = await worker.hears('usage')
    const known = postgresBefore !== undefined && postgresAfter !== undefined
    return { seconds, ...usage, postgresCpuSeconds: known ? postgresAfter - postgresBefore : undefined }
  } finally {
    child.kill('SIGKILL')
  }
}

/** Resolves when the chain's last log is in a committed, final batch. */
async function indexed({ postgresUrl, chainId, lastBlock }: Job): Promise<void> {
  const client = new Client({ connectionString: postgresUrl })
  await client.connect()
  let height = -1
  let moved = performance.now()
  try {
    for (;;) {
      const { rows } = await client
        .query<{ height: number }>(`SELECT height FROM ${stateSchemaOf(chainId)}.status`)
        .catch(() => ({ rows: [] })) // the indexer makes the table
      if (rows[0] && rows[0].height !== height) {
        height = rows[0].height
        moved = performance.now()
      }
      if (height >= lastBlock) return
      if (performance.now() - moved > PATIENCE_MS) {
        throw new Error(`stands at block ${height} of ${lastBlock} for ${PATIENCE_MS / 1000} s`)
      }
      await sleep(LOOK_MS)
    }
  } finally {
    await client.end()
  }
}

class Worker {
  private readonly lines: string[] = []
  private readonly ended: Promise<never>
  private readonly heard: FromWorker[] = []
  private wake: () => void = () => {}

  constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', data => {
        this.lines.push(...String(data).split('\n').filter(Boolean))
        this.lines.splice(0, this.lines.length - TAIL_LINES)
      })
    }
    child.on('message', (message: FromWorker) => {
      this.heard.push(message)
      this.wake()
    })
    this.ended = new Promise((_, reject) => {
      child.once('exit', code => {
        reject(new Error(`${this.name} ended early (code ${code})\n${this.lines.join('\n')}`))
      })
    })
    this.ended.catch(() => {}) // nobody waits for it once the measurement is over
  }

  tell(message: ToWorker): void {
    this.child.send(message)
  }

  async hears<K extends FromWorker['kind']>(kind: K): Promise<Extract<FromWorker, { kind: K }>> {
    for (;;) {
      const found = this.heard.find(message => message.kind === kind)
      if (found) return found as Extract<FromWorker, { kind: K }>
      await this.orEnd(
        new Promise<void>(resolve => {
          this.wake = resolve
        }),
      )
    }
  }

  orEnd<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.ended])
  }
}
