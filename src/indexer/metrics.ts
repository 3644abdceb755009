import { Counter, Gauge, type Registry } from 'prom-client'
import type { RpcPool } from '../rpc/rpcPool'
import type { BatchOutcome } from './chainBatches'
import type { Progress } from './progress'

/** The processor's own figures, beside the SDK's `sqd_…` ones on the same port. */
export class IndexerMetrics {
  private readonly logs: Counter
  private readonly events: Counter
  private readonly rejected: Counter
  private readonly seconds: Counter<'stage'>

  constructor(registry: Registry, chain: string, progress: Progress, rpc: RpcPool) {
    registry.setDefaultLabels({ chain })
    const registers = [registry]
    this.logs = new Counter({ name: 'provenance_logs_total', help: 'Logs handled', registers })
    this.events = new Counter({
      name: 'provenance_events_total',
      help: 'Domain events made of logs',
      registers,
    })
    this.rejected = new Counter({
      name: 'provenance_rejected_logs_total',
      help: 'Logs of our contracts that could not be read or did not fit; kept in rejected_log',
      registers,
    })
    this.seconds = new Counter({
      name: 'provenance_stage_seconds_total',
      help: 'Seconds in a stage of the pipeline, which overlap in the history; fetch: waiting for its blocks',
      labelNames: ['stage'],
      registers,
    })
    new Gauge({
      name: 'provenance_rpc_requests',
      help: 'Requests to an endpoint since the start, those that failed, and seconds for which it is not asked',
      labelNames: ['endpoint', 'kind'],
      registers,
      collect() {
        for (const endpoint of rpc.endpoints) {
          this.set({ endpoint: endpoint.name, kind: 'all' }, endpoint.requests)
          this.set({ endpoint: endpoint.name, kind: 'failed' }, endpoint.failures)
          this.set({ endpoint: endpoint.name, kind: 'resting_seconds' }, endpoint.restsFor() / 1000)
        }
      },
    })
    new Gauge({
      name: 'provenance_head_block',
      help: 'Head of the chain',
      registers,
      collect() {
        this.set(progress.head)
      },
    })
    new Gauge({
      name: 'provenance_blocks_per_second',
      help: 'Blocks handled a second, over the last 30 s',
      registers,
      collect() {
        this.set(progress.blocksPerSecond)
      },
    })
  }

  /** Time for which nothing could be done but wait for blocks. */
  noteFetch(ms: number): void {
    this.seconds.inc({ stage: 'fetch' }, ms / 1000)
  }

  note(outcome: BatchOutcome): void {
    this.logs.inc(outcome.logs)
    this.events.inc(outcome.events)
    this.rejected.inc(outcome.rejected)
    this.seconds.inc({ stage: 'decode' }, outcome.decodeMs / 1000)
    this.seconds.inc({ stage: 'fold' }, outcome.foldMs / 1000)
    this.seconds.inc({ stage: 'write' }, outcome.writeMs / 1000)
  }
}
