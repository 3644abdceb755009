import type { RangeBlock } from '../rpc/chainLogs'
import type { RpcPool } from '../rpc/rpcPool'
import type { BatchOutcome } from './pipeline/pipeline'

/** Adds up a backfill, for the one line at its end that says where the time went. */
export class BackfillReport {
  private readonly started = performance.now()
  private first: number | undefined
  private last = -1
  private logs = 0
  private ended = false
  private readonly ms = { fetch: 0, decode: 0, fold: 0, write: 0 }

  constructor(private readonly rpc: RpcPool) {}

  note(outcome: BatchOutcome, blocks: RangeBlock[]): void {
    this.first ??= blocks[0]?.header.height
    this.last = blocks.at(-1)?.header.height ?? this.last
    this.logs += outcome.logs
    this.ms.fetch += outcome.waitMs
    this.ms.decode += outcome.decodeMs
    this.ms.fold += outcome.foldMs
    this.ms.write += outcome.writeMs
  }

  /** undefined: there was nothing to do, or it is at its end since long */
  end(): string | undefined {
    const told = this.ended
    this.ended = true
    if (this.first === undefined || told) return undefined
    const ms = performance.now() - this.started
    const { fetch, decode, fold, write } = this.ms
    const rate = Math.round(this.logs / Math.max(0.001, ms / 1000))
    const requests = this.rpc.endpoints.reduce((sum, endpoint) => sum + endpoint.requests, 0)
    return (
      `backfill done: blocks ${this.first} to ${this.last}, ${this.logs} logs in ${seconds(ms)}, ${rate} logs/s ` +
      `(side by side: decode ${seconds(decode)}, fold ${seconds(fold)}, write ${seconds(write)}; ` +
      `nothing to do but wait for blocks ${seconds(fetch)}; ${requests} requests)`
    )
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
