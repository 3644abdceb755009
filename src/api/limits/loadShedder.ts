import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

/** Part of the heap (Node counts the young generation too) that is in use after a collection from which on requests are refused. */
const MOST_USED = 0.7
/** For so long what a collection has shown is believed, ms: with nobody let in, there may be no other. */
const BELIEVED_MS = 3_000
const RETRY_AFTER_SECONDS = 5

/** How much of its heap the process uses, as each full garbage collection shows it: between two, garbage counts as well. */
export class HeapWatch {
  private shortUntil = 0
  private readonly observer = new PerformanceObserver(list => {
    const full = list.getEntries().some(entry => {
      const { kind } = (entry as unknown as { detail?: { kind?: number } }).detail ?? {}
      return kind === constants.NODE_PERFORMANCE_GC_MAJOR
    })
    if (full) this.look()
  })

  constructor(private readonly mostUsed = MOST_USED) {
    this.observer.observe({ entryTypes: ['gc'] })
  }

  /** Whether what is begun now may be what ends the process. */
  get short(): boolean {
    return Date.now() < this.shortUntil
  }

  stop(): void {
    this.observer.disconnect()
  }

  private look(): void {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
    this.shortUntil = used > limit * this.mostUsed ? Date.now() + BELIEVED_MS : 0
  }
}

/** Answered whatever the load: who watches over the process must hear of it. */
const ALWAYS = new Set(['/health', '/ready', '/metrics'])

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** Refuses requests while memory is short, before anything is made for them, and says when to come again. */
export function shedLoad(
  heap: Pick<HeapWatch, 'short'>,
  refused: (path: string) => void,
  next: Handler,
): Handler {
  return (request, response) => {
    const path = request.url!.split('?', 1)[0]!
    if (!heap.short || ALWAYS.has(path)) return next(request, response)
    refused(path)
    const fix = `try again in ${RETRY_AFTER_SECONDS} seconds`
    const message = 'the server is short of memory'
    const code = 'UNAVAILABLE'
    const body =
      path === '/graphql'
        ? { errors: [{ message: `${message}\n  fix: ${fix}`, extensions: { code, fix } }] }
        : { error: { code, message, fix } }
    response.writeHead(503, {
      'content-type': 'application/json',
      'retry-after': String(RETRY_AFTER_SECONDS),
      'access-control-allow-origin': '*',
      // What it goes on to send is not read.
      connection: 'close',
    })
    response.end(JSON.stringify(body))
  }
}
