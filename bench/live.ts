/** Milliseconds from a commit to the last of thousands of subscribers, and what they take in the server's memory. */
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fillApi } from './apiRows'
import type { BenchOptions } from './main'
import { percentile, report, say } from './report'
import { startOurs } from './servers'
import { query, Workshop } from './workshop'

const SUBSCRIPTION = encodeURIComponent(
  'subscription { chainAdvanced(chain: "eip155:999") { id head indexed { height hash } } }',
)
/** Connections that are opened at once. */
const OPENED_AT_ONCE = 100
/** Blocks that come one after another, the first to warm up. */
const BLOCKS = 20
const PATIENCE_MS = 60_000

export async function live(options: BenchOptions): Promise<void> {
  await Workshop.during(async workshop => {
    const postgresUrl = await workshop.database()
    await fillApi(postgresUrl, 1000)
    const { url, pid } = await startOurs(workshop, postgresUrl)
    const empty = residentMegabytes(pid)
    const subscribers: Subscriber[] = []
    while (subscribers.length < options.subscribers) {
      const some = Math.min(OPENED_AT_ONCE, options.subscribers - subscribers.length)
      subscribers.push(...(await Promise.all(Array.from({ length: some }, () => Subscriber.to(url)))))
    }
    say(`live: ${subscribers.length} subscribers`)
    const opened = residentMegabytes(pid)
    const last: number[] = []
    for (let block = 0; block <= BLOCKS; block++) {
      const head = 2000 + block
      const heard = Promise.all(subscribers.map(one => one.hears(`"head":${head},`)))
      await query(postgresUrl, `UPDATE indexer_progress SET head = ${head} WHERE chain = 'eip155:999'`)
      const committed = performance.now()
      const late = sleep(PATIENCE_MS, 'late', { ref: false })
      if ((await Promise.race([heard, late])) === 'late') throw new Error(`block ${head} did not reach all`)
      if (block > 0) last.push(performance.now() - committed)
    }
    for (const p of [50, 95]) report(`live.last.p${p}`, percentile(last, p), 'ms')
    const without = report('live.memory.none', empty, 'MB')
    report('live.memory.opened', opened, 'MB', without)
    report('live.memory.served', residentMegabytes(pid), 'MB', without)
    for (const one of subscribers) one.close()
  })
}

class Subscriber {
  private text = ''
  private wanted: { text: string; heard: () => void } | undefined

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8')
    socket.on('data', (text: unknown) => {
      this.text = (this.text + text).slice(-2000)
      if (!this.wanted || !this.text.includes(this.wanted.text)) return
      this.wanted.heard()
      this.wanted = undefined
    })
  }

  /** Resolves when the server has begun to listen for it. */
  static to(url: string): Promise<Subscriber> {
    const { hostname, port, pathname, host } = new URL(url)
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `GET ${pathname}?query=${SUBSCRIPTION} HTTP/1.1\r\nhost: ${host}\r\naccept: text/event-stream\r\n\r\n`,
        )
      })
      socket.once('data', () => resolve(new Subscriber(socket)))
      socket.once('error', reject)
    })
  }

  hears(text: string): Promise<void> {
    return new Promise(heard => {
      this.wanted = { text, heard }
    })
  }

  close(): void {
    this.socket.destroy()
  }
}

/** Of a process on Linux; elsewhere 0. */
function residentMegabytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
  } catch {
    return 0
  }
}
